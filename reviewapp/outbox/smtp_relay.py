"""The mail relay's address: where, how secured, as whom."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from reviewapp.core.settings import SettingsError

TALK_SECONDS = 60.0
_STARTTLS = ("required", "offered", "never")


@dataclass(frozen=True)
class Relay:
    """Where and how to connect; read from REVIEWAPP_SMTP_URL."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: str = "offered"
    ca_file: str | None = None
    timeout_seconds: float = TALK_SECONDS

    @classmethod
    def from_url(cls, url: str) -> Relay:
        """`smtp[s]://user:pass@host:port?starttls=required|offered|never&ca=FILE&timeout=60`.

        With a password, `starttls` is `required` unless the host is this machine. SettingsError
        when the address cannot be read.
        """
        try:
            parts = urlsplit(url)
            port, query = parts.port, {key: v[-1] for key, v in parse_qs(parts.query).items()}
            timeout = float(query.pop("timeout", TALK_SECONDS))
        except ValueError as error:
            raise SettingsError(f"REVIEWAPP_SMTP_URL: {error}") from error
        tls = parts.scheme == "smtps"
        user = unquote(parts.username) if parts.username else None
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        starttls = query.pop("starttls", "required" if user and not here else "offered")
        ca_file = query.pop("ca", None)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or query:
            raise SettingsError("REVIEWAPP_SMTP_URL: smtp://[user:password@]host[:port] expected")
        if starttls not in _STARTTLS or (user and starttls == "never" and not (tls or here)):
            raise SettingsError(f"REVIEWAPP_SMTP_URL: starttls={starttls} is not possible here")
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587 if user else 25),
            user=user,
            password=unquote(parts.password) if parts.password else "" if user else None,
            tls=tls,
            starttls=starttls,
            ca_file=ca_file,
            timeout_seconds=timeout,
        )

    def tls_context(self) -> ssl.SSLContext:
        """Certificates and host names are checked, always."""
        return ssl.create_default_context(cafile=self.ca_file)

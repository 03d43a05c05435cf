"""Talking to the mail relay: one connection, kept; every answer understood.

The talk is cut in two so that the caller can write down what it is about to do: `offer` names
sender and recipient, `hand_over` sends the message. Until the last byte of the closing line has
left, nothing was sent (NotSent); after it, silence means nobody can know (NoAnswer).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from reviewapp.core.errors import OutsideFailed
from reviewapp.core.settings import SettingsError
from reviewapp.outbox.addresses import Path
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.pacing import Pacing
from reviewapp.outbox.smtp_replies import Reply

TALK_SECONDS = 60.0
ANSWER_SECONDS = 300.0
"""How long the verdict on a whole message may take; RFC 5321 4.5.3.2.6 asks for patience."""
_STARTTLS = ("required", "offered", "never")


class RelayDown(OutsideFailed):
    """No usable connection to the relay: refused, TLS or sign-in failed. Nothing was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(message=f"The mail server cannot be used: {why}")


class NotSent(Exception):
    """The connection ended before the message was whole: it is safe to send it again."""


class NoAnswer(Exception):
    """The whole message left, and no answer came: sent or not, nobody can know."""


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


class SmtpSender:
    """Sends through one relay over one connection that is opened when needed and kept."""

    def __init__(self, relay: Relay, *, per_domain_per_second: float = 0.0) -> None:
        self.relay = relay
        self.pacing = Pacing(per_domain_per_second)
        self._smtp: smtplib.SMTP | None = None
        self._unfinished = False

    def open(self) -> None:
        """Connect, secure and sign in unless that is done; RelayDown says why it cannot be."""
        if self._smtp is not None:
            return
        relay = self.relay
        try:
            context = relay.tls_context()
            self._smtp, self._unfinished = self._connect(context), False
            self._smtp.ehlo_or_helo_if_needed()
            if not relay.tls and relay.starttls != "never":
                self._secure(self._smtp, context)
            if relay.user is not None:
                self._smtp.login(relay.user, relay.password or "")
        except (smtplib.SMTPException, OSError) as error:
            self.abandon()
            raise RelayDown(_why(error)) from error

    def wait_seconds(self, recipient: Path) -> float:
        """How long to leave this domain alone; 0 counts as a mail to it."""
        return self.pacing.wait_seconds(recipient.domain)

    def offer(self, envelope: Envelope) -> tuple[Reply, Reply | None]:
        """MAIL FROM and RCPT TO; the second answer is None where the first was a refusal.

        NotSent when the connection is lost or the server closes it (421).
        """
        smtp = self._opened()
        commands, utf8 = [], smtp.has_extn("smtputf8")
        if envelope.recipient.international and not utf8:
            return Reply(250, ""), Reply(553, "5.6.7 the relay takes no international addresses")
        if self._unfinished:
            commands.append("RSET")
        international = envelope.recipient.international or envelope.sender.international
        options = " SMTPUTF8 BODY=8BITMIME" if international else ""
        commands += [f"MAIL FROM:<{envelope.sender}>{options}", f"RCPT TO:<{envelope.recipient}>"]
        answers = self._say(smtp, commands)
        self._unfinished = True
        mail = answers[-2]
        return mail, (answers[-1] if mail.code < 400 else None)

    def hand_over(self, envelope: Envelope) -> Reply:
        """Send the message; the answer to it, or to DATA where that was refused.

        NotSent: lost before the message was whole. NoAnswer: lost or silent after that.
        """
        smtp = self._opened()
        go = self._say(smtp, ["DATA"])[0]
        if go.code != 354:
            return go
        self._write(_stuffed(envelope.content))
        try:
            self._socket(smtp).settimeout(max(ANSWER_SECONDS, self.relay.timeout_seconds))
            reply = _read(smtp)
            self._socket(smtp).settimeout(self.relay.timeout_seconds)
        except (smtplib.SMTPException, OSError) as error:
            self.abandon()
            raise NoAnswer(_why(error)) from error
        if reply.code == 421 or not 200 <= reply.code < 600:
            self.abandon()
        if not 200 <= reply.code < 600:
            raise NoAnswer("what came was not an SMTP answer")
        self._unfinished = False
        return reply

    def close(self) -> None:
        """Say goodbye where somebody still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def abandon(self) -> None:
        """Drop the connection without a word."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _connect(self, context: ssl.SSLContext) -> smtplib.SMTP:
        relay = self.relay
        name, timeout = socket.gethostname(), relay.timeout_seconds
        if relay.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, name, timeout=timeout, context=context
            )
        else:
            smtp = smtplib.SMTP(relay.host, relay.port, name, timeout=timeout)
        # The closing line is a small packet of its own at times: it must not wait for an ACK.
        self._socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    def _secure(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        elif self.relay.starttls == "required":
            raise smtplib.SMTPException("it offers no TLS, and TLS is required")

    def _opened(self) -> smtplib.SMTP:
        self.open()
        if self._smtp is None:
            raise RelayDown("no connection")
        return self._smtp

    def _say(self, smtp: smtplib.SMTP, commands: list[str]) -> list[Reply]:
        """Send commands and read an answer to each, together where the server allows it."""
        groups = [commands] if smtp.has_extn("pipelining") else [[each] for each in commands]
        replies: list[Reply] = []
        try:
            for group in groups:
                smtp.send("".join(f"{command}\r\n" for command in group).encode())
                for _ in group:
                    replies.append(_read(smtp))
                    if replies[-1].code == 421:
                        raise smtplib.SMTPServerDisconnected(str(replies[-1]))
        except (smtplib.SMTPException, OSError) as error:
            self.abandon()
            raise NotSent(_why(error)) from error
        return replies

    def _write(self, message: bytes) -> None:
        """Write all of it; what failed before its last byte left was not sent."""
        smtp = self._opened()
        connection, view, left = self._socket(smtp), memoryview(message), len(message)
        try:
            while left:
                left -= connection.send(view[-left:])
        except OSError as error:
            self.abandon()
            raise NotSent(_why(error)) from error

    @staticmethod
    def _socket(smtp: smtplib.SMTP) -> socket.socket:
        if smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        return smtp.sock


def _read(smtp: smtplib.SMTP) -> Reply:
    code, text = smtp.getreply()
    return Reply(code, text.decode("utf-8", "replace").replace("\n", " "))


def _stuffed(content: bytes) -> bytes:
    """Transparency (RFC 5321 4.5.2), and the line that closes the message."""
    dotted = b"." + content if content.startswith(b".") else content
    return dotted.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _why(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__

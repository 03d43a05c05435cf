"""One IMAP mailbox, read and never changed (RFC 3501): by number, with bounds on time and size."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date

from reviewapp.core.errors import Invalid, OutsideFailed
from reviewapp.core.http_client import resolve

TALK_SECONDS = 30.0
"""No single answer is waited for longer."""
WHOLE_SECONDS = 240.0
"""No visit lasts longer, however slowly a server drips its answers."""
HEAD_BYTES = 64 * 1024
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  # RFC 3501 date-month


@dataclass(frozen=True)
class Server:
    """Where a mailbox is and how it is entered."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"


class ImapFailed(OutsideFailed):
    """The mailbox cannot be read now; `message` says why, for the operator."""

    default_code = "mailbox_failed"


class Box:
    """An open mailbox; mails are named by UID, which only grow while UIDVALIDITY stays."""

    def __init__(self, talk: _Talk, folder: str) -> None:
        self._talk = talk
        status, _ = talk.select(_quoted(folder), readonly=True)
        if status != "OK":
            raise ImapFailed(message=f"There is no folder {folder} in this mailbox.")
        self.uid_validity = self._number("UIDVALIDITY")
        self.uid_next = self._number("UIDNEXT", default=1)

    def after(self, uid: int) -> list[int]:
        """UIDs above `uid`, ascending. (`n:*` always names the last mail, even below n.)"""
        return [found for found in self._search(f"UID {uid + 1}:*") if found > uid]

    def since(self, day: date) -> list[int]:
        """UIDs of mails that arrived on `day` or later, ascending."""
        return self._search(f"SINCE {day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}")

    def size(self, uid: int) -> int | None:
        """Bytes of a mail; None when it is gone by now."""
        told = b" ".join(self._fetch(uid, "(RFC822.SIZE)"))
        found = re.search(rb"RFC822\.SIZE (\d+)", told)
        return int(found[1]) if found else None

    def mail(self, uid: int) -> bytes | None:
        """The raw mail, left unseen; None when it is gone by now."""
        return self._literal(uid, "(BODY.PEEK[])")

    def head(self, uid: int) -> bytes | None:
        """The beginning of a mail that is too large."""
        return self._literal(uid, f"(BODY.PEEK[]<0.{HEAD_BYTES}>)")

    def _search(self, criteria: str) -> list[int]:
        status, told = self._talk.uid("SEARCH", criteria)
        if status != "OK":
            raise ImapFailed(message="The server refused to search the mailbox.")
        words = b" ".join(part for part in told if isinstance(part, bytes)).split()
        return sorted({int(word) for word in words if word.isdigit()})

    def _literal(self, uid: int, what: str) -> bytes | None:
        status, told = self._talk.uid("FETCH", str(uid), what)
        if status != "OK":
            raise ImapFailed(message="The server refused to hand out a mail.")
        return next((bytes(part[1]) for part in told if isinstance(part, tuple)), None)

    def _fetch(self, uid: int, what: str) -> list[bytes]:
        status, told = self._talk.uid("FETCH", str(uid), what)
        if status != "OK":
            raise ImapFailed(message="The server refused to tell of a mail.")
        parts = [part[0] if isinstance(part, tuple) else part for part in told]
        return [part for part in parts if isinstance(part, bytes)]

    def _number(self, name: str, default: int | None = None) -> int:
        _, told = self._talk.response(name)
        value = told[0] if told and told[0] is not None else None
        if value is None and default is None:
            raise ImapFailed(message=f"The server does not tell {name}.")
        return int(value) if value is not None else int(default or 0)


@contextmanager
def opened(server: Server, *, most_bytes: int, private_allowed: bool) -> Iterator[Box]:
    """Sign in and open the folder for reading; ImapFailed says in one line what is wrong."""
    try:
        address = resolve(server.host, server.port, private_allowed=private_allowed)
    except Invalid as error:
        raise ImapFailed(message="The mail server stands in a private network.") from error
    talk: _Talk | None = None
    try:
        talk = _Talk(server, address, most_bytes)
        with _at_most(talk):
            _enter(talk, server)
            yield Box(talk, server.folder)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise ImapFailed(message=_why(server, error)) from error
    finally:
        if talk is not None:
            with suppress(imaplib.IMAP4.error, OSError, ValueError):
                talk.logout()
            with suppress(OSError):
                talk.shutdown()  # a logout that fails leaves the line open


class _Talk(imaplib.IMAP4):
    """Connects to the address that was checked, and takes no literal larger than a mail may be."""

    def __init__(self, server: Server, address: str, most_bytes: int) -> None:
        self._address, self._server, self._most = address, server, most_bytes
        super().__init__(server.host, server.port, timeout=TALK_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        raw = socket.create_connection((self._address, self._server.port), timeout)
        if self._server.security != "tls":
            return raw
        return ssl.create_default_context().wrap_socket(raw, server_hostname=self._server.host)

    def read(self, size: int) -> bytes:
        """A literal of the server's; its size is the server's word."""
        if size > self._most + HEAD_BYTES:
            raise self.abort("the server sends more than a mail may be")
        return super().read(size)


@contextmanager
def _at_most(talk: _Talk) -> Iterator[None]:
    """Close the line when a visit lasts too long."""

    def end() -> None:
        with suppress(OSError):
            talk.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _enter(talk: _Talk, server: Server) -> None:
    if server.security == "starttls":
        talk.starttls(ssl.create_default_context())
    try:
        talk.login(server.username, server.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise ImapFailed(message="The server refused the name or the password.") from error


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _why(server: Server, error: Exception) -> str:
    """One line without the password; the server's own words, cut short."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {server.host} is not trusted: {error.verify_message}."
    if isinstance(error, TimeoutError):
        return f"{server.host} did not answer in time."
    words = " ".join(str(error).split()).replace(server.password, "…") or type(error).__name__
    return f"{server.host}: {words}"[:300]

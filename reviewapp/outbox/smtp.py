"""Talking to the mail relay: one connection, kept; every answer understood.

The talk is cut so that the caller can write down what it is about to do: `offer` names sender and
recipient, `announce` asks for the word, `hand_over` sends the message. Until the last byte of the
closing line has left, nothing was sent (NotSent); after it, silence means nobody can know
(NoAnswer).
"""

from __future__ import annotations

import smtplib
import socket
import ssl

from reviewapp.core.errors import OutsideFailed
from reviewapp.outbox.addresses import Path
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.pacing import Pacing
from reviewapp.outbox.smtp_relay import Relay
from reviewapp.outbox.smtp_replies import Reply

_END = b".\r\n"
ANSWER_SECONDS = 300.0
"""How long the verdict on a whole message may take; RFC 5321 4.5.3.2.6 asks for patience."""


class RelayDown(OutsideFailed):
    """No usable connection to the relay: refused, TLS or sign-in failed. Nothing was sent."""

    def __init__(self, why: str) -> None:
        super().__init__(message=f"The mail server cannot be used: {why}")


class NotSent(Exception):
    """The connection ended before the message was whole: it is safe to send it again."""


class NoAnswer(Exception):
    """The whole message left, and no answer came: sent or not, nobody can know."""


class SmtpSender:
    """Sends through one relay over one connection that is opened when needed and kept."""

    def __init__(self, relay: Relay, *, per_domain_per_second: float = 0.0) -> None:
        self.relay = relay
        self.pacing = Pacing(per_domain_per_second)
        self._smtp: smtplib.SMTP | None = None
        self._unfinished = False
        self._ahead: Envelope | None = None
        """Already named to the server; its two answers are still to be read."""

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
        if envelope.recipient.international and not smtp.has_extn("smtputf8"):
            return Reply(250, ""), Reply(553, "5.6.7 the relay takes no international addresses")
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            answers = self._listen(smtp, 2)
        if ahead is not envelope:
            reset = ["RSET"] if self._unfinished or ahead else []
            answers = self._say(smtp, [*reset, *_naming(envelope)])
        self._unfinished = True
        mail = answers[-2]
        return mail, (answers[-1] if mail.code < 400 else None)

    def announce(self) -> None:
        """Ask to send the message, without waiting for the answer. NotSent as in `offer`."""
        self._tell(self._opened(), ["DATA"])

    def hand_over(self, envelope: Envelope, then: Envelope | None = None) -> Reply:
        """Send the announced message; the answer to it, or to DATA where that was refused.

        `then` is offered in the same breath where the server allows it (RFC 2920); `offer` must
        still be called. NotSent: lost before the message was whole. NoAnswer: lost or silent
        after that.
        """
        smtp = self._opened()
        go = self._listen(smtp, 1)[0]
        if go.code != 354:
            return go
        message = stuffed(envelope.content)
        if then is not None and self._may_go_ahead(smtp, then):
            self._ahead = then
        self._write(message, _lines(_naming(then)) if then and self._ahead else b"")
        reply = self._verdict(smtp)
        self._unfinished = False
        if reply.code == 421:
            self.abandon()
        return reply

    def close(self) -> None:
        """Say goodbye where somebody still listens."""
        if self._ahead is not None:
            self.abandon()
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def abandon(self) -> None:
        """Drop the connection without a word."""
        smtp, self._smtp = self._smtp, None
        self._ahead = None
        if smtp is not None:
            smtp.close()

    def __del__(self) -> None:
        """Nobody sends by it any more: the line is not left open."""
        self.abandon()

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

    def _may_go_ahead(self, smtp: smtplib.SMTP, envelope: Envelope) -> bool:
        return bool(smtp.has_extn("pipelining")) and not envelope.recipient.international

    def _say(self, smtp: smtplib.SMTP, commands: list[str]) -> list[Reply]:
        """Send commands and read an answer to each, together where the server allows it."""
        groups = [commands] if smtp.has_extn("pipelining") else [[each] for each in commands]
        replies: list[Reply] = []
        for group in groups:
            self._tell(smtp, group)
            replies += self._listen(smtp, len(group))
        return replies

    def _tell(self, smtp: smtplib.SMTP, commands: list[str]) -> None:
        try:
            smtp.send(_lines(commands))
        except (smtplib.SMTPException, OSError) as error:
            self.abandon()
            raise NotSent(_why(error)) from error

    def _listen(self, smtp: smtplib.SMTP, count: int) -> list[Reply]:
        replies: list[Reply] = []
        try:
            for _ in range(count):
                replies.append(_read(smtp))
                if replies[-1].code == 421:
                    raise smtplib.SMTPServerDisconnected(str(replies[-1]))
        except (smtplib.SMTPException, OSError) as error:
            self.abandon()
            raise NotSent(_why(error)) from error
        return replies

    def _write(self, message: bytes, more: bytes) -> None:
        """Write all of it; what failed before the message's last byte left was not sent."""
        smtp = self._opened()
        whole = b"".join((message, _END, more))
        connection, view, left = self._socket(smtp), memoryview(whole), len(whole)
        try:
            while left:
                left -= connection.send(view[-left:])
        except OSError as error:
            self.abandon()
            raise (NotSent if left > len(more) else NoAnswer)(_why(error)) from error

    def _verdict(self, smtp: smtplib.SMTP) -> Reply:
        """The answer to a whole message, waited for patiently."""
        connection = self._socket(smtp)
        try:
            connection.settimeout(max(ANSWER_SECONDS, self.relay.timeout_seconds))
            reply = _read(smtp)
            connection.settimeout(self.relay.timeout_seconds)
        except (smtplib.SMTPException, OSError) as error:
            self.abandon()
            raise NoAnswer(_why(error)) from error
        if not 200 <= reply.code < 600:
            self.abandon()
            raise NoAnswer("what came was not an SMTP answer")
        return reply

    @staticmethod
    def _socket(smtp: smtplib.SMTP) -> socket.socket:
        if smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        return smtp.sock


def _naming(envelope: Envelope) -> list[str]:
    international = envelope.recipient.international or envelope.sender.international
    options = " SMTPUTF8 BODY=8BITMIME" if international else ""
    return [f"MAIL FROM:<{envelope.sender}>{options}", f"RCPT TO:<{envelope.recipient}>"]


def _lines(commands: list[str]) -> bytes:
    return "".join(f"{command}\r\n" for command in commands).encode()


def _read(smtp: smtplib.SMTP) -> Reply:
    code, text = smtp.getreply()
    return Reply(code, text.decode("utf-8", "replace").replace("\n", " "))


def stuffed(content: bytes) -> bytes:
    """Transparency (RFC 5321 4.5.2): no line of the message looks like its end."""
    if content.startswith(b"."):
        content = b"." + content
    if b"\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    return content


def _why(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__

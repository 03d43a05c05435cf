"""Real mail servers to send to: one that behaves, and one that follows a script."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Sink:
    """Keeps what it is sent; answers by recipient or by the whole message."""

    recipients: dict[str, str] = field(default_factory=dict)
    """Address → answer to RCPT."""
    verdict: Callable[[Envelope], str] = lambda envelope: "250 2.0.0 taken"
    messages: list[Envelope] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.peers.add(session.peer)
        answer = self.recipients.get(address, "250 2.1.5 welcome")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.verdict(envelope)
        if answer.startswith("250"):
            self.messages.append(envelope)
        return answer

    def parsed(self) -> list[EmailMessage]:
        """The messages as a mail program reads them."""
        return [message_from_bytes(e.content, policy=policy.default) for e in self.messages]


@contextmanager
def running(sink: Sink, **options: Any) -> Iterator[int]:
    """Serve `sink` on a free port; yields the port. Options go to aiosmtpd."""
    controller = _Controller(sink, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **options)
    controller.start()
    try:
        yield controller.server.sockets[0].getsockname()[1]
    finally:
        controller.stop()


class _Controller(Controller):
    """Binds port 0 and asks afterwards."""

    def _trigger_server(self) -> None:
        port = self.server.sockets[0].getsockname()[1]
        with socket.create_connection((self.hostname, port), 5) as probe:
            if self.ssl_context:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                probe = context.wrap_socket(probe)
            probe.recv(1024)
            probe.close()


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that knows one pair."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data == LoginPassword(
            user.encode(), password.encode()
        )
        return AuthResult(success=right, handled=False)

    return check


@contextmanager
def scripted(*turns: Callable[[Line], None]) -> Iterator[int]:
    """Serve one raw connection after another, each by its script; yields the port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for turn in turns:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    turn(Line(connection))
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(60)


class Line:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.reader = connection.makefile("rb")

    def say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self) -> str:
        return self.reader.readline().decode("latin-1").strip()

    def greet(self) -> None:
        self.say("220 hi")
        self.hear()
        self.say("250 hi")

    def take_envelope(self) -> None:
        self.greet()
        for _ in ("MAIL", "RCPT"):
            self.hear()
            self.say("250 ok")
        self.hear()
        self.say("354 go on")

    def hear_message(self) -> bytes:
        lines = []
        while (line := self.reader.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def reset(self) -> None:
        """Close with a RST: what is unread is thrown away."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )
        self.reader.close()
        self.connection.close()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signs itself: its file, and the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test relay")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = folder / "relay.pem", folder / "relay.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context

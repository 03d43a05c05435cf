"""A sender that nobody holds any more leaves no line open."""

from __future__ import annotations

import gc
import socket
import threading

from reviewapp.outbox.smtp import SmtpSender
from reviewapp.outbox.smtp_relay import Relay


def test_a_forgotten_sender_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard: list[bytes] = []

        def listen() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"220 ready\r\n")
                heard.append(line.recv(1000))
                line.sendall(b"250 at your service\r\n")
                heard.append(line.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        relay = Relay.from_url(f"smtp://127.0.0.1:{server.getsockname()[1]}?starttls=never")
        sender = SmtpSender(relay, per_domain_per_second=0)
        sender.open()
        del sender
        gc.collect()
        thread.join(timeout=20)
    assert not thread.is_alive()
    assert heard[1] == b""

"""A local server that speaks the chat API, well or badly; what it was sent is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BIG = 200_000


def completion(text: Any) -> bytes:
    """What an endpoint answers with."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


class ChatServer:
    """`answer` is the body to give; `behaviour`: well, hangs, drips, redirects, or a status."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        self.answer = completion("A draft.")
        self.behaviour: str | int = "well"
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Runs until the end of the block; whoever hangs is let go then."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    chat = server.chat = ChatServer(server)  # type: ignore[attr-defined]  # for its handlers
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        chat.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        chat: ChatServer = self.server.chat  # type: ignore[attr-defined]  # ours, with a chat beside it
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = {"path": self.path, "headers": dict(self.headers), "body": body.decode()}
        chat.requests.append(told)
        if chat.behaviour == "hangs":
            chat.closing.wait()
            return
        status = chat.behaviour if isinstance(chat.behaviour, int) else 200
        self.send_response(302 if chat.behaviour == "redirects" else status)
        if chat.behaviour == "redirects":
            self.send_header("Location", chat.url)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(chat.answer)))
        self.end_headers()
        self._write(chat)

    def _write(self, chat: ChatServer) -> None:
        try:
            if chat.behaviour == "drips":
                for place in range(len(chat.answer)):
                    self.wfile.write(chat.answer[place : place + 1])
                    self.wfile.flush()
                    if chat.closing.wait(0.05):
                        return
            else:
                self.wfile.write(chat.answer)
        except OSError:
            return  # whoever asked has hung up

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
        """Quiet."""

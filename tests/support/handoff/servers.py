"""Helpdesks on this machine, speaking what their makers document; each can be made to misbehave.

Paths, fields and answers follow developer.zendesk.com (Ticketing API), developers.gorgias.com,
developers.chatwoot.com (Application API) and developers.freshdesk.com (API v2), read in 2026.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, Any]
AT = "2026-11-20T10:00:00Z"
"""When everything was written over there."""


class Desk:
    """A server with tickets; `faults` are used up one a request, the first one first.

    A fault is `down` (500, nothing done), `unheard` (done, but answered 500), `cut` (done, and the
    connection closed without an answer), `slow` (done, answered when `patience` is set) or `busy`
    (429 with Retry-After).
    """

    kind = ""
    routes: tuple[tuple[str, str, str], ...] = ()

    def __init__(self) -> None:
        self.tickets: dict[int, dict[str, Any]] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.faults: list[str] = []
        self.faulty = "POST"
        self.patience = threading.Event()
        self.last_id = 100
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                desk.serve(self)

            do_GET = do_POST = do_PUT = answer  # noqa: N815  # the standard library's names

            def log_message(self, *args: Any) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.patience.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(length)) if length else None
        fault = self.faults.pop(0) if self.faults and request.command in self.faulty else ""
        if fault == "busy":
            return self._send(request, 429, {"error": "slow down"}, {"Retry-After": "37"})
        if fault == "down":
            return self._send(request, 500, {"error": "out of order"})
        if not self.opens(request.headers):
            return self._send(request, 401, {"error": "who are you?"})
        status, told = self.handle(request.command, request.path, body)
        if fault == "cut":
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
            return None
        if fault == "slow":
            self.patience.wait(30)
        if fault == "unheard":
            status, told = 500, {"error": "it was done, and nobody heard"}
        return self._send(request, status, told)

    def _send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        told: Any,
        headers: dict[str, str] | None = None,
    ) -> None:
        content = b"" if told is None else json.dumps(told).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            request.close_connection = True

    def handle(self, method: str, path: str, body: Any) -> Reply:
        self.calls.append((method, path, body))
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        for verb, pattern, name in self.routes:
            match = re.fullmatch(pattern, parts.path)
            if verb == method and match:
                act: Callable[..., Reply] = getattr(self, name)
                return act(*match.groups(), body=body, query=query)
        return 404, {"error": f"no such path: {method} {path}"}

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def opens(self, headers: Any) -> bool:
        raise NotImplementedError

    def words(self, number: int) -> list[str]:
        """Everything that stands in a ticket, as its readers see it."""
        raise NotImplementedError

    def agent_says(self, number: int, text: str, *, public: bool = True) -> None:
        raise NotImplementedError

    def agent_solves(self, number: int) -> None:
        raise NotImplementedError


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def without(ticket: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in ticket.items() if name not in names}


def text_of(html: str) -> str:
    return html.replace("<br>", "\n").replace("&lt;", "<").replace("&gt;", ">")

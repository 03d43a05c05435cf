from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reviewapp.core.errors import Invalid, OutsideFailed
from reviewapp.core.http_client import send


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, self.headers["Host"].encode() + b" " + body)

    def do_GET(self) -> None:
        if self.path == "/large":
            self.answer(200, b"x" * 5000)
        else:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/inside")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://localhost:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_request_reaches_the_host_by_its_name(server) -> None:
    answer = send("POST", f"{server}/hook?x=1", body=b"hello", private_allowed=True)
    assert answer.status == 200
    assert answer.body == f"{server.removeprefix('http://')} hello".encode()


def test_a_redirect_is_an_answer_and_not_followed(server) -> None:
    answer = send("GET", f"{server}/elsewhere", private_allowed=True)
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:1/inside")


def test_an_answer_over_the_limit_is_refused(server) -> None:
    with pytest.raises(OutsideFailed, match="larger"):
        send("GET", f"{server}/large", max_bytes=1000, private_allowed=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:6379/", "http://[::1]/", "http://10.0.0.5/",
        "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(url) -> None:
    with pytest.raises(Invalid) as refused:
        send("GET", url)
    assert refused.value.fields["url"] == ["This address leads to a private network."]


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "http://user:pw@example.com/", "http://", "http://x:99999/"]
)  # fmt: skip
def test_other_addresses_are_refused(url) -> None:
    with pytest.raises(Invalid):
        send("GET", url)


def test_nobody_there_is_an_outside_failure() -> None:
    with pytest.raises(OutsideFailed, match="did not answer"):
        send("GET", "http://127.0.0.1:1/", private_allowed=True, timeout_seconds=2)

"""Uploads through a real nginx, configured by the very lines of docs/operations.md."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewapp.models.upload import Upload
from tests.collect.links import rows
from tests.collect.tus_client import BODY, begin
from tests.journeys.stack import free_port, waited_for
from tests.widgets.nginx import FRAME, nginx_binary

DOCS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
SIZE = 3_000_000


@pytest.fixture
def proxy(live: str, tmp_path: Path) -> Iterator[int]:
    """The port of an nginx in front of the application."""
    binary = nginx_binary()
    if binary is None:
        pytest.skip("no nginx: set NGINX_BIN or put nginx on PATH")
    block = re.search(r"```nginx\n# uploads\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert block is not None
    port = free_port()
    config = FRAME.format(
        state=tmp_path,
        workers=1,
        user="user root;" if os.geteuid() == 0 else "",
        http="",
        port=port,
        server=block[1].replace("http://127.0.0.1:8000", live),
    )
    (tmp_path / "nginx.conf").write_text(config)
    process = subprocess.Popen(
        [binary, "-c", tmp_path / "nginx.conf", "-p", tmp_path, "-e", tmp_path / "error.log"]
    )
    assert waited_for(lambda: _listens(port))
    yield port
    process.terminate()
    process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.nginx
def test_what_came_before_the_line_broke_is_kept(proxy, link):
    place = begin(link, SIZE).headers["Location"]
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: shop.example\r\nTus-Resumable: 1.0.0\r\n"
        f"Upload-Offset: 0\r\nContent-Type: {BODY}\r\nContent-Length: {SIZE}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", proxy)) as line:
        line.sendall(head.encode())
        line.sendall(bytes(2_000_000))
    assert waited_for(lambda: rows(link.kit, Upload)[0].received >= 1_000_000)

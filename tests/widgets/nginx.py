"""A real nginx over the published folder, configured by the very lines of docs/widgets.md."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.stack import free_port

DOCS = Path(__file__).resolve().parents[2] / "docs" / "widgets.md"

FRAME = """
pid {state}/nginx.pid;
error_log {state}/error.log;
daemon off;
worker_processes {workers};
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {state}/body;
  proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi;
  uwsgi_temp_path {state}/uwsgi;
  scgi_temp_path {state}/scgi;
  {http}
  server {{
    listen 127.0.0.1:{port};
    {server}
  }}
}}
"""


def nginx_binary() -> str | None:
    """NGINX_BIN, or the one on PATH."""
    return os.environ.get("NGINX_BIN") or shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def documented(part: str, root: Path, docs: Path = DOCS) -> str:
    """The block of a page of docs/ that goes into nginx's `part` (http or server)."""
    block = re.search(rf"```nginx\n# {part}\n(.*?)```", docs.read_text(), re.DOTALL)
    assert block is not None, f"{docs.name} has no nginx block for {part}"
    return block[1].replace("/var/lib/reviewapp/storage/published", str(root))


@contextmanager
def running(
    binary: str,
    root: Path,
    state: Path,
    *,
    workers: int = 1,
    http: str = "",
    server: str = "",
    port: int = 0,
) -> Iterator[str]:
    """nginx over `root`, with these lines more; its address without a slash at the end."""
    port = port or free_port()
    config = FRAME.format(
        state=state,
        workers=workers,
        user="user root;" if os.geteuid() == 0 else "",
        http=documented("http", root) + http,
        port=port,
        server=documented("server", root) + server,
    )
    (state / "nginx.conf").write_text(config)
    process = subprocess.Popen(
        [binary, "-c", str(state / "nginx.conf"), "-p", str(state), "-e", str(state / "error.log")]
    )
    try:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("the server did not start; see its log")

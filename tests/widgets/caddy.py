"""A real Caddy over the published folder, configured by the very lines of docs/widgets.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.stack import free_port
from tests.widgets.nginx import DOCS, wait_for_port

FRAME = """
{{
	admin off
	auto_https off
}}
http://127.0.0.1:{port} {{
{site}
}}
"""


def caddy_binary() -> str | None:
    """CADDY_BIN, or the one on PATH."""
    return os.environ.get("CADDY_BIN") or shutil.which("caddy")


@contextmanager
def running(binary: str, root: Path, state: Path) -> Iterator[str]:
    """Caddy over `root`; its address without a slash at the end."""
    block = re.search(r"```caddy\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert block is not None, "docs/widgets.md has no block for Caddy"
    site = block[1].replace("/var/lib/reviewapp/storage/published", str(root))
    port, nobody = free_port(), free_port()
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{nobody}")
    (state / "Caddyfile").write_text(FRAME.format(port=port, site=site))
    with (state / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            [binary, "run", "--config", str(state / "Caddyfile"), "--adapter", "caddyfile"],
            stderr=log,
            env={**os.environ, "HOME": str(state), "XDG_DATA_HOME": str(state)},
        )
    try:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)

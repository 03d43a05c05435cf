"""Folders a server user can reach, and processes that start servers and wait for their end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.embedded.valkey import EmbeddedValkey
server = {"postgres": EmbeddedPostgres, "valkey": EmbeddedValkey}[sys.argv[1]]
with server(Path(sys.argv[2])) as running:
    print(running.url, flush=True)
    sys.stdin.read()
"""

Holder = tuple["subprocess.Popen[str]", str]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder every user may enter; pytest's own is closed to all but the one who runs it."""
    made = Path(tempfile.mkdtemp(prefix="reviewapp-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def held() -> Iterator[Callable[[str, Path], Holder]]:
    """Start `postgres` or `valkey` in another process: that process, and the server's URL."""
    started: list[subprocess.Popen[str]] = []

    def hold(server: str, data_dir: Path) -> Holder:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, server, str(data_dir)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield hold
    for process in started:
        process.communicate()  # Closes its input, upon which it stops its server and ends.

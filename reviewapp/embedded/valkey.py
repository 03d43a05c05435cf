"""Valkey (or Redis) in a data folder, or in memory only: socket only, ended with its starter."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from reviewapp.embedded.binaries import find_valkey
from reviewapp.embedded.place import (
    FolderLock,
    folder_of_running,
    forget_runtime_folder,
    prepare_data_dir,
    runtime_folder,
    started_log,
)
from reviewapp.embedded.process import (
    OURSELVES,
    EmbeddedError,
    end,
    end_orphans,
    launch,
    wait_until_ready,
)

SOCKET = "valkey.sock"
START_SECONDS = 60.0
"""Long, for reading a large append-only file; a server that gives up is noticed at once."""


class EmbeddedValkey:
    """A Valkey server of our own; start it from the main thread.

    `data_dir=None`: in a passing folder that `stop` removes. `durable`: at most one second of
    writes is lost in a power cut, none when the process is killed.
    """

    def __init__(self, data_dir: Path | None, *, durable: bool = True) -> None:
        self._passing = data_dir is None
        self._data_dir = data_dir
        self._durable = durable and not self._passing
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: FolderLock | None = None
        self._runtime: Path | None = None
        self._starter = os.getpid()

    def start(self) -> str:
        """Start it and return its URL, `unix:///…`; EmbeddedError as for PostgreSQL."""
        if self._process is not None:
            return self.url
        if self._passing:
            self._data_dir = Path(tempfile.mkdtemp(prefix="reviewapp-valkey-"))
        data_dir = self._data_dir = prepare_data_dir(self._made_dir)
        lock = FolderLock(data_dir, "Valkey")
        lock.acquire()
        self._lock, self._starter = lock, os.getpid()
        try:
            self._start_locked(data_dir)
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop it, keeping what is durable; harmless when not running."""
        if self._starter != os.getpid():
            return  # A forked worker has a copy of this object; the server is not its own.
        if self._process is not None:
            end(self._process, [(signal.SIGTERM, 5.0)])
            self._process = None
        if self._lock is None:
            return
        if self._runtime is not None:
            forget_runtime_folder(self._made_dir, self._runtime)
            self._runtime = None
        self._lock.release()
        self._lock = None
        if self._passing:
            shutil.rmtree(self._made_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start, and stop when the block is left."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop whatever happened in the block."""
        self.stop()

    @property
    def url(self) -> str:
        """The server's address."""
        if self._runtime is None:
            raise EmbeddedError("Valkey is not started")
        return _url(self._runtime)

    @property
    def _made_dir(self) -> Path:
        if self._data_dir is None:
            raise EmbeddedError("Valkey is not started")
        return self._data_dir

    def _start_locked(self, data_dir: Path) -> None:
        program = find_valkey().program
        end_orphans(data_dir, signal.SIGTERM, signal.SIGKILL)
        runtime = self._runtime = runtime_folder(data_dir, OURSELVES)
        log = started_log(data_dir / "valkey.log")
        with log.open("ab") as output:
            self._process = launch(
                [program, *_options(data_dir, runtime, durable=self._durable)],
                OURSELVES,
                output=output,
                death_signal=signal.SIGTERM,
            )
        wait_until_ready(self._process, lambda: _answers(runtime), log, START_SECONDS)


def running_url(data_dir: Path) -> str | None:
    """The URL of a server another process runs for `data_dir`, if it answers."""
    folder = folder_of_running(data_dir)
    return _url(folder) if folder is not None and _answers(folder) else None


def _url(folder: Path) -> str:
    return f"unix://{folder / SOCKET}"


def _options(data_dir: Path, runtime: Path, *, durable: bool) -> list[str]:
    settings = {
        "--port": "0",
        "--unixsocket": str(runtime / SOCKET),
        "--unixsocketperm": "700",
        "--dir": str(data_dir),
        "--daemonize": "no",
        "--save": "",
        "--appendonly": "yes" if durable else "no",
        "--appendfsync": "everysec",
        # A queue must refuse loudly when memory is full, never drop a job in silence.
        "--maxmemory-policy": "noeviction",
    }
    return [part for pair in settings.items() for part in pair]


def _answers(folder: Path) -> bool:
    """A ping; a process that exists proves nothing, a zombie exists as well."""
    try:
        with redis.Redis.from_url(_url(folder), socket_timeout=5, retry=None) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False

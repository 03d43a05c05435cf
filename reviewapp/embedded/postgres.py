"""PostgreSQL in a data folder: made on first start, socket only, ended with its starter."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from reviewapp.embedded.binaries import find_postgres
from reviewapp.embedded.cluster import (
    SUPERUSER,
    cluster_link,
    discard_if_elsewhere,
    forget_stale_pid,
    major_of,
    make_cluster,
)
from reviewapp.embedded.place import (
    FolderLock,
    folder_of_running,
    forget_runtime_folder,
    prepare_data_dir,
    runtime_folder,
    started_log,
)
from reviewapp.embedded.process import (
    EmbeddedError,
    end,
    end_orphans,
    launch,
    unprivileged_user,
    wait_until_ready,
)

ROLE = "reviewapp"
DATABASE = "reviewapp"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin")
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
START_SECONDS = 120.0
"""Long, for replaying the log after a power cut; a server that gives up is noticed at once."""


class EmbeddedPostgres:
    """A PostgreSQL server of our own for `data_dir`; start it from the main thread.

    `durable=False` is for tests: no fsync, and what it holds may be gone after `stop`.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._data_dir = data_dir
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: FolderLock | None = None
        self._runtime: Path | None = None
        self._starter = os.getpid()

    def start(self) -> str:
        """Start it, made first where there is none; returns the URL of role `reviewapp`.

        EmbeddedError: no binary, another live process runs it, or it does not come up.
        """
        if self._process is not None:
            return self.url
        self._data_dir = prepare_data_dir(self._data_dir)
        lock = FolderLock(self._data_dir, "PostgreSQL")
        lock.acquire()
        self._lock, self._starter = lock, os.getpid()
        try:
            self._start_locked()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop within 10 s, keeping everything committed; harmless when not running."""
        if self._starter != os.getpid():
            return  # A forked worker has a copy of this object; the server is not its own.
        if self._process is not None:
            end(self._process, [(FAST, 7.0), (IMMEDIATE, 2.0)])
            self._process = None
        if self._lock is None:
            return
        if not self._durable:
            discard_if_elsewhere(self._data_dir)
        if self._runtime is not None:
            forget_runtime_folder(self._data_dir, self._runtime)
            self._runtime = None
        self._lock.release()
        self._lock = None

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
        """The application's address, as a role that row-level security binds."""
        return _url(self._socket_folder, ROLE)

    @property
    def superuser_url(self) -> str:
        """The address for what only a superuser may do; the application never uses it."""
        return _url(self._socket_folder, SUPERUSER)

    @property
    def _socket_folder(self) -> Path:
        if self._runtime is None:
            raise EmbeddedError("PostgreSQL is not started")
        return self._runtime

    def _start_locked(self) -> None:
        user = unprivileged_user(cluster_link(self._data_dir))
        binary = find_postgres(user, major_of(self._data_dir))
        if not cluster_link(self._data_dir).exists():
            make_cluster(self._data_dir, user, binary, durable=self._durable)
        cluster = cluster_link(self._data_dir).resolve()
        end_orphans(cluster, FAST, IMMEDIATE)
        forget_stale_pid(cluster)
        socket_folder = self._runtime = runtime_folder(self._data_dir, user)
        log = started_log(self._data_dir / "postgres.log")
        with log.open("ab") as output:
            self._process = launch(
                [
                    binary.program,
                    "-D",
                    cluster,
                    *_options(socket_folder, durable=self._durable),
                ],
                user,
                output=output,
                death_signal=FAST,
            )
        wait_until_ready(self._process, lambda: _answers(socket_folder), log, START_SECONDS)
        _prepare_database(socket_folder)


def running_url(data_dir: Path) -> str | None:
    """The application's URL of a server another process runs for `data_dir`, if it answers."""
    folder = folder_of_running(data_dir)
    return _url(folder, ROLE) if folder is not None and _answers(folder) else None


def _url(folder: Path, role: str) -> str:
    return f"postgresql+psycopg://{role}@/{DATABASE}?host={quote(str(folder), safe='/')}"


def _options(socket_folder: Path, *, durable: bool) -> list[str]:
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={socket_folder}",
        "unix_socket_permissions=0700",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_checkpoints=off",
        *(() if durable else NOT_DURABLE),
    ]
    return [part for setting in settings for part in ("-c", setting)]


def _connect(folder: Path, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=str(folder),
        user=SUPERUSER,
        dbname=database,
        autocommit=True,
        connect_timeout=5,
    )


def _answers(folder: Path) -> bool:
    """A ping; a process that exists proves nothing, a zombie exists as well."""
    try:
        with _connect(folder) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _prepare_database(folder: Path) -> None:
    """Role, database and extensions; at each start, for a first one may have been cut short."""
    with _connect(folder) as connection:
        if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOBYPASSRLS").format(sql.Identifier(ROLE))
            )
        if not _has(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            _create_extensions(folder, "template1")
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(ROLE)
                )
            )
    _create_extensions(folder, DATABASE)


def _create_extensions(folder: Path, database: str) -> None:
    """Those this server has; migrations do not insist on any (a small build may lack them)."""
    with _connect(folder, database) as connection:
        for name in EXTENSIONS:
            if _has(
                connection,
                "SELECT 1 FROM pg_available_extensions WHERE name = %s",
                name,
            ):
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name))
                )


def _has(connection: psycopg.Connection, query: str, value: str) -> bool:
    return connection.execute(query.encode(), [value]).fetchone() is not None

"""The two embedded servers for one data folder: started by one process, found by the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from reviewapp.core.settings import Settings
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.embedded.valkey import EmbeddedValkey

ADDRESSES = "servers.json"
"""In the data folder while the servers run: {"database_url", "redis_url"}."""


@contextmanager
def servers(settings: Settings) -> Iterator[Settings]:
    """Settings with both addresses filled: given by URL, already running here, or started now.

    What this call started, it stops; what another process runs, it leaves running. Call it from
    the main thread. EmbeddedError when a server cannot be had.
    """
    running = _running(settings.data_dir)
    database_url = settings.database_url or running.get("database_url")
    redis_url = settings.redis_url or running.get("redis_url")
    with ExitStack() as started:
        if database_url is None:
            postgres = EmbeddedPostgres(settings.data_dir / "postgres")
            started.callback(postgres.stop)
            database_url = postgres.start()
        if redis_url is None:
            valkey = EmbeddedValkey(settings.data_dir / "valkey")
            started.callback(valkey.stop)
            redis_url = valkey.start()
        file = settings.data_dir / ADDRESSES
        if not running:
            file.write_text(json.dumps({"database_url": database_url, "redis_url": redis_url}))
            file.chmod(0o600)
            started.callback(file.unlink, missing_ok=True)
        yield settings.changed(database_url=database_url, redis_url=redis_url)


def _running(data_dir: Path) -> dict[str, str]:
    """The addresses another process left here, if they still answer."""
    try:
        addresses: dict[str, str] = json.loads((data_dir / ADDRESSES).read_text())
    except (OSError, ValueError):
        return {}
    return addresses if _answer(addresses) else {}


def _answer(addresses: dict[str, str]) -> bool:
    try:
        plain = addresses["database_url"].replace("postgresql+psycopg", "postgresql", 1)
        psycopg.connect(plain, connect_timeout=2).close()
        return bool(Redis.from_url(addresses["redis_url"], socket_connect_timeout=2).ping())
    except (KeyError, psycopg.Error, RedisError, OSError):
        return False

"""What a crashed database forgets is never taken for knowledge."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.migrations.upgrade import upgrade
from reviewapp.models.outbox import Mail
from reviewapp.outbox.claims import Claims
from reviewapp.outbox.mail import queue_letter
from tests import factories


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        yield server


def claimed(database: Database) -> Claims[Mail]:
    upgrade(database.engine)
    with database.transaction(EVERY_SHOP) as session:
        queue_letter(
            session,
            shop_id=factories.shop(session).id,
            letter="help_received",
            to="ada@customers.example",
            language="en",
            params={"page_url": "https://kiln.example/r/abc"},
            key="help_received:1",
        )
    claims = Claims(database, Mail)
    claims.forget(claims.take(1))
    return claims


def recovered(database: Database, claims: Claims[Mail]) -> tuple[str, str | None]:
    pause = threading.Event()
    for _ in range(300):
        try:
            claims.recover()
            with database.transaction(EVERY_SHOP) as session:
                row = session.scalars(select(Mail)).one()
                return row.state, row.reason
        except OperationalError:
            pause.wait(0.1)
    raise AssertionError("the database did not come back")


def test_after_a_killed_backend_nobody_knows(postgres: EmbeddedPostgres) -> None:
    database = Database(postgres.url)
    claims = claimed(database)
    with psycopg.connect(postgres.url.replace("+psycopg", "")) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        assert recovered(database, claims) == ("unknown", "database_crashed")
    database.close()


def test_after_a_clean_restart_everything_is_still_known(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    database = Database(postgres.url)
    claimed(database)
    database.close()
    postgres.stop()
    with EmbeddedPostgres(tmp_path / "postgres") as again:
        database = Database(again.url)
        assert recovered(database, Claims(database, Mail)) == ("planned", None)
        database.close()

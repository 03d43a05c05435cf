"""Bringing a database to this version's schema; the one code path for demo, tests, production."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, text

UPGRADE_LOCK = 7_302_511_894
"""Advisory lock: two processes that start together must not both migrate."""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run what is missing, in one transaction; safe to call by several processes at once."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        _run(connection, to)


def _run(connection: Connection, to: str) -> None:
    from alembic import command  # 0.9 s of imports that only this command needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)

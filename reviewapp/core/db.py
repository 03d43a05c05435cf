"""The database: one engine, one way to open a transaction, row-level security by shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Engine, MetaData, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from reviewapp.core.errors import Conflict

EVERY_SHOP = "*"
"""The scope of work that belongs to no single shop: sign-in, the clock, the relay."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant; naive values are refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive instants on their way in."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime: every instant is aware")
        return value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Hand out UTC whatever the server's zone."""
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; constraint names are predictable so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime(), dict[str, Any]: JSONB, list[Any]: JSONB}


class Database:
    """An engine and its transactions; services never commit, this does."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=8,
            pool_pre_ping=True,
            connect_args={"options": "-c timezone=UTC -c lock_timeout=15000"},
        )

    @contextmanager
    def transaction(self, shop_id: UUID | str) -> Iterator[Session]:
        """One transaction that sees one shop only (or EVERY_SHOP, for work above shops).

        Commits on leaving, rolls back on an error, and only after the commit runs what
        `after_commit` was handed.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                set_scope(session, shop_id)
                yield session
            run_after_commit(session)

    def close(self) -> None:
        """Give all connections back; also right after a fork."""
        self.engine.dispose()


def set_scope(session: Session, shop_id: UUID | str) -> None:
    """Bind the running transaction to a shop: the row-level policies read this setting."""
    session.execute(
        text("SELECT set_config('reviewapp.shop_id', :shop, true)"), {"shop": str(shop_id)}
    )
    session.info["shop_id"] = shop_id


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Do `action` once the transaction is safely committed (pings, cache drops); never before."""
    session.info.setdefault("after_commit", []).append(action)


def run_after_commit(session: Session) -> None:
    """Run and forget what waited for the commit; called by whoever committed."""
    for action in session.info.pop("after_commit", []):
        action()


def exactly_one(rowcount: int, code: str = "conflict") -> None:
    """A guarded UPDATE claims its row only when exactly one row changed; else Conflict."""
    if rowcount != 1:
        raise Conflict(code)

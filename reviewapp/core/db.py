"""The database: one engine, one way to open a transaction, row-level security by shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import (
    CursorResult,
    DateTime,
    Engine,
    MetaData,
    UpdateBase,
    create_engine,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from reviewapp.core.errors import Conflict
from reviewapp.core.reading import Readers, Reading

EVERY_SHOP = "*"
"""The scope of work that belongs to no single shop: sign-in, the clock, the relay."""


_OPTIONS = "-c timezone=UTC -c lock_timeout=15000"
_SCOPE = text("SELECT set_config('reviewapp.shop_id', :shop, true)")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant; naive values are refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What cursors of lists read their places back as."""
        return datetime

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
    type_annotation_map: ClassVar = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Database:
    """An engine and its transactions; services never commit, this does."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=8,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text goes to the log; people's data must not
            connect_args={"options": _OPTIONS},
        )
        self._readers = Readers(url, options=_OPTIONS, pool_size=pool_size)
        self.ping: Callable[[str], None] = _no_ping
        """Wakes a worker after a commit; the kit puts the queue in here."""

    def open(self, shop_id: UUID | str) -> Session:
        """A session in a fresh transaction that sees one shop only; end it with `finish`."""
        session = Session(self.engine, expire_on_commit=False)
        set_scope(session, shop_id)
        return session

    def finish(self, session: Session) -> None:
        """Commit, then wake the workers that were asked for."""
        session.commit()
        for errand in session.info.pop("pings", ()):
            self.ping(errand)

    @contextmanager
    def transaction(self, shop_id: UUID | str) -> Iterator[Session]:
        """One transaction that sees one shop (or EVERY_SHOP); commits on leaving, or undoes all."""
        with self.open(shop_id) as session:
            yield session
            self.finish(session)

    def reading(self, shop_id: UUID) -> AbstractContextManager[Reading]:
        """Statements that see one shop and can only read, each in one round trip.

        A third of the cost of a session, for the few doors that every shopper knocks at.
        """
        return self._readers.reading(shop_id)

    def close(self) -> None:
        """Give all connections back; also right after a fork."""
        self.engine.dispose()
        self._readers.close()


def set_scope(session: Session, shop_id: UUID | str) -> None:
    """Bind the running transaction to a shop: the row-level policies read this setting."""
    session.execute(_SCOPE, {"shop": str(shop_id)})
    session.info["shop_id"] = shop_id


def ping_after_commit(session: Session, errand: str) -> None:
    """Wake a worker for `errand` once this is safely committed; never before."""
    session.info.setdefault("pings", set()).add(errand)


def _no_ping(errand: str) -> None:
    """Where no queue is attached the clock finds the work."""


def rows_changed(session: Session, statement: UpdateBase) -> int:
    """Run an INSERT, UPDATE or DELETE; how many rows it changed."""
    result = cast("CursorResult[Any]", session.execute(statement))
    return result.rowcount


def exactly_one(rowcount: int, code: str = "conflict") -> None:
    """A guarded UPDATE claims its row only when exactly one row changed; else Conflict."""
    if rowcount != 1:
        raise Conflict(code)

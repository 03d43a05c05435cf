"""Reading for storefronts: one shop, one round trip a statement, nothing that could be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection, OperationalError
from psycopg.rows import namedtuple_row
from psycopg.types.json import set_json_loads
from sqlalchemy import Dialect, Engine, PoolProxiedConnection, Select, create_engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import OperationalError as DatabaseError

_DIALECT: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
# Local to its pipeline: gone before the connection can serve another shop.
_SCOPE = "SELECT set_config('reviewapp.shop_id', %s, true)"


Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What was found, as named tuples."""

    found: list[Any]

    def all(self) -> list[Any]:
        """Every row."""
        return self.found


class Reading:
    """A connection bound to one shop; end it with `close`."""

    def __init__(self, engine: Engine, shop_id: UUID) -> None:
        self._engine = engine
        self._shop = str(shop_id)
        self._lent = _lent(engine)

    def execute(self, statement: Statement, told: Mapping[str, Any] | None = None) -> Rows:
        """Run a SELECT that was built once; instants come in UTC.

        Raises SQLAlchemy's OperationalError when there is no server. Connections are not asked
        first whether they live: a statement that meets a dead one is asked again on a new one.
        """
        return self.together([(statement, told or {})])[0]

    def together(self, asked: Sequence[tuple[Statement, Mapping[str, Any]]]) -> list[Rows]:
        """The same for several that do not wait for one another: one round trip for all."""
        queries = []
        for statement, told in asked:
            query, constants = _compiled(statement)
            queries.append((query, {**constants, **told}))
        try:
            try:
                return self._asked(queries)
            except OperationalError:
                if not _driven(self._lent).closed:
                    raise
                self._renew()
                return self._asked(queries)
        except OperationalError as error:
            raise _as_sqlalchemy_says(error) from None

    def _asked(self, queries: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Rows]:
        """Scope and statements in one round trip.

        Without BEGIN they are one transaction, which ends with the pipeline and takes the scope
        along. Were the scope lost before, the policies would show nothing.
        """
        connection = _driven(self._lent)
        cursors = [connection.cursor(row_factory=namedtuple_row) for _ in queries]
        with connection.pipeline():
            connection.execute(_SCOPE, (self._shop,), prepare=True)
            for cursor, (query, values) in zip(cursors, queries, strict=True):
                cursor.execute(query, values, prepare=True)
        return [Rows(cursor.fetchall()) for cursor in cursors]

    def _renew(self) -> None:
        """Another connection; none of those from before the server went."""
        self._lent.invalidate()
        self._engine.dispose()
        self._lent = _lent(self._engine)

    def close(self) -> None:
        """Give the connection back."""
        self._lent.close()


class Readers:
    """Connections to read by alone, in the server's eyes too."""

    def __init__(self, url: str, *, options: str, pool_size: int) -> None:
        self._engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=8,
            pool_reset_on_return=None,  # each statement was its own transaction
            isolation_level="AUTOCOMMIT",
            connect_args={"options": f"{options} -c default_transaction_read_only=on"},
        )
        event.listen(self._engine, "connect", _read_json_quickly)

    @contextmanager
    def reading(self, shop_id: UUID) -> Iterator[Reading]:
        """Statements that see one shop."""
        reading = Reading(self._engine, shop_id)
        try:
            yield reading
        finally:
            reading.close()

    def close(self) -> None:
        """Give all connections back; also right after a fork."""
        self._engine.dispose()


@lru_cache(maxsize=512)
def _compiled(statement: Statement) -> tuple[str, dict[str, Any]]:
    """The text for the driver, and the values the statement brings along."""
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), dict(compiled.construct_params(_check=False))


def _lent(engine: Engine) -> PoolProxiedConnection:
    try:
        return engine.raw_connection()
    except OperationalError as error:
        raise _as_sqlalchemy_says(error) from None


def _driven(lent: PoolProxiedConnection) -> Connection[Any]:
    connection = lent.driver_connection
    assert isinstance(connection, Connection)
    return connection


def _as_sqlalchemy_says(error: OperationalError) -> DatabaseError:
    """As the rest of the house raises it; without values, which are people's data."""
    return DatabaseError(None, None, error, hide_parameters=True)


def _read_json_quickly(connection: Connection[Any], _record: Any) -> None:
    set_json_loads(orjson.loads, connection)

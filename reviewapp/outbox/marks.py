"""The note before each message and the outcome after it: one short statement for both.

Written through libpq's own prepared statements: this runs once for every mail, and a cursor
would cost more than the update itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

from reviewapp.core.db import EVERY_SHOP, Database


class Settlement(NamedTuple):
    """What became of one row; `send_at` is set where it is to be tried again."""

    row_id: UUID
    state: str
    reason: str | None = None
    send_at: datetime | None = None
    answer: str | None = None
    attempts: int = 0


_SETTLE = """
UPDATE "{table}" SET state = $2::text, reason = $3::text, smtp_answer = $4::text,
  attempts = attempts + $5::int,
  send_at = coalesce($6::timestamptz, send_at),
  sent_at = CASE WHEN $2::text = 'sent' THEN $8::timestamptz ELSE sent_at END,
  claim_id = CASE WHEN $2::text = 'planned' THEN NULL ELSE claim_id END,
  claimed_at = CASE WHEN $2::text = 'planned' THEN NULL ELSE claimed_at END,
  sending_at = CASE WHEN $2::text = 'planned' THEN NULL ELSE sending_at END
WHERE id = $1::uuid AND claim_id = $7::text AND state IN ('claimed', 'unknown')
"""
"""A slow answer may come after others gave the row up as `unknown`: the answer then counts."""

_TURN = (
    "WITH done AS ("
    + _SETTLE
    + """RETURNING id)
UPDATE "{table}" SET sending_at = $8::timestamptz, message_id = $10::text
WHERE id = $9::uuid AND claim_id = $7::text AND state = 'claimed' AND sending_at IS NULL
"""
)
_NOTHING: list[bytes | None] = [None, None, None, None, b"0", None]


class Marks:
    """A connection of its own, outside the pool: it sees every shop and flushes late."""

    def __init__(self, connection: psycopg.Connection[Any], table: str) -> None:
        self.connection = connection
        connection.autocommit = True
        connection.execute("SET synchronous_commit = off")
        connection.execute("SELECT set_config('reviewapp.shop_id', %s, false)", (EVERY_SHOP,))
        for name, statement in ((b"settle", _SETTLE), (b"turn", _TURN)):
            _checked(connection.pgconn.prepare(name, statement.format(table=table).encode()))

    def turn(
        self,
        claim_id: str,
        now: datetime,
        done: Settlement | None,
        row_id: UUID,
        message_id: str,
    ) -> bool:
        """Settle the row before and mark this one as leaving; False when it is not ours."""
        values = [*_values(done, claim_id, now), _text(row_id), message_id.encode()]
        return self._changes(b"turn", values) == 1

    def settle(self, claim_id: str, now: datetime, settlements: Sequence[Settlement]) -> None:
        """Write outcomes in one transaction that is flushed, and with it all before."""
        with self.connection.transaction():
            self.connection.execute("SET LOCAL synchronous_commit = on")
            for done in settlements:
                self._changes(b"settle", _values(done, claim_id, now))

    def _changes(self, name: bytes, values: Sequence[bytes | None]) -> int:
        # None stands for NULL, whatever the stub says.
        result = self.connection.pgconn.exec_prepared(name, values)  # type: ignore[arg-type]  # None is SQL NULL
        return _checked(result).command_tuples or 0


@contextmanager
def marks(database: Database, table: str) -> Iterator[Marks]:
    """Open the connection, and close it for good: its settings must not reach the pool."""
    raw = database.engine.raw_connection()
    connection = raw.driver_connection
    raw.detach()
    try:
        if not isinstance(connection, psycopg.Connection):
            raise TypeError("marks need psycopg")
        connection.rollback()
        yield Marks(connection, table)
    finally:
        raw.close()


def _values(done: Settlement | None, claim_id: str, now: datetime) -> list[bytes | None]:
    outcome = _NOTHING
    if done is not None:
        texts = (done.row_id, done.state, done.reason, done.answer, done.attempts, done.send_at)
        outcome = [_text(value) for value in texts]
    return [*outcome, claim_id.encode(), _text(now)]


def _text(value: object) -> bytes | None:
    return None if value is None else str(value).replace("\0", "").encode()


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
        raise error_from_result(result)
    return result

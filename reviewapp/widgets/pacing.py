"""How often one document is written: at once after a rest, ever more seldom while a burst lasts.

A change within twice the document's pause doubles the pause; one after a longer rest begins
anew. The pause is kept with the document's mark, so that it outlives workers and Redis.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_

from reviewapp.models.widget import SHORTEST_PAUSE, Publication, ShopDocument

LONGEST_PAUSE = timedelta(seconds=30)
"""Between two writes however long a burst lasts: half of what any reader may keep a copy."""

Row = type[Publication] | type[ShopDocument]


def due_at(row: Row) -> ColumnElement[datetime]:
    """When a change that waits may be written: its time has come, and the document has rested."""
    return func.greatest(row.dirty_at, row.published_at + row.pause)


def rested(row: Row, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the document was written long enough ago, or never."""
    return or_(row.published_at.is_(None), row.published_at + row.pause <= now)


def next_pause(row: Row) -> ColumnElement[timedelta]:
    """The pause after the write that is being settled; the row still tells of the one before."""
    soon = row.dirty_at < row.published_at + row.pause + row.pause
    return case((soon, func.least(row.pause + row.pause, LONGEST_PAUSE)), else_=SHORTEST_PAUSE)


def pause_of_mark(row: Row, *, at_once: bool) -> Any:
    """The pause after a mark: what is taken back waits for no burst to end (P3)."""
    return SHORTEST_PAUSE if at_once else row.pause

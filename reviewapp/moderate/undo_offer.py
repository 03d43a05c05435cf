"""What can still be taken back, as the queue's pages offer it: without stars (G12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.review import Review
from reviewapp.moderate.rules import UNDO_WITHIN
from reviewapp.moderate.undoing import undoable


@dataclass(frozen=True)
class UndoOffer:
    """The newest decision, or all that were made together with it."""

    action: str
    decision_ids: Sequence[UUID]
    name: str
    """Whose review it is about; "" for several."""
    seconds: int
    """How long the offer still stands."""


def undo_offer(session: Session, member_id: UUID) -> UndoOffer | None:
    """What the member decided last and can take back now."""
    rows = undoable(session, member_id)
    if not rows:
        return None
    newest = rows[0]
    together = [row for row in rows if row.decided_at == newest.decided_at]
    name = ""
    if len(together) == 1:
        name = session.scalar(
            select(Review.display_name).where(Review.id == newest.review_id)
        ) or ""  # fmt: skip
    left = newest.decided_at + UNDO_WITHIN - clock.now()
    return UndoOffer(
        newest.action, [row.id for row in together], name, max(1, round(left.total_seconds()))
    )

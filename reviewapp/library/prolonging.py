"""Recorded uses whose permission was made longer run on: their last day follows (P3)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record
from reviewapp.library.taking_down import UNRELEASED
from reviewapp.models.library import Export, ExportItem, TakeDown
from reviewapp.models.review import Review
from reviewapp.rights.rules import Right, last_day
from reviewapp.rights.service import standing_of


def run_on(session: Session, review: Review, use: str, sha256: str) -> None:
    """Bring what was taken out of `sha256` for this use in line with its term as it stands.

    What was to run through the last day that was allowed runs through the new one. A day that was
    named earlier than that was chosen, and stays; what has to come down already has to.
    """
    held = standing_of(session, review.id).get(Right(use, sha256))
    if held is None:
        return
    down = select(TakeDown.id).where(
        TakeDown.export_item_id == ExportItem.id,
        TakeDown.lifted_at.is_(None),
        TakeDown.reason != UNRELEASED,
    )
    items = session.scalars(
        select(ExportItem)
        .join(Export, Export.id == ExportItem.export_id)
        .where(
            ExportItem.review_id == review.id,
            ExportItem.subject_sha256 == sha256,
            Export.use == use,
            Export.state != "failed",
            ~down.exists(),
        )
        .options(joinedload(ExportItem.export))
    )
    for item in items:
        ended, item.ends_at = item.ends_at, held.term.ends_at
        until = item.export.until
        if ended is not None and until is not None and last_day(ended) <= until:
            _move(session, item.export, item.ends_at and max(until, last_day(item.ends_at)))


def _move(session: Session, export: Export, until: date | None) -> None:
    if until == export.until:
        return
    export.until = until
    record(
        session,
        shop_id=export.shop_id,
        actor="system",
        action="export.prolonged",
        subject=f"export:{export.id}",
        until=until and until.isoformat(),
    )

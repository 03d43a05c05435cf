"""Somebody noticed in what already runs: a task until everybody in it has agreed (P5)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.core.kit import Kit
from reviewapp.library.taking_down import UNRELEASED, lift, open_task
from reviewapp.models.library import Export, ExportItem
from reviewapp.models.outbox import OutboxEvent
from reviewapp.rights.leaving import seen_in_files
from reviewapp.rights.rules import Right, releases_missing
from reviewapp.rights.service import releases_of, rights_of


def follow_people(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a look, a question or an answer: uses in which somebody's word is missing are tasks.

    Those of which all is there are none any more. Uses that their author ended are left alone.
    """
    review_id = UUID(event.payload["review_id"])
    items = _taken_out(session, review_id)
    seen = seen_in_files(session, {item.asset_id for item in items if item.asset_id})
    held, agreed = rights_of(session, review_id), releases_of(session, review_id)
    complete = []
    for item in items:
        right = Right(item.export.use, item.subject_sha256)
        if right not in held or item.asset_id is None:
            continue
        look = seen.get((item.asset_id, item.subject_sha256))
        if releases_missing(look, agreed.get(right, {})):
            open_task(session, kit, item, UNRELEASED)
        else:
            complete.append(item.id)
    lift(session, complete)


def _taken_out(session: Session, review_id: UUID) -> Sequence[ExportItem]:
    return session.scalars(
        select(ExportItem)
        .join(Export, Export.id == ExportItem.export_id)
        .where(
            ExportItem.review_id == review_id,
            ExportItem.asset_id.is_not(None),
            Export.state != "failed",
        )
        .options(joinedload(ExportItem.export).joinedload(Export.member))
    ).all()

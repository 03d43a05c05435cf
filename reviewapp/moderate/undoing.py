"""Taking a decision back within ten seconds: before anything followed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.core.errors import Conflict
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import ModerationDecision, Review, ReviewVersion
from reviewapp.moderate.candidate import words_of_version
from reviewapp.moderate.carrying_out import REMEMBERED, words_of
from reviewapp.moderate.rules import RULES_VERSION, UNDO_WITHIN
from reviewapp.moderate.service import By
from reviewapp.outbox.messages import emit

_INSTANTS = ("decide_by", "decided_at", "edited_at", "edit_sent_at")


def undoable(session: Session, member_id: UUID) -> Sequence[ModerationDecision]:
    """The member's newest decisions that can still be taken back, newest first."""
    return session.scalars(
        select(ModerationDecision)
        .join(OutboxEvent, OutboxEvent.id == ModerationDecision.event_id)
        .where(
            ModerationDecision.member_id == member_id,
            ModerationDecision.decided_at > clock.now() - UNDO_WITHIN,
            ModerationDecision.action != "undo",
            ~taken_back(),
            *_not_followed(),
        )
        .order_by(ModerationDecision.decided_at.desc(), ModerationDecision.id.desc())
    ).all()


def taken_back() -> Any:
    """Whether a row of `ModerationDecision` was undone."""
    undo = ModerationDecision.__table__.alias("undo")
    return (
        select(undo.c.id)
        .where(
            undo.c.review_id == ModerationDecision.review_id,
            undo.c.undoes == ModerationDecision.id,
        )
        .exists()
    )


def undo(session: Session, shop_id: UUID, decision_id: UUID, *, by: By) -> Review:
    """Put the review back to how it stood; its decision and the undo both stay on record.

    Conflict `too_late` when more than ten seconds passed, something already followed from it,
    somebody else made it, or the review changed since.
    """
    row = session.scalars(
        select(ModerationDecision).where(
            ModerationDecision.shop_id == shop_id,
            ModerationDecision.id == decision_id,
            ModerationDecision.member_id == by.member_id,
            ModerationDecision.decided_at > clock.now() - UNDO_WITHIN,
            ~taken_back(),
        )
    ).one_or_none()
    if row is None or row.event_id is None:
        raise Conflict("too_late")
    review = session.scalars(
        select(Review)
        .where(Review.id == row.review_id)
        .options(joinedload(Review.product))
        .with_for_update(of=Review)
        .execution_options(populate_existing=True)
    ).one()
    if _changed_since(session, row):
        raise Conflict("too_late")
    stopped = delete(OutboxEvent).where(OutboxEvent.id == row.event_id, *_not_followed())
    if rows_changed(session, stopped) != 1:
        raise Conflict("too_late")
    _restore(session, review, row.before)
    _tell(session, review, row, by)
    session.refresh(review)
    return review


def _not_followed() -> tuple[Any, ...]:
    """No worker has begun with what follows from the decision."""
    return (OutboxEvent.state == "pending", OutboxEvent.claimed_at.is_(None))


def _changed_since(session: Session, row: ModerationDecision) -> bool:
    later = select(ModerationDecision.id).where(
        ModerationDecision.review_id == row.review_id,
        ModerationDecision.id > row.id,
    )
    newest = select(func.max(ReviewVersion.version)).where(ReviewVersion.review_id == row.review_id)
    newest_version = session.scalar(newest)
    seen = max(row.version, row.before["edit_version"] or 0)
    return session.scalar(later.limit(1)) is not None or (newest_version or 0) > seen


def _restore(session: Session, review: Review, before: Mapping[str, Any]) -> None:
    values = {
        name: datetime.fromisoformat(before[name])
        if name in _INSTANTS and before[name] is not None
        else before[name]
        for name in REMEMBERED
    }
    if before["version"] != review.version:
        values |= words_of(words_of_version(session, review, before["version"]))
    session.execute(
        update(Review)
        .where(Review.id == review.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _tell(session: Session, review: Review, row: ModerationDecision, by: By) -> None:
    session.add(
        ModerationDecision(
            shop_id=review.shop_id,
            review_id=review.id,
            version=row.version,
            action="undo",
            actor=by.actor,
            member_id=by.member_id,
            decided_at=clock.now(),
            rules_version=RULES_VERSION,
            undoes=row.id,
        )
    )
    emit(session, "review.undone", shop_id=review.shop_id, review_id=review.id)
    record(
        session,
        shop_id=review.shop_id,
        actor=by.label,
        action="review.undo",
        subject=f"review:{review.id}",
        decision=row.id,
        undone=row.action,
        rules_version=RULES_VERSION,
    )

"""Deciding on a review: one guarded change, its decision row, its log entry, its event (G13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.core.ids import new_id
from reviewapp.models.moderation import ReviewClaim
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.moderate.candidate import the_candidate
from reviewapp.moderate.carrying_out import Decision, Seen, carry_out, snapshot
from reviewapp.moderate.rules import RULES_VERSION, TAKES_EFFECT_AFTER, decision_options
from reviewapp.outbox.messages import emit

LONGEST_NOTE = 2_000
COLUMNS = tuple(Review.__mapper__.column_attrs.keys())
"""Some of them the database reckons; what hangs on a review is read again by whoever shows it."""


@dataclass(frozen=True)
class By:
    """Who decides: `actor` is member, api or clock; `label` names them in the log."""

    actor: str
    label: str
    member_id: UUID | None = None


CLOCK = By("clock", "clock")


def decide(
    session: Session,
    review: Review,
    decision: Decision,
    *,
    by: By,
    seen: Seen | None = None,
    undoable_since: datetime | None = None,
) -> ModerationDecision:
    """Carry out a decision on `review`, or on its waiting edit, and tell the rest of the house.

    Nothing here reads the stars (G12). Invalid with its fields when the decision lacks a listed
    reason, a note or a passage; Conflict `already_decided` when somebody was first, `conflict`
    when the author changed the words meanwhile. A redaction of a waiting review publishes it
    without the passages. With `undoable_since` (now), what follows waits `TAKES_EFFECT_AFTER`;
    decisions that share it are taken back together.
    """
    seen = seen or Seen.of(the_candidate(session, review))
    check(decision, seen.state)
    row = _row(review, decision, by, seen)
    row.decided_at = undoable_since or clock.now()
    taken_at = _let_go(session, review)
    row.taken_at = taken_at if by.actor == "member" else None
    carry_out(session, review, decision, seen)
    event = _emit(session, decision, seen, row.id, review)
    if undoable_since is not None:
        event.due_at = undoable_since + TAKES_EFFECT_AFTER
    session.flush()
    row.event_id = event.id
    session.add(row)
    _log(session, row, decision, by, before=seen.state)
    session.refresh(review, COLUMNS)
    return row


def _row(review: Review, decision: Decision, by: By, seen: Seen) -> ModerationDecision:
    """The decision as it is kept, with how the review stood before."""
    return ModerationDecision(
        id=new_id(),
        shop_id=review.shop_id,
        review_id=review.id,
        version=seen.version,
        action=decision.action,
        reason=decision.reason,
        note=decision.note.strip(),
        actor=by.actor,
        member_id=by.member_id,
        rules_version=RULES_VERSION,
        before=snapshot(review),
    )


def check(decision: Decision, state: str) -> None:
    """Invalid unless `decision` may be taken in `state` and says why (G13, G15)."""
    options = decision_options(state)
    wrong: dict[str, list[str]] = {}
    if decision.action not in options.reasons:
        wrong["action"] = ["This cannot be done with the review as it is now."]
    elif not options.allow(decision.action, decision.reason):
        wrong["reason"] = ["Choose one of the listed reasons."]
    if decision.action != "publish" and not decision.note.strip():
        wrong["note"] = ["Say in a sentence why."]
    if len(decision.note) > LONGEST_NOTE:
        wrong["note"] = [f"At most {LONGEST_NOTE} characters."]
    if decision.action == "redact" and not decision.passages:
        wrong["passage"] = ["Say which words to take out."]
    if wrong:
        raise Invalid(fields=wrong)


def _let_go(session: Session, review: Review) -> datetime | None:
    """Nobody has it in hand any more; says since when somebody had."""
    claim = session.scalars(
        select(ReviewClaim).where(ReviewClaim.review_id == review.id)
    ).one_or_none()
    if claim is None:
        return None
    session.delete(claim)
    return claim.taken_at


def _emit(
    session: Session,
    decision: Decision,
    seen: Seen,
    decision_id: UUID,
    review: Review,
) -> OutboxEvent:
    facts: dict[str, Any] = {
        "review_id": review.id,
        "version": seen.version,
        "decision_id": decision_id,
    }
    shop_id = review.shop_id
    if decision.action == "refuse":
        return emit(
            session,
            "review.edit_refused" if seen.version == review.edit_version else "review.refused",
            shop_id=shop_id,
            passages=_spans(decision),
            **facts,
        )
    if decision.action == "hold":
        return emit(session, "review.held", shop_id=shop_id, **facts)
    if seen.state == "published":
        return emit(session, "review.redacted", shop_id=shop_id, **facts)
    return emit(session, "review.published", shop_id=shop_id, **facts)


def _log(
    session: Session, row: ModerationDecision, decision: Decision, by: By, before: str
) -> None:
    record(
        session,
        shop_id=row.shop_id,
        actor=by.label,
        action=f"review.{decision.action}",
        subject=f"review:{row.review_id}",
        decision=row.id,
        reason=row.reason,
        version=row.version,
        before=before,
        rules_version=row.rules_version,
        passages=_spans(decision),
    )


def _spans(decision: Decision) -> Sequence[Sequence[Any]]:
    """References into the version's words; the words themselves stay out of logs and events."""
    return [[passage.field, passage.start, passage.end] for passage in decision.passages]

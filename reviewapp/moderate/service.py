"""Deciding on a review: one guarded change, its decision row, its log entry, its event (G13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.moderate.passages import Passage, with_redactions
from reviewapp.moderate.rules import RULES_VERSION, WAITING, decision_options, hold_until
from reviewapp.outbox.messages import emit

LONGEST_NOTE = 2_000
STATE_AFTER = {"publish": "published", "refuse": "refused", "redact": "published", "hold": "held"}


@dataclass(frozen=True)
class By:
    """Who decides: `actor` is member, api or clock; `label` names them in the log."""

    actor: str
    label: str
    member_id: UUID | None = None


CLOCK = By("clock", "clock")


@dataclass(frozen=True)
class Decision:
    """What is to be done. `passages`: what a redaction takes out, or what a refusal is about."""

    action: str
    reason: str | None = None
    note: str = ""
    passages: tuple[Passage, ...] = ()
    hold_days: int | None = None


@dataclass(frozen=True)
class Seen:
    """The review as the one who decides saw it; anything else by now is a Conflict."""

    state: str
    version: int

    @classmethod
    def of(cls, review: Review) -> Seen:
        """The review as it is loaded."""
        return cls(review.state, review.version)


def decide(
    session: Session, review: Review, decision: Decision, *, by: By, seen: Seen | None = None
) -> ModerationDecision:
    """Carry out a decision on `review` and tell the rest of the house.

    Nothing here reads the stars (G12). Invalid with its fields when the decision lacks a listed
    reason, a note or a passage; Conflict `already_decided` when somebody was first, `conflict`
    when the author changed the words meanwhile. A redaction of a waiting review publishes it
    without the passages.
    """
    seen = seen or Seen.of(review)
    check(decision, seen.state)
    row = ModerationDecision(
        shop_id=review.shop_id,
        review_id=review.id,
        version=seen.version,
        action=decision.action,
        reason=decision.reason,
        note=decision.note.strip(),
        actor=by.actor,
        member_id=by.member_id,
        decided_at=clock.now(),
        rules_version=RULES_VERSION,
    )
    _change(session, review, decision, seen)
    session.add(row)
    session.flush()
    _tell(session, row, decision, by, before=seen.state)
    session.refresh(review)
    return row


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


def _change(session: Session, review: Review, decision: Decision, seen: Seen) -> None:
    """The guarded UPDATE: exactly one row in the state and version that was seen."""
    now = clock.now()
    values: dict[str, Any] = {"state": STATE_AFTER[decision.action]}
    if decision.action == "hold":
        values |= {"decide_by": hold_until(now, decision.hold_days)}
    else:
        values |= {"decide_by": None, "decided_at": now}
    if decision.action == "redact":
        assert decision.reason is not None
        values["redactions"] = with_redactions(
            review.redactions, decision.passages, decision.reason
        )
    changed = rows_changed(
        session,
        update(Review)
        .where(
            Review.id == review.id,
            Review.state == seen.state,
            Review.version == seen.version,
            Review.redactions == review.redactions,
        )
        .values(**values)
        .execution_options(synchronize_session=False),
    )
    if changed != 1:
        session.refresh(review)
        decided = seen.state in WAITING and review.state not in WAITING
        raise Conflict("already_decided" if decided else "conflict")


def _tell(
    session: Session, row: ModerationDecision, decision: Decision, by: By, before: str
) -> None:
    facts: dict[str, Any] = {
        "review_id": row.review_id,
        "version": row.version,
        "decision_id": row.id,
    }
    shop_id = row.shop_id
    if decision.action == "refuse":
        emit(session, "review.refused", shop_id=shop_id, **facts, passages=_spans(decision))
    elif decision.action == "hold":
        emit(session, "review.held", shop_id=shop_id, **facts)
    elif before == "published":
        emit(session, "review.redacted", shop_id=shop_id, **facts)
    else:
        emit(session, "review.published", shop_id=shop_id, **facts)
    record(
        session,
        shop_id=shop_id,
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

"""What a decision does to the review's row: one guarded UPDATE, of the state that was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.core.errors import Conflict
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.moderate.candidate import Candidate, candidate, waiting_words
from reviewapp.moderate.passages import Passage, with_redactions
from reviewapp.moderate.rules import WAITING, hold_until

STATE_AFTER = {"publish": "published", "refuse": "refused", "redact": "published", "hold": "held"}
NO_EDIT: dict[str, Any] = {"edit_version": None, "edit_state": None, "edit_sent_at": None}
REMEMBERED = (
    *("state", "version", "decide_by", "decided_at", "edited_at", "redactions"),
    *("edit_version", "edit_state", "edit_sent_at"),
)
"""Columns that decisions change, beside the words, which every version keeps."""


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
    """The version as the one who decides saw it; anything else by now is a Conflict."""

    state: str
    version: int

    @classmethod
    def of(cls, version: Review | Candidate) -> Seen:
        """A version as it is loaded."""
        return cls(version.state, version.version)


def carry_out(session: Session, review: Review, decision: Decision, seen: Seen) -> None:
    """Change exactly one row in the state and version that was seen; Conflict for any other."""
    on_edit = seen.version == review.edit_version
    values = _on_edit(session, review, decision) if on_edit else _on_row(session, review, decision)
    statement = update(Review).where(Review.id == review.id, Review.redactions == review.redactions)
    if on_edit:
        statement = statement.where(
            Review.edit_version == seen.version, Review.edit_state == seen.state
        )
    else:
        statement = statement.where(
            Review.version == seen.version,
            Review.state == seen.state,
            Review.edit_version.is_not_distinct_from(review.edit_version),
        )
    quiet = statement.values(**values).execution_options(synchronize_session=False)
    if rows_changed(session, quiet) != 1:
        _too_late(session, review, seen)


def snapshot(review: Review) -> dict[str, Any]:
    """How the review stands, as JSON that `restored` reads back."""
    found = {name: getattr(review, name) for name in REMEMBERED}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in found.items()
    }


def words_of(version: ReviewVersion) -> dict[str, Any]:
    """The columns that hold an author's words and stars, as they were sent (G15)."""
    return {
        name: getattr(version, name)
        for name in ("rating", "title", "body", "answers", "display_name")
    }


def _on_row(session: Session, review: Review, decision: Decision) -> dict[str, Any]:
    now = clock.now()
    if decision.action == "refuse" and review.edit_version is not None:
        return _edit_in_its_place(session, review)
    values: dict[str, Any] = {"state": STATE_AFTER[decision.action]}
    if decision.action == "hold":
        return values | {"decide_by": hold_until(now, decision.hold_days)}
    values["decided_at"] = now
    if review.edit_version is None:
        values["decide_by"] = None
    if decision.action == "redact":
        values["redactions"] = _redacted(review.redactions, decision)
    return values


def _edit_in_its_place(session: Session, review: Review) -> dict[str, Any]:
    """What was shown goes; the newer version takes the row and waits on, with its deadline."""
    return NO_EDIT | words_of(waiting_words(session, review)) | {
        "version": review.edit_version,
        "state": review.edit_state,
        "edited_at": review.edit_sent_at,
        "redactions": [],
        "decided_at": None,
    }  # fmt: skip


def _on_edit(session: Session, review: Review, decision: Decision) -> dict[str, Any]:
    """The newer version replaces what is shown, or the decided one stays."""
    now = clock.now()
    if decision.action == "hold":
        return {"edit_state": "held", "decide_by": hold_until(now, decision.hold_days)}
    decided = NO_EDIT | {"decide_by": None, "decided_at": now}
    if decision.action == "refuse":
        return decided
    return decided | words_of(waiting_words(session, review)) | {
        "version": review.edit_version,
        "edited_at": review.edit_sent_at,
        "redactions": _redacted([], decision) if decision.action == "redact" else [],
    }  # fmt: skip


def _redacted(before: list[Any], decision: Decision) -> list[dict[str, Any]]:
    assert decision.reason is not None
    return with_redactions(before, decision.passages, decision.reason)


def _too_late(session: Session, review: Review, seen: Seen) -> None:
    session.refresh(review)
    now = candidate(session, review, seen.version)
    decided = seen.state in WAITING and (now is None or now.state not in WAITING)
    newer = max(review.version, review.edit_version or 0) > seen.version
    raise Conflict("already_decided" if decided and not newer else "conflict")

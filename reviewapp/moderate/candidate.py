"""The words that wait for a decision: a review's own, or its author's newer version beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.review import Review, ReviewVersion


@dataclass(frozen=True)
class Candidate:
    """One version's words and how it stands; there is no place for stars in it (G12)."""

    version: int
    state: str
    title: str
    body: str
    answers: Mapping[str, Any]
    display_name: str
    written_at: datetime
    is_edit: bool
    """An earlier version is decided on and stays shown meanwhile."""

    @property
    def texts(self) -> dict[str, str]:
        """What passages are looked for in."""
        return {"title": self.title, "body": self.body}


def candidate(session: Session, review: Review, version: int | None = None) -> Candidate | None:
    """What there is to decide on: the waiting edit where there is one, else the review itself.

    With `version`, that one; None when the review has no such version any more.
    """
    wanted = version or review.edit_version or review.version
    if wanted == review.version:
        return shown(review)
    if wanted != review.edit_version:
        return None
    words = waiting_words(session, review)
    assert review.edit_state is not None
    assert review.edit_sent_at is not None
    return Candidate(
        version=words.version,
        state=review.edit_state,
        title=words.title,
        body=words.body,
        answers=words.answers,
        display_name=words.display_name,
        written_at=review.edit_sent_at,
        is_edit=True,
    )


def shown(review: Review) -> Candidate:
    """The version in the review's own row."""
    return Candidate(
        version=review.version,
        state=review.state,
        title=review.title,
        body=review.body,
        answers=review.answers,
        display_name=review.display_name,
        written_at=review.edited_at or review.submitted_at,
        is_edit=False,
    )


def the_candidate(session: Session, review: Review) -> Candidate:
    """What there is to decide on now."""
    found = candidate(session, review)
    assert found is not None
    return found


def waiting_words(session: Session, review: Review) -> ReviewVersion:
    """The author's version that waits beside what is shown."""
    return words_of_version(session, review, review.edit_version)


def words_of_version(session: Session, review: Review, version: int | None) -> ReviewVersion:
    """One kept version of the review."""
    return session.scalars(
        select(ReviewVersion).where(
            ReviewVersion.review_id == review.id, ReviewVersion.version == version
        )
    ).one()

"""An author's versions: the newest words, whether they are decided on or wait beside others."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.json import canonical_sha256
from reviewapp.models.review import Review, ReviewVersion


@dataclass(frozen=True)
class Words:
    """What an author says, as hashed for each version."""

    rating: int
    title: str
    body: str
    answers: dict[str, str]
    display_name: str

    @property
    def sha256(self) -> str:
        """Over the canonical JSON of all five."""
        return canonical_sha256(asdict(self))

    @classmethod
    def of(cls, version: Review | ReviewVersion) -> Words:
        """The words of a review's present or of a kept version."""
        return cls(
            version.rating, version.title, version.body, version.answers, version.display_name
        )


@dataclass(frozen=True)
class OwnVersion:
    """What the author's page shows of a review: the newest words and how they stand."""

    words: Review | ReviewVersion
    waits: bool
    """They are being checked while the earlier version stays shown."""
    refused: str | None
    """The reason why a change of a published review was not taken over."""


def latest_version(session: Session, review: Review) -> Review | ReviewVersion:
    """The author's newest words, decided on or not."""
    newest = session.scalars(
        select(ReviewVersion)
        .where(ReviewVersion.review_id == review.id)
        .order_by(ReviewVersion.version.desc())
        .limit(1)
    ).one_or_none()
    return newest if newest is not None and newest.version > review.version else review


def hashes_of(session: Session, review: Review) -> set[str]:
    """SHA-256 of the words of every version there was."""
    kept = select(ReviewVersion.sha256).where(ReviewVersion.review_id == review.id)
    return set(session.scalars(kept))


def own_version(session: Session, review: Review) -> OwnVersion:
    """The newest words of `review` (its decisions loaded) as its author sees them."""
    words = latest_version(session, review)
    waits = review.edit_version is not None
    refused = None
    if words is not review and not waits and review.state == "published":
        taken_back = {row.undoes for row in review.decisions}
        told = [
            row.reason
            for row in review.decisions
            if row.action == "refuse" and row.version == words.version and row.id not in taken_back
        ]
        refused = told[-1] if told else None
    return OwnVersion(words, waits, refused)


def wait_anew(review: Review, words: Words, version: int) -> None:
    """Put the new version beside what is published, or in place of what is not."""
    now = clock.now()
    if review.state == "published":
        review.edit_version, review.edit_state, review.edit_sent_at = version, "pending", now
        return
    review.version = version
    review.rating, review.title, review.body = words.rating, words.title, words.body
    review.answers, review.display_name = words.answers, words.display_name
    review.redactions = []
    review.state, review.edited_at, review.decided_at = "pending", now, None

"""What an author allows, as their page shows it: every use of every thing of a review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.collect.reviewing import subjects_of
from reviewapp.models.review import Review
from reviewapp.models.rights import USES, PermissionEntry
from reviewapp.rights.ledger import Subject
from reviewapp.rights.rules import Right, Standing
from reviewapp.rights.service import standing_of


@dataclass(frozen=True)
class Part:
    """One thing of a review, the words (without asset) or a file, and whether a use is given."""

    asset_id: UUID | None
    given: bool
    ends_at: datetime | None = None
    """When what was given ends by itself."""
    renewed_at: datetime | None = None
    """When its author made it longer, where they did."""


@dataclass(frozen=True)
class UseState:
    """One use of a review: given for all of it, for a part of it, or not."""

    use: str
    parts: tuple[Part, ...]
    older: bool = False
    """For earlier words of it, which may still be the ones that are shown."""

    @property
    def given(self) -> bool:
        """For something of it."""
        return self.older or any(part.given for part in self.parts)

    @property
    def ends_at(self) -> datetime | None:
        """When the first of what was given ends by itself; None: until it is taken back."""
        return min((part.ends_at for part in self.parts if part.ends_at), default=None)

    @property
    def renewed_at(self) -> datetime | None:
        """When something of it was made longer last."""
        return max((part.renewed_at for part in self.parts if part.renewed_at), default=None)

    @property
    def complete(self) -> bool:
        """For all of it."""
        return all(part.given for part in self.parts)


def permissions_of(session: Session, review: Review) -> list[UseState]:
    """Every use in the order asked, as it stands for the present words and photos."""
    session.flush()
    held = standing_of(session, review.id)
    subjects = subjects_of(session, review)
    states = []
    for use in USES:
        parts = (_part(one, held.get(Right(use, one.sha256))) for one in subjects)
        states.append(UseState(use, tuple(parts), bool(older_words(review, subjects, held, use))))
    return states


def _part(subject: Subject, held: Standing[PermissionEntry] | None) -> Part:
    if held is None:
        return Part(subject.asset_id, given=False)
    renewed_at = held.grant.created_at if held.grant.renews else None
    return Part(subject.asset_id, True, held.term.ends_at, renewed_at)


def older_words(
    review: Review, subjects: Sequence[Subject], held: Collection[Right], use: str
) -> list[Right]:
    """Rights in earlier words of a review: given for the ones shown while an edit waited."""
    known = {one.sha256 for one in subjects} | {asset.sha256 for asset in review.media}
    return [one for one in held if one.use == use and one.subject_sha256 not in known]

"""What an author allows, as their page shows it: every use of every thing of a review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.collect.reviewing import subjects_of
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.rights.ledger import Subject
from reviewapp.rights.rules import Right
from reviewapp.rights.service import rights_of


@dataclass(frozen=True)
class Part:
    """One thing of a review, the words (without asset) or a file, and whether a use is given."""

    asset_id: UUID | None
    given: bool


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
    def complete(self) -> bool:
        """For all of it."""
        return all(part.given for part in self.parts)


def permissions_of(session: Session, review: Review) -> list[UseState]:
    """Every use in the order asked, as it stands for the present words and photos."""
    held = rights_of(session, review.id)
    subjects = subjects_of(session, review)
    states = []
    for use in USES:
        parts = (Part(one.asset_id, Right(use, one.sha256) in held) for one in subjects)
        states.append(UseState(use, tuple(parts), bool(older_words(review, subjects, held, use))))
    return states


def older_words(
    review: Review, subjects: Sequence[Subject], held: Collection[Right], use: str
) -> list[Right]:
    """Rights in earlier words of a review: given for the ones shown while an edit waited."""
    known = {one.sha256 for one in subjects} | {asset.sha256 for asset in review.media}
    return [one for one in held if one.use == use and one.subject_sha256 not in known]

"""A person looked at a file and says who and what is in it, before it is used elsewhere (P5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.models.media import CONTENTS, MediaAsset, MediaDecision
from reviewapp.outbox.messages import emit
from reviewapp.rights.rules import RELEASED_BY

MOST_PEOPLE = 99
_LONGEST = 4


@dataclass(frozen=True)
class Look:
    """What was seen."""

    found: Sequence[str] = ()
    """Of CONTENTS; anything else is left out."""
    people: int | None = 1
    """How many have to agree, where somebody is in it; None: what was typed is no number."""

    @property
    def known(self) -> list[str]:
        """`found` in the order of CONTENTS."""
        return [content for content in CONTENTS if content in self.found]

    @property
    def shows_somebody(self) -> bool:
        """Whether a release is needed for every use."""
        return bool(RELEASED_BY.keys() & set(self.known))


def people_typed(text: str) -> int | None:
    """The number in a form's field, one where it is empty; None: it is no number."""
    told = text.strip() or "1"
    return int(told) if told.isdecimal() and len(told) <= _LONGEST else None


def note_look(
    session: Session, asset: MediaAsset, look: Look, *, by: str, member_id: UUID | None
) -> MediaDecision:
    """Keep what was seen in this very file; Invalid for a number of people that cannot be."""
    if look.shows_somebody and not 1 <= (look.people or 0) <= MOST_PEOPLE:
        raise Invalid(fields={"people": [f"A number from 1 to {MOST_PEOPLE}."]})
    row = MediaDecision(
        shop_id=asset.shop_id,
        asset_id=asset.id,
        action="check",
        note="",
        found=look.known,
        people=look.people if look.shows_somebody else None,
        sha256=asset.sha256,
        actor="member" if member_id else "api",
        member_id=member_id,
        decided_at=clock.now(),
    )
    session.add(row)
    session.flush()
    emit(session, "media.checked", shop_id=asset.shop_id, review_id=asset.review_id)
    record(
        session,
        shop_id=asset.shop_id,
        actor=by,
        action="media.check",
        subject=f"media:{asset.id}",
        review=str(asset.review_id),
        decision=row.id,
        found=row.found,
        people=row.people,
        sha256=row.sha256,
    )
    return row

"""Who has which waiting review in hand: a lease, so that no two people work on one (G14)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.models.account import Member
from reviewapp.models.moderation import ReviewClaim
from reviewapp.models.review import Review

LEASE = timedelta(minutes=5)
"""A page in view renews it every minute; one that was left gives it back, or it runs out."""

MOST_TRIES = 20
"""Each failed try means that somebody took that very review in the same instant."""


@dataclass(frozen=True)
class Holder:
    """Somebody who has a review in hand."""

    member_id: UUID
    name: str
    taken_at: datetime


def take(session: Session, review_id: UUID, *, shop_id: UUID, member_id: UUID) -> bool:
    """Take this review in hand, or keep it; False when somebody else has it or it is decided."""
    waiting = session.scalar(
        select(Review.id)
        .where(Review.shop_id == shop_id, Review.id == review_id, waits())
        .with_for_update()
    )
    return waiting is not None and _lease(session, review_id, shop_id, member_id)


def take_next(
    session: Session,
    *,
    shop_id: UUID,
    member_id: UUID,
    after: tuple[datetime, UUID] | None = None,
    holds_too: bool = False,
) -> UUID | None:
    """Take the oldest review nobody has in hand, behind `after` first, then from the beginning.

    Fraud holds come last and only where asked for: somebody is finding out. Two people who
    ask in the same instant get two reviews: rows being taken are skipped.
    """
    for held in (False, True) if holds_too else (False,):
        for place in (after, None) if after else (None,):
            for _ in range(MOST_TRIES):
                found = _oldest_free(session, shop_id, member_id, held=held, after=place)
                if found is None:
                    break
                if _lease(session, found, shop_id, member_id):
                    return found
    return None


def keep(session: Session, review_id: UUID, member_id: UUID) -> bool:
    """Prolong the lease of a page that is still open; False when it is not theirs any more."""
    kept = (
        update(ReviewClaim)
        .where(ReviewClaim.review_id == review_id, ReviewClaim.member_id == member_id)
        .values(expires_at=clock.now() + LEASE)
    )
    return rows_changed(session, kept) == 1


def release(session: Session, member_id: UUID, but: Collection[UUID] = ()) -> None:
    """Give back what the member has in hand, `but` what is named."""
    session.execute(
        delete(ReviewClaim).where(
            ReviewClaim.member_id == member_id, ReviewClaim.review_id.not_in(but)
        )
    )


def give_back(session: Session, review_id: UUID, member_id: UUID) -> None:
    """Give one review back, if it is theirs."""
    session.execute(
        delete(ReviewClaim).where(
            ReviewClaim.review_id == review_id, ReviewClaim.member_id == member_id
        )
    )


def holders(session: Session, review_ids: Collection[UUID]) -> dict[UUID, Holder]:
    """Who has these reviews in hand now, by review."""
    rows = session.execute(
        select(ReviewClaim.review_id, ReviewClaim.member_id, Member.name, ReviewClaim.taken_at)
        .join(Member, Member.id == ReviewClaim.member_id)
        .where(ReviewClaim.review_id.in_(review_ids), ReviewClaim.expires_at > clock.now())
    )
    return {row[0]: Holder(*row[1:]) for row in rows}


def in_hand(session: Session, member_id: UUID) -> Sequence[UUID]:
    """What the member has in hand now, longest first."""
    return session.scalars(
        select(ReviewClaim.review_id)
        .join(Review, Review.id == ReviewClaim.review_id)
        .where(ReviewClaim.member_id == member_id, ReviewClaim.expires_at > clock.now(), waits())
        .order_by(ReviewClaim.taken_at, ReviewClaim.review_id)
    ).all()


def waits() -> Any:
    """Something of the review waits for a decision: itself, or its author's edit."""
    return Review.waiting_since.is_not(None)


def is_held() -> Any:
    """It waits as a fraud hold."""
    return or_(Review.state == "held", Review.edit_state == "held")


def _oldest_free(
    session: Session,
    shop_id: UUID,
    member_id: UUID,
    *,
    held: bool,
    after: tuple[datetime, UUID] | None,
) -> UUID | None:
    taken = (
        select(ReviewClaim.review_id)
        .where(
            ReviewClaim.review_id == Review.id,
            ReviewClaim.member_id != member_id,
            ReviewClaim.expires_at > clock.now(),
        )
        .exists()
    )
    free = select(Review.id).where(Review.shop_id == shop_id, waits(), ~taken)
    free = free.where(is_held() if held else ~is_held().is_(True))
    if after is not None:
        free = free.where(tuple_(Review.waiting_since, Review.id) > after)
    return session.scalar(
        free.order_by(Review.waiting_since, Review.id).limit(1).with_for_update(skip_locked=True)
    )


def _lease(session: Session, review_id: UUID, shop_id: UUID, member_id: UUID) -> bool:
    """One row changes: a free or run-out lease becomes theirs, their own is prolonged."""
    now = clock.now()
    theirs = ReviewClaim.member_id == member_id
    new = insert(ReviewClaim).values(
        review_id=review_id,
        shop_id=shop_id,
        member_id=member_id,
        taken_at=now,
        expires_at=now + LEASE,
    )
    leased = new.on_conflict_do_update(
        index_elements=[ReviewClaim.review_id],
        set_={"member_id": member_id, "taken_at": now, "expires_at": now + LEASE},
        where=or_(theirs, ReviewClaim.expires_at <= now),
    )
    return session.scalar(leased.returning(ReviewClaim.review_id)) is not None

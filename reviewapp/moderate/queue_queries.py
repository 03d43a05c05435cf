"""The queue as a list: what waits, in the order of arrival, who has it, how long it takes (G12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.catalog import Product
from reviewapp.models.moderation import ReviewClaim
from reviewapp.models.review import Flag, ModerationDecision, Review, ReviewVersion
from reviewapp.moderate.claims import waits

QUEUE_SHOWN = 50
MOST_COUNTED = 1_000
PACE_DAYS = 30
PACE_DECISIONS = 500


@dataclass(frozen=True)
class Waiting:
    """A line of the queue; there is no room for stars in it."""

    id: UUID
    display_name: str
    title: str
    excerpt: str
    product: str
    waiting_since: datetime
    state: str
    is_edit: bool
    flagged: bool
    holder_id: UUID | None
    holder: str | None
    """Who has it in hand now."""


@dataclass(frozen=True)
class Pace:
    """How long authors wait and how long a decision takes; medians of the last 30 days."""

    oldest: datetime | None
    wait_seconds: float | None
    """From arrival to the decision of a person."""
    work_seconds: float | None
    """From taking a review in hand to deciding on it."""


def review_queue(session: Session, shop_id: UUID, around: UUID | None = None) -> list[Waiting]:
    """Waiting reviews, oldest first; from a little before `around` when one is told."""
    waiting = _waiting(shop_id)
    place = tuple_(Review.waiting_since, Review.id)
    if around is not None:
        here = place_of(session, around)
        before = session.execute(
            waiting.where(place < here)
            .order_by(Review.waiting_since.desc(), Review.id.desc())
            .limit(QUEUE_SHOWN // 5)
        ).all()[::-1]
        rest = waiting.where(place >= here)
    else:
        before, rest = [], waiting
    after = session.execute(
        rest.order_by(Review.waiting_since, Review.id).limit(QUEUE_SHOWN - len(before))
    ).all()
    return [Waiting(*row) for row in (*before, *after)]


def queue_length(session: Session, shop_id: UUID) -> int:
    """How many reviews wait for a decision, counted up to `MOST_COUNTED`."""
    some = select(Review.id).where(Review.shop_id == shop_id, waits()).limit(MOST_COUNTED)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def place_of(session: Session, review_id: UUID) -> tuple[datetime, UUID]:
    """Where a review stands, or stood before it was decided, in the order of arrival."""
    arrived = func.coalesce(Review.waiting_since, Review.submitted_at).label("at")
    row = session.execute(select(arrived, Review.id).where(Review.id == review_id)).first()
    if row is None:
        raise NotFound
    return row.at, row.id


def pace(session: Session, shop_id: UUID) -> Pace:
    """The oldest arrival that waits, and the medians over the newest decisions of people."""
    oldest = select(func.min(Review.waiting_since)).where(Review.shop_id == shop_id, waits())
    decided = (
        select(
            func.extract(
                "epoch",
                ModerationDecision.decided_at
                - func.coalesce(Review.edited_at, Review.submitted_at),
            ).label("wait"),
            func.extract(
                "epoch", ModerationDecision.decided_at - ModerationDecision.taken_at
            ).label("work"),
        )
        .join(Review, Review.id == ModerationDecision.review_id)
        .where(
            ModerationDecision.shop_id == shop_id,
            ModerationDecision.actor == "member",
            ModerationDecision.taken_at.is_not(None),
            ModerationDecision.decided_at > clock.now() - timedelta(days=PACE_DAYS),
        )
        .order_by(ModerationDecision.decided_at.desc())
        .limit(PACE_DECISIONS)
        .subquery()
    )
    half: Any = func.percentile_cont(0.5)
    row = session.execute(
        select(half.within_group(decided.c.wait), half.within_group(decided.c.work))
    ).one()
    return Pace(session.scalar(oldest), row[0], row[1])


def _waiting(shop_id: UUID) -> Select[*tuple[Any, ...]]:
    version = func.coalesce(Review.edit_version, Review.version)
    flagged = (
        select(Flag.id).where(and_(Flag.review_id == Review.id, Flag.version == version)).exists()
    )
    words = ReviewVersion
    in_hand = and_(ReviewClaim.review_id == Review.id, ReviewClaim.expires_at > clock.now())
    return (
        select(
            Review.id,
            func.coalesce(words.display_name, Review.display_name),
            func.coalesce(words.title, Review.title),
            func.left(func.coalesce(words.body, Review.body), 160),
            Product.title,
            Review.waiting_since,
            func.coalesce(Review.edit_state, Review.state),
            Review.edit_version.is_not(None),
            flagged,
            ReviewClaim.member_id,
            Member.name,
        )
        .join(Product, Product.id == Review.product_id)
        .outerjoin(words, and_(words.review_id == Review.id, words.version == Review.edit_version))
        .outerjoin(ReviewClaim, in_hand)
        .outerjoin(Member, Member.id == ReviewClaim.member_id)
        .where(Review.shop_id == shop_id, waits())
    )

"""What moderators look at: the queue in the order of arrival, lists, one review with its history.

Nothing here sorts, filters or groups waiting reviews by their stars (G12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.catalog import Customer, Order, OrderLine, Product
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Flag, Review, ReviewSketch, ReviewVersion
from reviewapp.moderate.picture_signals import PictureLine, picture_lines
from reviewapp.moderate.rules import WAITING
from reviewapp.moderate.similarity import NEAR_COPY, similarity

QUEUE_SHOWN = 50
CANDIDATES = 50


@dataclass(frozen=True)
class Waiting:
    """A line of the queue; there is no room for stars in it."""

    id: UUID
    display_name: str
    title: str
    excerpt: str
    product: str
    submitted_at: datetime
    state: str
    flagged: bool


@dataclass(frozen=True)
class Evidence:
    """What surrounds a review: its order, who wrote it, how often before, near-copies."""

    order: Order | None
    line: OrderLine | None
    customer: Customer | None
    earlier_reviews: int
    copies: Sequence[Review]
    members: dict[UUID, str]
    versions: Sequence[ReviewVersion]
    pictures: Sequence[PictureLine]


def review_queue(session: Session, shop_id: UUID, around: UUID | None = None) -> list[Waiting]:
    """Waiting reviews, oldest first; from a little before `around` when one is told."""
    waiting = _waiting(shop_id)
    if around is not None:
        place = _place(session, around)
        before = session.execute(
            waiting.where(tuple_(Review.submitted_at, Review.id) < place)
            .order_by(Review.submitted_at.desc(), Review.id.desc())
            .limit(QUEUE_SHOWN // 5)
        ).all()[::-1]
        rest = waiting.where(tuple_(Review.submitted_at, Review.id) >= place)
    else:
        before, rest = [], waiting
    after = session.execute(
        rest.order_by(Review.submitted_at, Review.id).limit(QUEUE_SHOWN - len(before))
    ).all()
    return [Waiting(*row) for row in (*before, *after)]


def queue_length(session: Session, shop_id: UUID) -> int:
    """How many reviews wait for a decision."""
    return (
        session.scalar(
            select(func.count()).where(Review.shop_id == shop_id, Review.state.in_(WAITING))
        )
        or 0
    )


def next_in_queue(session: Session, review: Review) -> UUID | None:
    """The waiting review after this one in the order of arrival; past the end, the oldest."""
    place = tuple_(Review.submitted_at, Review.id)
    waiting = select(Review.id).where(
        Review.shop_id == review.shop_id, Review.state.in_(WAITING), Review.id != review.id
    )
    ordered = waiting.order_by(Review.submitted_at, Review.id).limit(1)
    later = ordered.where(place > (review.submitted_at, review.id))
    return session.scalar(later) or session.scalar(ordered)


def the_review(session: Session, shop_id: UUID, review_id: UUID) -> Review:
    """A review of this shop with all that its page shows; NotFound for another's."""
    found = session.scalar(
        select(Review)
        .where(Review.shop_id == shop_id, Review.id == review_id)
        .options(
            joinedload(Review.product),
            joinedload(Review.customer),
            selectinload(Review.flags),
            selectinload(Review.decisions),
            selectinload(Review.replies),
            selectinload(Review.media).selectinload(MediaAsset.renditions),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def evidence(session: Session, review: Review) -> Evidence:
    """Everything beside the words; facts of the parcel, none of the customer's mood."""
    row = session.execute(
        select(Order, OrderLine)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(OrderLine.id == review.order_line_id)
    ).first()
    earlier = 0
    if review.customer_id is not None:
        earlier = session.scalar(
            select(func.count()).where(
                Review.customer_id == review.customer_id,
                Review.submitted_at < review.submitted_at,
            )
        ) or 0  # fmt: skip
    versions = session.scalars(
        select(ReviewVersion)
        .where(ReviewVersion.review_id == review.id)
        .order_by(ReviewVersion.version)
    ).all()
    return Evidence(
        order=row[0] if row else None,
        line=row[1] if row else None,
        customer=review.customer,
        earlier_reviews=earlier,
        copies=near_copies(session, review),
        members=_members(session, review),
        versions=versions,
        pictures=picture_lines(session, review),
    )


def team(session: Session, shop_id: UUID) -> list[Member]:
    """Members who can be given something to do, by name."""
    return list(
        session.scalars(
            select(Member)
            .where(Member.shop_id == shop_id, Member.disabled_at.is_(None))
            .order_by(Member.name, Member.id)
        )
    )


def near_copies(session: Session, review: Review) -> list[Review]:
    """Other reviews of the shop that share most of this one's body, nearest first."""
    bands = select(ReviewSketch.band, ReviewSketch.value).where(ReviewSketch.review_id == review.id)
    sharing = (
        select(ReviewSketch.review_id)
        .where(
            ReviewSketch.shop_id == review.shop_id,
            ReviewSketch.review_id != review.id,
            tuple_(ReviewSketch.band, ReviewSketch.value).in_(bands),
        )
        .distinct()
        .limit(CANDIDATES)
    )
    candidates = session.scalars(
        select(Review).where(Review.id.in_(sharing)).options(joinedload(Review.product))
    ).all()
    scored = [(similarity(review.body, other.body), other) for other in candidates]
    near = [pair for pair in scored if pair[0] >= NEAR_COPY]
    return [other for _, other in sorted(near, key=lambda pair: (-pair[0], pair[1].id))]


def reviews_of(
    shop_id: UUID, *, state: str | None = None, product_id: UUID | None = None, words: str = ""
) -> Select[Review]:
    """Reviews of the shop, unordered: by state, product and words that all stand in the text."""
    found = (
        select(Review)
        .where(Review.shop_id == shop_id)
        .options(joinedload(Review.product), selectinload(Review.flags))
    )
    if state:
        found = found.where(Review.state == state)
    if product_id:
        found = found.where(Review.product_id == product_id)
    for word in words.split()[:10]:
        found = found.where(
            or_(
                Review.body.icontains(word, autoescape=True),
                Review.title.icontains(word, autoescape=True),
                Review.display_name.icontains(word, autoescape=True),
            )
        )
    return found


def state_counts(session: Session, shop_id: UUID) -> dict[str, int]:
    """How many reviews are in each state."""
    rows = session.execute(
        select(Review.state, func.count().label("number"))
        .where(Review.shop_id == shop_id)
        .group_by(Review.state)
    )
    return {row.state: row.number for row in rows}


def reviewed_products(session: Session, shop_id: UUID) -> list[Product]:
    """Products with reviews, for the filter; at most 200 by name."""
    return list(
        session.scalars(
            select(Product)
            .where(
                Product.shop_id == shop_id,
                select(Review.id).where(Review.product_id == Product.id).exists(),
            )
            .order_by(Product.title, Product.id)
            .limit(200)
        )
    )


def _waiting(shop_id: UUID) -> Select[UUID, str, str, str, str, datetime, str, bool]:
    flagged = (
        select(Flag.id)
        .where(and_(Flag.review_id == Review.id, Flag.version == Review.version))
        .exists()
    )
    return (
        select(
            Review.id,
            Review.display_name,
            Review.title,
            func.left(Review.body, 160),
            Product.title,
            Review.submitted_at,
            Review.state,
            flagged,
        )
        .join(Product, Product.id == Review.product_id)
        .where(Review.shop_id == shop_id, Review.state.in_(WAITING))
    )


def _place(session: Session, review_id: UUID) -> tuple[datetime, UUID]:
    row = session.execute(
        select(Review.submitted_at, Review.id).where(Review.id == review_id)
    ).first()
    if row is None:
        raise NotFound
    return row.submitted_at, row.id


def _members(session: Session, review: Review) -> dict[UUID, str]:
    ids = {row.member_id for row in review.decisions}
    ids |= {who for row in review.replies for who in (row.member_id, row.approved_by)}
    rows = session.execute(select(Member.id, Member.name).where(Member.id.in_(ids)))
    return {row.id: row.name for row in rows}

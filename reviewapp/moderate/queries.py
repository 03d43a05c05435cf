"""What moderators look at: one review with its history and evidence, lists of reviews.

Nothing here sorts, filters or groups waiting reviews by their stars (G12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Order, OrderLine, Product
from reviewapp.models.media import MediaAsset
from reviewapp.models.moderation import ReviewSketch
from reviewapp.models.review import REVIEW_STATES, Review, ReviewVersion
from reviewapp.moderate.candidate import the_candidate
from reviewapp.moderate.picture_signals import PictureLine, picture_lines
from reviewapp.moderate.similarity import NEAR_COPY, similarity

CANDIDATES = 50
SEARCHED = 2_000
"""How many of the newest reviews are searched for words."""
MOST_COUNTED = 1_000
"""Beyond that a state tells "1,000+"."""


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


def case_about(session: Session, review: Review) -> UUID | None:
    """The newest case about a review's purchase, where a private answer is written.

    Asked of published reviews only: while one waits, nothing of the customer's mood is told (G12).
    """
    about = Case.review_id == review.id
    if review.request_id is not None:
        about = or_(about, Case.request_id == review.request_id)
    return session.scalar(
        select(Case.id)
        .where(Case.shop_id == review.shop_id, about)
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(1)
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
    body = the_candidate(session, review).body
    scored = [(similarity(body, other.body), other) for other in candidates]
    near = [pair for pair in scored if pair[0] >= NEAR_COPY]
    return [other for _, other in sorted(near, key=lambda pair: (-pair[0], pair[1].id))]


def reviews_of(
    shop_id: UUID, *, state: str | None = None, product_id: UUID | None = None, words: str = ""
) -> Select[Review]:
    """Reviews of the shop, unordered: by state, product and words that all stand in the text.

    Words are looked for in the newest `SEARCHED` that state and product leave: row-level security
    lets no index of words be used, and the cost must not grow with the shop.
    """
    narrowed = [Review.shop_id == shop_id]
    if state:
        narrowed.append(Review.state == state)
    if product_id:
        narrowed.append(Review.product_id == product_id)
    found = select(Review).options(joinedload(Review.product), selectinload(Review.flags))
    wanted = words.split()[:10]
    if not wanted:
        return found.where(*narrowed)
    newest = (
        select(Review.id, Review.body, Review.title, Review.display_name)
        .where(*narrowed)
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(SEARCHED)
        .subquery()
    )
    texts = (newest.c.body, newest.c.title, newest.c.display_name)
    said = (or_(*(column.icontains(word, autoescape=True) for column in texts)) for word in wanted)
    return found.where(Review.id.in_(select(newest.c.id).where(*said)))


def state_counts(session: Session, shop_id: UUID) -> dict[str, int]:
    """How many reviews are in each state; `MOST_COUNTED` + 1 where there are more than that."""
    counted = [
        select(func.count())
        .select_from(
            select(Review.id)
            .where(Review.shop_id == shop_id, Review.state == state)
            .order_by(Review.submitted_at, Review.id)  # read in the index alone
            .limit(MOST_COUNTED + 1)
            .subquery()
        )
        .scalar_subquery()
        for state in REVIEW_STATES
    ]
    return dict(zip(REVIEW_STATES, session.execute(select(*counted)).one(), strict=True))


def reviewed_products(session: Session, shop_id: UUID) -> Sequence[Row[UUID, str]]:
    """Id and title of products with reviews, for the filter; at most 200 by name.

    Asked product by product (`EXISTS` is joined by reading every review of the shop).
    """
    one = select(Review.id).where(Review.product_id == Product.id).limit(1).scalar_subquery()
    return session.execute(
        select(Product.id, Product.title)
        .where(Product.shop_id == shop_id, one.is_not(None))
        .order_by(Product.title, Product.id)
        .limit(200)
    ).all()


def _members(session: Session, review: Review) -> dict[UUID, str]:
    ids = {row.member_id for row in review.decisions}
    ids |= {who for row in review.replies for who in (row.member_id, row.approved_by)}
    return member_names(session, ids)


def member_names(session: Session, ids: set[UUID | None]) -> dict[UUID, str]:
    """Names of these members by id; of those who left, too."""
    rows = session.execute(select(Member.id, Member.name).where(Member.id.in_(ids)))
    return {row.id: row.name for row in rows}

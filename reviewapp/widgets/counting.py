"""The numbers of a listing: counted up or down by one review, or all anew."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ScalarSelect, Uuid, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.widgets.attributes import recount_attributes
from reviewapp.widgets.film_view import SHOWN_MEDIA
from reviewapp.widgets.marks import mark_listing
from reviewapp.widgets.rules import STARS_BY_RATING, chunk_of


def locked_summary(session: Session, listing_id: UUID) -> RatingSummary:
    """The listing's summary, held until the transaction ends; made where there was none."""
    told = {"listing_id": listing_id}
    found = session.scalars(_HELD, told).first()
    if found is None:
        shop_id = select(Product.shop_id).where(Product.id == listing_id).scalar_subquery()
        session.execute(
            insert(RatingSummary)
            .values(product_id=listing_id, shop_id=shop_id)
            .on_conflict_do_nothing()
        )
        found = session.scalars(_HELD, told).one()
    return found


_HELD = (
    select(RatingSummary)
    .where(RatingSummary.product_id == bindparam("listing_id", type_=Uuid()))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def recount_listing(session: Session, listing_id: UUID) -> int:
    """Count all published reviews anew and mark every document; how many chunks there are."""
    summary = locked_summary(session, listing_id)
    place_unplaced(session, summary)
    session.execute(
        update(Review)
        .where(Review.listing_id == listing_id, Review.position.is_not(None))
        .values(
            counted_rating=case((Review.state == "published", Review.rating), else_=None),
            photo_count=media_of_review("photo"),
            video_count=media_of_review("video"),
            language=func.lower(func.split_part(func.replace(Review.locale, "_", "-"), "-", 1)),
        )
        .execution_options(synchronize_session=False)
    )
    recount_attributes(session, listing_id)
    counts = _counted(session, listing_id)
    for rating, name in enumerate(STARS_BY_RATING, start=1):
        setattr(summary, name, counts.get(rating, 0))
    summary.topics_at = None
    session.flush()
    chunks = chunk_of(summary.next_position - 1) + 1 if summary.next_position else 0
    mark_listing(session, listing_id, range(chunks), anew=True, questions=True)
    return chunks


def place_unplaced(session: Session, summary: RatingSummary) -> None:
    """Give published reviews without a position the next ones, oldest publication first."""
    of_listing = select(Product.id).where(
        func.coalesce(Product.listing_id, Product.id) == summary.product_id
    )
    unplaced = (
        select(
            Review.id,
            func.row_number()
            .over(order_by=(Review.published_at, Review.submitted_at, Review.id))
            .label("ordinal"),
        )
        .where(
            Review.product_id.in_(of_listing),
            Review.state == "published",
            Review.position.is_(None),
        )
        .subquery()
    )
    placed = session.execute(
        update(Review)
        .where(Review.id == unplaced.c.id)
        .values(
            position=summary.next_position + unplaced.c.ordinal - 1,
            listing_id=summary.product_id,
        )
        .returning(Review.id)
        .execution_options(synchronize_session=False)
    )
    summary.next_position += len(placed.all())


def _counted(session: Session, listing_id: UUID) -> dict[int, int]:
    rows = session.execute(
        select(Review.counted_rating.label("rating"), func.count().label("number"))
        .where(Review.listing_id == listing_id, Review.counted_rating.is_not(None))
        .group_by(Review.counted_rating)
    )
    return {row.rating: row.number for row in rows}


def media_of_review(kind: str) -> ScalarSelect[int]:
    """How many photos (`photo`) or films (`video`) of the enclosing statement's review are shown.

    A photo or film that may be shown with its published review; see `film_view`.
    """
    return (
        select(func.count())
        .where(MediaAsset.review_id == Review.id, MediaAsset.kind == kind, SHOWN_MEDIA)
        .scalar_subquery()
    )

"""The numbers of a listing: counted up or down by one review, or all anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ScalarSelect,
    Update,
    Uuid,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.widgets.attributes import recount_attributes
from reviewapp.widgets.film_view import SHOWN_MEDIA
from reviewapp.widgets.marks import mark_listings_anew
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
    return recount_listings(session, [listing_id])[listing_id]


def recount_listings(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, int]:
    """`recount_listing` of many at once: the same statements, however many they are."""
    ids = sorted(listing_ids)
    summaries = _locked_summaries(session, ids)
    for listing_id, placed in _place_unplaced(session, ids).items():
        summaries[listing_id].next_position += placed
    session.execute(_what_is_counted(ids))
    recount_attributes(session, ids)
    counts = _counted(session, ids)
    chunks = {}
    for listing_id, summary in summaries.items():
        for rating, name in enumerate(STARS_BY_RATING, start=1):
            setattr(summary, name, counts[listing_id, rating])
        summary.topics_at = None
        placed = summary.next_position
        chunks[listing_id] = chunk_of(placed - 1) + 1 if placed else 0
    session.flush()
    mark_listings_anew(session, chunks)
    return chunks


def _locked_summaries(session: Session, ids: Sequence[UUID]) -> dict[UUID, RatingSummary]:
    """The listings' summaries, held in the order of their ids; made where there were none."""
    products = select(Product.id, Product.shop_id).where(Product.id.in_(ids)).order_by(Product.id)
    session.execute(
        insert(RatingSummary)
        .from_select(["product_id", "shop_id"], products)
        .on_conflict_do_nothing()
    )
    held = (
        select(RatingSummary)
        .where(RatingSummary.product_id.in_(ids))
        .order_by(RatingSummary.product_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {summary.product_id: summary for summary in session.scalars(held)}


def _place_unplaced(session: Session, ids: Sequence[UUID]) -> Counter[UUID]:
    """Give published reviews without a position the next ones, oldest publication first.

    How many there were, by listing.
    """
    listing = func.coalesce(Product.listing_id, Product.id)
    unplaced = (
        select(
            Review.id,
            listing.label("listing_id"),
            func.row_number()
            .over(
                partition_by=listing,
                order_by=(Review.published_at, Review.submitted_at, Review.id),
            )
            .label("ordinal"),
        )
        .join(Product, Product.id == Review.product_id)
        .where(
            or_(Product.id.in_(ids) & Product.listing_id.is_(None), Product.listing_id.in_(ids)),
            Review.state == "published",
            Review.position.is_(None),
        )
        .subquery()
    )
    placed = session.execute(
        update(Review)
        .where(Review.id == unplaced.c.id, RatingSummary.product_id == unplaced.c.listing_id)
        .values(
            position=RatingSummary.next_position + unplaced.c.ordinal - 1,
            listing_id=unplaced.c.listing_id,
        )
        .returning(Review.listing_id)
        .execution_options(synchronize_session=False)
    )
    return Counter(listing_id for listing_id in placed.scalars() if listing_id)


def _what_is_counted(ids: Sequence[UUID]) -> Update:
    """What each placed review remembers of itself, where it is not so already."""
    wanted = {
        "counted_rating": case((Review.state == "published", Review.rating), else_=None),
        "photo_count": media_of_review("photo"),
        "video_count": media_of_review("video"),
        "language": func.lower(func.split_part(func.replace(Review.locale, "_", "-"), "-", 1)),
    }
    of_listings = (Review.listing_id.in_(ids), Review.position.is_not(None))
    each = (
        select(Review.id, *(value.label(name) for name, value in wanted.items()))
        .where(*of_listings)
        .subquery()
    )
    return (
        update(Review)
        .where(
            Review.id == each.c.id,
            or_(*(getattr(Review, name).is_distinct_from(each.c[name]) for name in wanted)),
        )
        .values({name: each.c[name] for name in wanted})
        .execution_options(synchronize_session=False)
    )


def _counted(session: Session, ids: Sequence[UUID]) -> Counter[tuple[Any, Any]]:
    """How many count with each rating, by (listing, rating)."""
    rows = session.execute(
        select(Review.listing_id, Review.counted_rating, func.count())
        .where(Review.listing_id.in_(ids), Review.counted_rating.is_not(None))
        .group_by(Review.listing_id, Review.counted_rating)
    )
    return Counter({(listing_id, rating): number for listing_id, rating, number in rows})


def media_of_review(kind: str) -> ScalarSelect[int]:
    """How many photos (`photo`) or films (`video`) of the enclosing statement's review are shown.

    A photo or film that may be shown with its published review; see `film_view`.
    """
    return (
        select(func.count())
        .where(MediaAsset.review_id == Review.id, MediaAsset.kind == kind, SHOWN_MEDIA)
        .scalar_subquery()
    )

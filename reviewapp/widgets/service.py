"""Bringing summaries and dirty marks in line with what happened to reviews and products."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.catalog import Product
from reviewapp.models.collection import Collection as Selection
from reviewapp.models.collection import CollectionItem
from reviewapp.models.listing import RatingSummary
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.models.widget import Publication
from reviewapp.widgets.attributes import keep_attributes
from reviewapp.widgets.counting import locked_summary, media_of_review
from reviewapp.widgets.marks import (
    FEEDS,
    NEWS,
    collection_path,
    mark_listing,
    mark_shop,
    shop_paths,
    store_paths,
)
from reviewapp.widgets.rewriting import TOLD_BY_PRODUCTS, outdate_products
from reviewapp.widgets.rules import CHUNK_SIZE, STARS_BY_RATING, chunk_of, language_of

_LISTING = func.coalesce(Product.listing_id, Product.id)
_REVIEW_ID = bindparam("review_id", type_=Uuid())
_LISTING_OF_REVIEW = (
    select(_LISTING).join(Review, Review.product_id == Product.id).where(Review.id == _REVIEW_ID)
)
_HELD_WITH_MEDIA = (
    select(Review, media_of_review("photo"), media_of_review("video"))
    .where(Review.id == _REVIEW_ID)
    .with_for_update(of=Review)
    .execution_options(populate_existing=True)
)
_SELECTIONS = (
    select(Selection.key)
    .join(CollectionItem, CollectionItem.collection_id == Selection.id)
    .where(CollectionItem.review_id == _REVIEW_ID)
    .distinct()
)


def refresh_review(session: Session, review_id: UUID, *, at_once: bool = False) -> None:
    """Bring the summary in line with one review, whatever happened to it and in any order.

    To be called after a review was published, edited, redacted or withdrawn, answered, or a
    photo of it became ready or was hidden. The review remembers what the summary holds for it,
    so that a repeated or late call changes nothing. A review not shown before and not to be
    shown now leaves no trace. What is taken back waits for no burst to end, nor does what
    `at_once` says so of (P3).
    """
    listing_id = session.scalar(_LISTING_OF_REVIEW, {"review_id": review_id})
    if listing_id is None:
        return
    # The summary's row is always locked before its reviews: rebuilding does the same.
    summary = locked_summary(session, listing_id)
    review, photos, videos = session.execute(_HELD_WITH_MEDIA, {"review_id": review_id}).one()
    shown = review.state == "published"
    if not shown and review.counted_rating is None and review.position is None:
        return
    if shown and review.position is None:
        review.listing_id = listing_id
        review.position, summary.next_position = summary.next_position, summary.next_position + 1
        review.published_at = review.published_at or clock.now()
    review.language = language_of(review.locale)
    review.photo_count, review.video_count = photos, videos
    keep_attributes(session, review, shown)
    _recount(summary, review, review.rating if shown else None)
    session.flush()
    mark_review(session, review, at_once=at_once or not shown)
    if not shown:
        # What is taken back leaves the feeds at once, not with their next hourly run (P3).
        mark_shop(session, review.shop_id, [FEEDS, NEWS], at_once=True)


def mark_review(
    session: Session, review: Review, *, at: datetime | None = None, at_once: bool = False
) -> None:
    """Note that every document which shows this placed review is behind; see `mark_listing`."""
    if review.position is None or review.listing_id is None:
        return
    chunk = chunk_of(review.position)
    # The first of a chunk: the one before it names the new one as its neighbour from now on.
    begins = chunk > 0 and review.position % CHUNK_SIZE == 0
    chunks = [chunk - 1, chunk] if begins else [chunk]
    mark_listing(session, review.listing_id, chunks, at=at, at_once=at_once)
    paths = [*store_paths(review.store_position), *_selections_with(session, review.id)]
    mark_shop(session, review.shop_id, paths, at=at, at_once=at_once)


def mark_selections(
    session: Session, shop_id: UUID, review_id: UUID, *, at_once: bool = False
) -> None:
    """Note that every selection with this review is behind: it changed, or what it allows did."""
    if paths := _selections_with(session, review_id):
        mark_shop(session, shop_id, paths, at_once=at_once)


def _selections_with(session: Session, review_id: UUID) -> list[str]:
    return [collection_path(key) for key in session.scalars(_SELECTIONS, {"review_id": review_id})]


def refresh_product(session: Session, product_id: UUID) -> None:
    """A product's title, address or identifiers changed: all its documents name them."""
    listing_id = session.scalar(select(_LISTING).where(Product.id == product_id))
    if listing_id is None or session.get(Publication, product_id) is None:
        return
    summary = session.get(RatingSummary, listing_id)
    placed = summary.next_position if summary else 0
    mark_listing(session, listing_id, range(chunk_of(placed - 1) + 1), questions=True)


def refresh_questions(session: Session, question_id: UUID, *, at_once: bool = False) -> None:
    """A question or one of its answers was published, changed or taken back."""
    asked = select(_LISTING).join(Question, Question.product_id == Product.id)
    listing_id = session.scalar(asked.where(Question.id == question_id))
    if listing_id is not None:
        locked_summary(session, listing_id)
        mark_listing(session, listing_id, [], questions=True, at_once=at_once)


def refresh_shop(session: Session, shop_id: UUID, changed: Collection[str] = ("name",)) -> None:
    """The shop's name, language or rules of asking changed: its own documents tell them.

    Its products' documents follow where one of what was `changed` stands in them.
    """
    mark_shop(session, shop_id, shop_paths(session, shop_id))
    if TOLD_BY_PRODUCTS.intersection(changed):
        outdate_products(session, shop_id)


def _recount(summary: RatingSummary, review: Review, wanted: int | None) -> None:
    if wanted == review.counted_rating:
        return
    for rating, step in ((review.counted_rating, -1), (wanted, +1)):
        if rating is not None:
            name = STARS_BY_RATING[rating - 1]
            setattr(summary, name, getattr(summary, name) + step)
    review.counted_rating = wanted

"""What is read to be shown: chunks, pages by keyset, summaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from reviewapp.models.catalog import Product
from reviewapp.models.collection import CollectionItem
from reviewapp.models.listing import RatingSummary
from reviewapp.models.question import Question
from reviewapp.models.review import Reply, Review
from reviewapp.models.widget import Publication
from reviewapp.widgets.reader import ReviewRow
from reviewapp.widgets.rules import CHUNK_SIZE, product_key, shard_range
from reviewapp.widgets.values import Summary

SHOWN_COLUMNS = (
    Review.id,
    Review.product_id,
    Review.listing_id,
    Review.store_position,
    Review.position,
    Review.rating,
    Review.title,
    Review.body,
    Review.display_name,
    Review.submitted_at,
    Review.edited_at,
    Review.locale,
    Review.verified_buyer,
    Review.incentivized,
    Review.incentive_disclosure,
    Review.relation,
    Review.source,
    Review.redactions,
    Review.photo_count,
    Review.video_count,
    Review.helpful_count,
    Review.helpful_weight,
)

# Written out, not bound: a prepared plan can use a partial index only where it sees the value.
_PUBLISHED = Review.state == literal_column("'published'")


def shown_of_listing() -> Select[Any]:
    """The published reviews of `:listing_id`, to be narrowed and ordered."""
    return select(*SHOWN_COLUMNS).where(
        Review.listing_id == bindparam("listing_id"),
        _PUBLISHED,
        Review.position.is_not(None),
    )


def answered(reviews: Select[Any]) -> tuple[Select[Any], Any]:
    """Reviews with the shop's answer in force beside each; their columns are given too."""
    each = reviews.subquery("each")
    answer = (
        select(Reply.body.label("reply_body"), Reply.published_at.label("replied_at"))
        .where(
            Reply.review_id == each.c.id,
            Reply.published_at.is_not(None),
            Reply.withdrawn_at.is_(None),
        )
        .order_by(Reply.published_at.desc(), Reply.id.desc())
        .limit(1)
        .lateral("answer")
    )
    statement = select(*each.c, *answer.c).select_from(each).outerjoin(answer, true())
    return statement, each.c


def _newest_first(reviews: Select[Any]) -> Select[Any]:
    statement, of = answered(reviews)
    return statement.order_by(of.position.desc())


# Statements are built once: building one costs as much as running it.
NEWEST = _newest_first(
    shown_of_listing().order_by(Review.position.desc()).limit(bindparam("limit"))
)
"""The `:limit` newest published reviews of `:listing_id`; the rating plays no part (G18)."""
OF_CHUNKS = _newest_first(
    shown_of_listing().where(Review.position == any_(bindparam("positions", type_=ARRAY(Integer))))
)
"""The published reviews of `:listing_id` at these `:positions`, newest first."""


def positions_of(chunks: Iterable[int]) -> list[int]:
    """Every position that lies in one of these chunks."""
    return [
        position
        for number in chunks
        for position in range(number * CHUNK_SIZE, (number + 1) * CHUNK_SIZE)
    ]


def store_rows(session: Session, shop_id: UUID, number: int | None) -> Sequence[ReviewRow]:
    """One page of all published reviews of the shop, newest first; None: the newest, and one more.

    The rating plays no part (G18).
    """
    if number is None:
        told = {"shop_id": shop_id, "limit": CHUNK_SIZE + 1}
        return session.execute(_NEWEST_OF_SHOP, told).all()
    low = number * CHUNK_SIZE
    told = {"shop_id": shop_id, "low": low, "high": low + CHUNK_SIZE}
    return session.execute(_PAGE_OF_SHOP, told).all()


def _of_shop(*narrowed: Any, limit: Any = None) -> Select[Any]:
    """The published reviews of `:shop_id`, newest first."""
    shown = select(*SHOWN_COLUMNS).where(
        Review.shop_id == bindparam("shop_id"),
        _PUBLISHED,
        Review.store_position.is_not(None),
        *narrowed,
    )
    if limit is not None:
        shown = shown.order_by(Review.store_position.desc()).limit(limit)
    statement, of = answered(shown)
    return statement.order_by(of.store_position.desc())


_NEWEST_OF_SHOP = _of_shop(limit=bindparam("limit"))
_PAGE_OF_SHOP = _of_shop(
    Review.store_position >= bindparam("low"), Review.store_position < bindparam("high")
)


def picked_rows(session: Session, collection_id: UUID) -> Sequence[ReviewRow]:
    """The published reviews of a selection, in the order they were picked."""
    picked = (
        select(*SHOWN_COLUMNS, CollectionItem.position.label("place"))
        .join(CollectionItem, CollectionItem.review_id == Review.id)
        .where(CollectionItem.collection_id == collection_id, _PUBLISHED)
    )
    statement, of = answered(picked)
    return session.execute(statement.order_by(of.place, of.id)).all()


def summary_of(row: RatingSummary | None) -> Summary:
    """A stored summary as a value; all zero for a product without one."""
    if row is None:
        return Summary(0, 0.0, (0, 0, 0, 0, 0))
    return Summary(row.count, row.average, row.histogram)


def shard_summaries(session: Session, shop_id: UUID, shard: int, shards: int) -> dict[str, Summary]:
    """Summaries of the shop's products in one star shard, by document key."""
    low, high = shard_range(shard, shards)
    rows = session.execute(
        select(Product.external_id, RatingSummary)
        .join(Publication, Publication.product_id == Product.id)
        .join(
            RatingSummary,
            RatingSummary.product_id == func.coalesce(Product.listing_id, Product.id),
        )
        .where(
            Publication.shop_id == shop_id,
            Publication.key_hash >= low,
            Publication.key_hash < high,
        )
    )
    return {
        product_key(external_id): summary_of(summary)
        for external_id, summary in rows
        if summary.count
    }


def shard_pages(session: Session, shop_id: UUID, shard: int, shards: int) -> dict[str, list[str]]:
    """The pages of one star shard's products that have something to read, by document key."""
    low, high = shard_range(shard, shards)
    asked = exists().where(Question.product_id == Product.id, Question.state == "published")
    rows = session.execute(
        select(Product.external_id, RatingSummary.next_position, asked)
        .join(Publication, Publication.product_id == Product.id)
        .outerjoin(
            RatingSummary,
            RatingSummary.product_id == func.coalesce(Product.listing_id, Product.id),
        )
        .where(
            Publication.shop_id == shop_id,
            Publication.key_hash >= low,
            Publication.key_hash < high,
        )
    )
    found = {}
    for external_id, placed, has_questions in rows:
        pages = ["index.html"] if placed else []
        found[product_key(external_id)] = pages + ["questions.html"] * has_questions
    return found

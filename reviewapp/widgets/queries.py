"""What is read to be shown: chunks, pages by keyset, summaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from reviewapp.models.catalog import Product
from reviewapp.models.review import RatingSummary, Review
from reviewapp.models.widget import Publication
from reviewapp.widgets.reader import ReviewRow
from reviewapp.widgets.rules import CHUNK_SIZE, STARS, product_key, shard_range
from reviewapp.widgets.values import Summary

SHOWN_COLUMNS = (
    Review.id,
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
)

WORDS: Any = literal_column("to_tsvector('simple', review.title || ' ' || review.body)")
"""As the index has it; a bound configuration name would miss the index."""


def published(product_id: UUID) -> Select[Any]:
    """The product's published reviews, to be narrowed and ordered."""
    return select(*SHOWN_COLUMNS).where(
        Review.product_id == product_id,
        Review.state == "published",
        Review.position.is_not(None),
    )


def newest_rows(session: Session, product_id: UUID, limit: int) -> Sequence[ReviewRow]:
    """The newest published reviews; the rating plays no part (G18)."""
    return session.execute(
        published(product_id).order_by(Review.position.desc()).limit(limit)
    ).all()


def chunk_rows(session: Session, product_id: UUID, number: int) -> Sequence[ReviewRow]:
    """One chunk's published reviews, newest first."""
    low = number * CHUNK_SIZE
    return session.execute(
        published(product_id)
        .where(Review.position >= low, Review.position < low + CHUNK_SIZE)
        .order_by(Review.position.desc())
    ).all()


def page_rows(
    session: Session,
    product_id: UUID,
    *,
    stars: Iterable[int] = STARS,
    with_photos: bool = False,
    words: str = "",
    sort: str = "newest",
    after: tuple[int, int] | None = None,
    limit: int,
) -> Sequence[ReviewRow]:
    """A page of a filter and order the shopper chose, behind the review (rating, position).

    One index probe a star, each cut at `limit`, then merged: the cost does not grow with the
    product, however rare what is asked for.
    """
    if words:
        found = published(product_id).where(Review.rating.in_(sorted(set(stars))), _holds(words))
        if with_photos:
            found = found.where(Review.photo_count > 0)
        found = found.where(_behind(sort, after))
        return session.execute(found.order_by(*_order(sort, Review)).limit(limit)).all()
    wanted = func.unnest(sorted(set(stars))).table_valued("star").render_derived()
    probe = published(product_id).where(Review.rating == wanted.c.star)
    if with_photos:
        probe = probe.where(Review.photo_count > 0)
    by_position = Review.position.asc() if sort == "oldest" else Review.position.desc()
    probe = probe.where(_behind(sort, after)).order_by(by_position).limit(limit)
    each = probe.lateral("each")
    statement = select(*each.c).select_from(wanted).join(each, true())
    return session.execute(statement.order_by(*_order(sort, each.c)).limit(limit)).all()


def _order(sort: str, of: Any) -> list[Any]:
    if sort == "oldest":
        return [of.position.asc()]
    newest = of.position.desc()
    return {
        "newest": [newest],
        "highest": [of.rating.desc(), newest],
        "lowest": [of.rating.asc(), newest],
    }[sort]


def _holds(words: str) -> Any:
    """Title or body has all these words; compared whole, so that it works in any language."""
    return WORDS.op("@@")(func.websearch_to_tsquery(literal_column("'simple'"), words))


def _behind(sort: str, after: tuple[int, int] | None) -> Any:
    if after is None:
        return true()
    rating, position = after
    older = Review.position < position
    if sort == "oldest":
        return Review.position > position
    if sort == "newest":
        return older
    lower = Review.rating < rating if sort == "highest" else Review.rating > rating
    return or_(lower, and_(Review.rating == rating, older))


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
        .join(RatingSummary, RatingSummary.product_id == Product.id)
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

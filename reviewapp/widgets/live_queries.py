"""Pages of the filters and orders a shopper may choose, by keyset; nothing counts or skips rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from reviewapp.core.reading import Reading
from reviewapp.models.listing import ReviewAttribute
from reviewapp.models.review import Review
from reviewapp.widgets.queries import answered, shown_of_listing
from reviewapp.widgets.reader import ReviewRow
from reviewapp.widgets.rules import STARS

SEARCHED = 2000
"""How many of a product's newest reviews are searched for words."""
_SIMPLE: Any = literal_column("'simple'::regconfig")
_NONE: Any = literal_column("0")
_WITH_MEDIA = {
    "photo": Review.photo_count > _NONE,
    "video": Review.video_count > _NONE,
    "1": Review.photo_count + Review.video_count > _NONE,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shopper asked to see; `after` is the last one seen, as (rank, position).

    The rank is the rating for "highest" and "lowest", the faded votes for "helpful".
    """

    stars: tuple[int, ...] = STARS
    media: str = ""
    """`photo`, `video`, `1` for either, or empty."""
    language: str = ""
    attribute: tuple[str, str] | None = None
    words: str = ""
    sort: str = "newest"
    after: tuple[int, int] | None = None


def page_rows(
    reading: Reading, listing_id: UUID, wanted: Wanted, *, limit: int
) -> Sequence[ReviewRow]:
    """A page of a filter and order the shopper chose, behind the review `wanted.after`."""
    return reading.execute(*page_query(listing_id, wanted, limit=limit)).all()


def page_query(
    listing_id: UUID, wanted: Wanted, *, limit: int
) -> tuple[Select[Any], dict[str, Any]]:
    """The statement of `page_rows`, and what it is told."""
    # Few reviews have votes: an order by them and a filter have no index in common.
    recent = wanted.words or (wanted.sort == "helpful" and _is_narrowed(wanted))
    build = _search_statement if recent else _page_statement
    rank, position = wanted.after or (0, 0)
    name, value = wanted.attribute or ("", "")
    told = {
        "listing_id": listing_id,
        "stars": list(wanted.stars),
        "language": wanted.language,
        "name": name,
        "value": value,
        "words": wanted.words,
        "rank": rank,
        "position": position,
        "limit": limit,
    }
    statement = build(
        wanted.sort, (wanted.media, bool(wanted.language), bool(name)), bool(wanted.words),
        wanted.after is not None,
    )  # fmt: skip
    return statement, told


Narrowing = tuple[str, bool, bool]
"""Which media, whether a language, whether an attribute is asked for."""


def _is_narrowed(wanted: Wanted) -> bool:
    return bool(wanted.media or wanted.language or wanted.attribute)


def _narrowed_to(reviews: Select[Any], narrowing: Narrowing) -> Select[Any]:
    media, by_language, by_attribute = narrowing
    if media:
        reviews = reviews.where(_WITH_MEDIA[media])
    if by_language:
        reviews = reviews.where(Review.language == bindparam("language"))
    if by_attribute:
        reviews = reviews.join(ReviewAttribute, ReviewAttribute.review_id == Review.id).where(
            ReviewAttribute.listing_id == bindparam("listing_id"),
            ReviewAttribute.name == bindparam("name"),
            ReviewAttribute.value == bindparam("value"),
        )
    return reviews


@cache
def _page_statement(sort: str, narrowing: Narrowing, searched: bool, further: bool) -> Select[Any]:
    """One index probe a star, each cut at the limit, then merged.

    The cost does not grow with the product, however rare what is asked for.
    """
    stars = bindparam("stars", type_=ARRAY(Integer))
    asked = func.unnest(stars).table_valued("star").render_derived()
    probe = _narrowed_to(shown_of_listing().where(Review.rating == asked.c.star), narrowing)
    place: Any = Review
    if narrowing[2]:
        # Rating and position stand beside the answer: one index serves the whole probe.
        probe = probe.where(ReviewAttribute.rating == asked.c.star)
        place = ReviewAttribute
    if further:
        probe = probe.where(_behind(sort, place, Review.helpful_weight))
    found = probe.order_by(*_within_star(sort, place)).limit(bindparam("limit")).lateral("found")
    merged = select(*found.c).select_from(asked).join(found, true())
    statement, of = answered(merged.order_by(*_order(sort, found.c)).limit(bindparam("limit")))
    return statement.order_by(*_order(sort, of))


@cache
def _search_statement(
    sort: str, narrowing: Narrowing, searched: bool, further: bool
) -> Select[Any]:
    """Title or body has all these words, compared whole, so that it works in any language.

    Looked for among the newest SEARCHED: row-level security lets no index of words be used, since
    matching is not leakproof, and the cost must not grow with the product.
    """
    recent = shown_of_listing().where(
        Review.rating == any_(bindparam("stars", type_=ARRAY(Integer)))
    )
    recent = _narrowed_to(recent, narrowing)
    place: Any = ReviewAttribute if narrowing[2] else Review
    recent_rows = recent.order_by(place.position.desc()).limit(SEARCHED).subquery("recent")
    of_recent = recent_rows.c
    found = select(recent_rows)
    if searched:
        text = func.to_tsvector(_SIMPLE, of_recent.title + " " + of_recent.body)
        found = found.where(text.op("@@")(func.websearch_to_tsquery(_SIMPLE, bindparam("words"))))
    if further:
        found = found.where(_behind(sort, of_recent, of_recent.helpful_weight))
    statement, of = answered(found.order_by(*_order(sort, of_recent)).limit(bindparam("limit")))
    return statement.order_by(*_order(sort, of))


def rank_of(row: ReviewRow, sort: str) -> int:
    """What a cursor behind this row has to tell beside its position."""
    rank: int = row.helpful_weight if sort == "helpful" else row.rating
    return rank


def _within_star(sort: str, place: Any) -> list[Any]:
    if sort == "helpful":
        return [Review.helpful_weight.desc(), Review.position.desc()]
    return [place.position.asc() if sort == "oldest" else place.position.desc()]


def _order(sort: str, of: Any) -> list[Any]:
    if sort == "oldest":
        return [of.position.asc()]
    newest = of.position.desc()
    return {
        "newest": [newest],
        "highest": [of.rating.desc(), newest],
        "lowest": [of.rating.asc(), newest],
        "helpful": [of.helpful_weight.desc(), newest],
    }[sort]


def _behind(sort: str, of: Any, weight: Any) -> Any:
    """Further on in this order than the review (:rank, :position)."""
    rank, position = bindparam("rank", type_=BigInteger), bindparam("position", type_=Integer)
    older = of.position < position
    if sort == "oldest":
        return of.position > position
    if sort == "newest":
        return older
    by = weight if sort == "helpful" else of.rating
    lower = by > rank if sort == "lowest" else by < rank
    return or_(lower, and_(by == rank, older))

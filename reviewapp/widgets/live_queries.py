"""Pages of the filters and orders a shopper may choose, by keyset; nothing counts or skips rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Subquery,
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
RANKED = SEARCHED // len(STARS)
"""How many of each star's newest that match are put in an order by votes."""
_SIMPLE: Any = literal_column("'simple'::regconfig")
_NONE: Any = literal_column("0")
_ASKED = func.unnest(bindparam("stars", type_=ARRAY(Integer))).table_valued("star").render_derived()
"""The stars that are asked for, one a row."""
_LETTERS = re.compile(r"[^\W\d_]+")
_OPERATORS = re.compile(r"[\"-]|\bor\b", re.IGNORECASE)
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
    ranked = wanted.sort == "helpful" and _is_narrowed(wanted)
    build = _search_statement if wanted.words else _ranked_statement if ranked else _page_statement
    rank, position = wanted.after or (0, 0)
    name, value = wanted.attribute or ("", "")
    told = {
        "listing_id": listing_id,
        "stars": list(wanted.stars),
        "language": wanted.language,
        "name": name,
        "value": value,
        "words": wanted.words,
        "part": part_of(wanted.words),
        "rank": rank,
        "position": position,
        "limit": limit,
    }
    statement = build(
        wanted.sort, (wanted.media, bool(wanted.language), bool(name)), wanted.after is not None
    )
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
def _page_statement(sort: str, narrowing: Narrowing, further: bool) -> Select[Any]:
    """One index probe a star, each cut at the limit, then merged.

    The cost does not grow with the product, however rare what is asked for.
    """
    place, probe = _of_star(narrowing)
    if further:
        probe = probe.where(_behind(sort, place, Review.helpful_weight))
    found = _of_stars(probe.order_by(*_within_star(sort, place)).limit(bindparam("limit")))
    return _first(sort, select(found), found.c)


@cache
def _ranked_statement(sort: str, narrowing: Narrowing, further: bool) -> Select[Any]:
    """The newest RANKED of each star that match, put in this order."""
    place, probe = _of_star(narrowing)
    recent = _of_stars(probe.order_by(place.position.desc()).limit(literal_column(str(RANKED))))
    found = select(recent)
    if further:
        found = found.where(_behind(sort, recent.c, recent.c.helpful_weight))
    return _first(sort, found, recent.c)


@cache
def _search_statement(sort: str, narrowing: Narrowing, further: bool) -> Select[Any]:
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
    said = of_recent.title + " " + of_recent.body
    found = select(recent_rows).where(
        # Ten times cheaper than taking a text apart, and most do not hold it.
        func.strpos(func.lower(said), func.lower(bindparam("part"))) > _NONE,
        func.to_tsvector(_SIMPLE, said).op("@@")(
            func.websearch_to_tsquery(_SIMPLE, bindparam("words"))
        ),
    )
    if further:
        found = found.where(_behind(sort, of_recent, of_recent.helpful_weight))
    return _first(sort, found, of_recent)


def _of_star(narrowing: Narrowing) -> tuple[Any, Select[Any]]:
    """Where rating and position stand, and what matches of one star: a probe of one index."""
    probe = _narrowed_to(shown_of_listing().where(Review.rating == _ASKED.c.star), narrowing)
    if not narrowing[2]:
        return Review, probe
    # Rating and position stand beside the answer: one index serves the whole probe.
    return ReviewAttribute, probe.where(ReviewAttribute.rating == _ASKED.c.star)


def _of_stars(probe: Select[Any]) -> Subquery:
    """What a probe finds for each star that is asked for."""
    found = probe.lateral("found")
    return select(*found.c).select_from(_ASKED).join(found, true()).subquery("of_stars")


def _first(sort: str, found: Select[Any], of: Any) -> Select[Any]:
    """A page of what was found, each with its answer."""
    statement, shown = answered(found.order_by(*_order(sort, of)).limit(bindparam("limit")))
    return statement.order_by(*_order(sort, shown))


def part_of(words: str) -> str:
    """Letters that each text with these words holds in a row; empty where there may be none.

    Quotes, a minus and "or" have a meaning of their own in a search: then nothing is certain.
    """
    if _OPERATORS.search(words):
        return ""
    return max(_LETTERS.findall(words), key=len, default="")


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

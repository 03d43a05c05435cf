"""Finding pieces of the library: every filter as SQL, and the words looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, Select, exists, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.library.lexemes import Way, languages_of, ways_of
from reviewapp.library.wanted import RATINGS, Wanted
from reviewapp.models.account import Shop
from reviewapp.models.library_asset import (
    ORDER,
    PIECE_KINDS,
    LibraryAsset,
    LibraryWord,
    placed_at,
)
from reviewapp.models.library_shelf import LibraryCollectionItem

EXPIRING = timedelta(days=30)
PIECES, WORDS = LibraryAsset.__table__, LibraryWord.__table__
"""As tables: conditions on them are written in a quarter of the time that attributes take."""
KEYS = tuple(getattr(LibraryAsset, name) for name in ORDER)
COLLECTED_KEYS = (LibraryCollectionItem.position, LibraryAsset.id)
"""What orders the pieces of a collection: as they were put."""
SAME = ("kind", "orientation", "length", "colour", "language")
"""Filters that are a column's value."""


@dataclass(frozen=True)
class Search:
    """A shop's filters with the words looked up: what both the page and the counts are of."""

    shop: Shop
    wanted: Wanted
    languages: Sequence[str]
    """Of the shop's pieces."""
    ways: Sequence[Way]
    """In which the words can be found; none: nothing is."""


def search(session: Session, shop: Shop, wanted: Wanted) -> Search:
    """Look up the words, so that the database can be asked by equality."""
    languages = languages_of(session, shop.id)
    kinds = _kinds(wanted)
    if not kinds:
        return Search(shop, wanted, languages, [])
    if len(kinds) == 1:
        wanted = replace(wanted, kind=kinds.pop())
    spoken = [wanted.language] if wanted.language else languages
    return Search(shop, wanted, languages, ways_of(session, wanted, spoken))


def collected(asked: Search) -> list[Select[LibraryAsset]]:
    """The pieces of a collection, a statement for each way; ordered by `COLLECTED_KEYS`.

    A collection is small and in an order of its own: each of its pieces is looked up.
    """
    item = LibraryCollectionItem
    return [
        select(LibraryAsset)
        .join(item, item.piece_id == LibraryAsset.id)
        .where(
            item.collection_id == asked.wanted.collection,
            *conditions(asked),
            *days(asked, PIECES),
            *(
                exists(1).where(
                    LibraryWord.shop_id == asked.shop.id,
                    LibraryWord.word.in_(forms),
                    LibraryWord.place == LibraryAsset.place,
                )
                for forms in way.words
            ),
        )
        for way in asked.ways
    ]


def conditions(asked: Search) -> list[Any]:
    """What a row of the library has to be; its words and days aside."""
    wanted, piece = asked.wanted, PIECES.c
    found: list[Any] = [piece.shop_id == asked.shop.id]
    found += [piece[name] == getattr(wanted, name) for name in SAME if getattr(wanted, name)]
    if wanted.product:
        found.append(piece.product_id == wanted.product)
    if wanted.rating:
        found.append(piece.rating.in_(RATINGS[wanted.rating]))
    if wanted.used:
        found.append(piece.used if wanted.used == "yes" else ~piece.used)
    if wanted.picked:
        found.append(piece.picked)
    return [*found, *allowed(wanted), *ending(wanted)]


def days(asked: Search, of: FromClause, *, until: bool = True) -> Iterator[ColumnElement[bool]]:
    """The days that are asked for, as places in the list; the last one where `until`."""
    if asked.wanted.since:
        yield of.c.place >= _midnight(asked.shop, asked.wanted.since)
    if until and (end := last_day_over(asked)):
        yield of.c.place < end


def last_day_over(asked: Search) -> UUID | None:
    """Where the list begins when a last day is asked for."""
    to = asked.wanted.to
    return _midnight(asked.shop, to + timedelta(days=1)) if to else None


def allowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The use that is asked for holds, and where that is asked for not much longer."""
    if wanted.use:
        until, now = PIECES.c[f"{wanted.use}_until"], clock.now()
        yield until > now
        if wanted.expiring:
            yield until <= now + EXPIRING


def ending(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Something of the piece ends soon."""
    if wanted.expiring:
        now = clock.now()
        yield PIECES.c.ends_at > now
        yield PIECES.c.ends_at <= now + EXPIRING


def _kinds(wanted: Wanted) -> set[str]:
    """What it can only be: words have no shape and no colour, photos have no length."""
    kinds = {wanted.kind} if wanted.kind else set(PIECE_KINDS)
    if wanted.orientation or wanted.colour:
        kinds &= {"photo", "video"}
    if wanted.length:
        kinds -= {"photo"}
    return kinds


def _midnight(shop: Shop, day: date) -> UUID:
    return placed_at(datetime.combine(day, time(), ZoneInfo(shop.time_zone)))

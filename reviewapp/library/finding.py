"""Finding pieces of the library: every filter as SQL that its indexes answer in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    exists,
    literal,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from reviewapp.core import clock
from reviewapp.library.lexemes import Way, languages_of, ways_of
from reviewapp.library.wanted import RATINGS, Wanted
from reviewapp.models.account import Shop
from reviewapp.models.library_asset import ORDER, LibraryAsset, LibraryWord, placed_at
from reviewapp.models.library_shelf import LibraryCollectionItem

EXPIRING = timedelta(days=30)
JOINS = ("enable_nestloop", "enable_hashjoin")
KEYS = tuple(getattr(LibraryAsset, name) for name in ORDER)
COLLECTED_KEYS = (LibraryCollectionItem.position, LibraryAsset.id)
"""What orders the pieces of a collection: as they were put."""


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
    ways = ways_of(session, shop.id, wanted, languages)
    return Search(shop, wanted, languages, ways)


@contextmanager
def walking(session: Session, asked: Search) -> Iterator[None]:
    """Have common words and filters walked side by side in the list's order.

    The walls between shops hide from the planner how many rows a word has; it would look up each
    row by itself. Merged, a page costs what it reads of the two orders, whatever they are. A
    collection is small and in an order of its own: each of its pieces is looked up.
    """
    if asked.wanted.collection or not any(way.words for way in asked.ways):
        yield
        return
    for kind in JOINS:
        session.execute(text(f"SET LOCAL {kind} = off"))
    yield
    for kind in JOINS:
        session.execute(text(f"SET LOCAL {kind} = on"))


def pieces(asked: Search) -> list[Select[LibraryAsset]]:
    """A statement for each way; ordered by `KEYS`, or in a collection by `COLLECTED_KEYS`."""
    filters, found = conditions(asked), []
    for way in asked.ways:
        statement = select(LibraryAsset).where(*filters, *_found(asked.shop.id, way))
        if asked.wanted.collection:
            statement = statement.join(
                LibraryCollectionItem, LibraryCollectionItem.piece_id == LibraryAsset.id
            ).where(LibraryCollectionItem.collection_id == asked.wanted.collection)
        found.append(statement)
    return found


def conditions(asked: Search) -> list[Any]:
    """What a row of the library has to be; its words aside."""
    wanted, asset = asked.wanted, LibraryAsset
    found: list[Any] = [asset.shop_id == asked.shop.id]
    found += [
        getattr(asset, name) == getattr(wanted, name)
        for name in ("kind", "orientation", "length", "colour", "language")
        if getattr(wanted, name)
    ]
    if wanted.product:
        found.append(asset.product_id == wanted.product)
    if wanted.rating:
        found.append(asset.rating.in_(RATINGS[wanted.rating]))
    if wanted.used:
        found.append(asset.used if wanted.used == "yes" else ~asset.used)
    if wanted.picked:
        found.append(asset.picked)
    return [*found, *_days(asked), *_permissions(wanted)]


def _found(shop_id: UUID, way: Way) -> list[Any]:
    """Each word as a look-up by equality, in the order of the list."""
    if way.places is not None:
        return [_one_of(LibraryAsset.place, way.places)]
    return [
        exists(1).where(
            (word := aliased(LibraryWord)).shop_id == shop_id,
            word.word == one,
            word.place == LibraryAsset.place,
        )
        for one in way.words
    ]


def _one_of(column: InstrumentedAttribute[UUID], ids: Sequence[UUID]) -> ColumnElement[bool]:
    """As one array: a thousand parameters take longer to write than to look up."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _days(asked: Search) -> list[Any]:
    zone, found = ZoneInfo(asked.shop.time_zone), []
    if asked.wanted.since:
        found.append(LibraryAsset.place >= _midnight(asked.wanted.since, zone))
    if asked.wanted.to:
        found.append(LibraryAsset.place < _midnight(asked.wanted.to + timedelta(days=1), zone))
    return found


def _midnight(day: date, zone: ZoneInfo) -> UUID:
    return placed_at(datetime.combine(day, time(), zone))


def _permissions(wanted: Wanted) -> list[Any]:
    now, found = clock.now(), []
    if wanted.use:
        until = getattr(LibraryAsset, f"{wanted.use}_until")
        found.append(until > now)
        if wanted.expiring:
            found.append(until <= now + EXPIRING)
    if wanted.expiring:
        found += [LibraryAsset.ends_at > now, LibraryAsset.ends_at <= now + EXPIRING]
    return found

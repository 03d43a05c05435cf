"""Walking the library in the order of its list, along the index of whatever is rarest.

Every filter and every word has an index that hands its entries out in the order of the list, each
with the traits of what it stands for. The rarest one leads: its entries are read one after the
other, what its traits rule out is passed by without a look at the row, and only what is left is
fetched. So a page costs what lies between its first and last piece in the rarest of the indexes
(0.1 to 0.2 µs an entry), whatever else is asked for.

Words are not among the traits. Two that are about as common are walked side by side; one that is
far more common than what leads is looked up for each entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    exists,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from reviewapp.library.finding import PIECES, Search, conditions, last_day_over
from reviewapp.library.streams import FENCE, PROBED, Place, Stream, Walk
from reviewapp.library.wanted import Wanted
from reviewapp.models.library_asset import ORDER, LibraryAsset

LOOKED_UP = 15
"""What one look-up costs, in entries that could be walked meanwhile."""
SHARED = 0.3
"""How many of a word's reviews have another common word too, at a guess."""
AS_WRITTEN = {
    "enable_nestloop": "off", "enable_hashjoin": "off", "enable_sort": "off",
    "enable_bitmapscan": "off", "enable_seqscan": "off", "jit": "off",
    "max_parallel_workers_per_gather": "0",
}  # fmt: skip
_TURN = ", ".join(f"set_config('{one}', :{one}, true)" for one in AS_WRITTEN)
_BEFORE = ", ".join(f"current_setting('{one}') AS {one}" for one in AS_WRITTEN)
TURN, TURN_BACK = text(f"SELECT {_BEFORE}, {_TURN}"), text(f"SELECT {_TURN}")
PIECE_ID = literal_column("piece.id", PIECES.c.id.type)
WHOLE = tuple(PIECES.c)


@contextmanager
def as_written(session: Session) -> Iterator[None]:
    """Have statements carried out the way they are written.

    The walls between shops hide from the planner how many rows there are; it takes them for few,
    and would sort them all instead of walking to the first ones in order.
    """
    before = session.execute(TURN, AS_WRITTEN).one()
    yield
    session.execute(TURN_BACK, {name: getattr(before, name) for name in AS_WRITTEN})


def newest_pieces(
    session: Session, asked: Search, most: int, after: Place | None = None
) -> list[LibraryAsset]:
    """The newest pieces after a place; `most` for each way, each of which has its newest here."""
    with as_written(session):
        return [
            piece
            for statement in newest(session, asked, WHOLE, most, after)
            for piece in session.scalars(select(LibraryAsset).from_statement(statement))
        ]


def newest(
    session: Session,
    asked: Search,
    columns: tuple[Any, ...],
    most: int,
    after: Place | None = None,
) -> list[Select[Any]]:
    """These columns of the newest pieces after a place, a statement for each way.

    Both this and what it gives belong into `as_written`. What two ways find comes twice.
    """
    end = last_day_over(asked)
    if after and end and after[0] >= end:
        after = None  # a place beyond the last day, which only a person can have written
    return [_newest(session, Walk(asked, way, after), columns, most) for way in asked.ways]


def _newest(session: Session, walk: Walk, columns: tuple[Any, ...], most: int) -> Select[Any]:
    streams = walk.streams()
    if _is_one_filter(streams, walk.asked.wanted):
        in_order = (PIECES.c[name].desc() for name in ORDER)
        every = (*walk.scope(PIECES), *conditions(walk.asked))
        return select(*columns).where(*every).order_by(*in_order).limit(most)
    lead, merged, looked_up = _rarest_first(session, walk, streams)
    entries = walk.entries(lead).subquery("entry")
    found: Any = entries
    places = [entries.c.place]
    for other in merged:
        beside = walk.reviews(other).subquery()
        found = found.join(beside, beside.c.place == entries.c.place)
        places.append(beside.c.place)
    piece = _piece(walk, entries, columns)
    at = entries.c.id if "id" in entries.c else PIECE_ID
    newest = (
        select(*_told(columns))
        .select_from(found.join(piece, true()))
        .where(*(_stands(walk, other, places) for other in looked_up if not other.in_rows))
        .order_by(entries.c.place.desc(), at.desc())
        .limit(most)
    )
    if walk.after and "id" not in entries.c:
        newest = newest.where(tuple_(entries.c.place, at) < tuple_(*walk.after))
    return newest


@cache
def _told(columns: tuple[Any, ...]) -> list[Any]:
    """The piece's columns by name: proxies made anew for each statement take a millisecond."""
    return [literal_column(f"piece.{one.key}", one.type).label(one.key) for one in columns]


def _piece(walk: Walk, entries: Subquery, columns: Sequence[Any]) -> Any:
    """The row of an entry, where it is what was asked for."""
    key = PIECES.c.id if "id" in entries.c else PIECES.c.place
    return (
        select(*columns)
        .where(key == entries.c[key.name], *conditions(walk.asked))
        .offset(FENCE)
        .lateral("piece")
    )


def _stands(walk: Walk, stream: Stream, places: Sequence[ColumnElement[Any]]) -> Any:
    """Whether an entry's review is in another stream too, looked up by itself.

    All places are the same; each is named so that only what is in all of them is looked up.
    """
    of = stream.of
    return exists(
        select(literal_column("1"))
        .where(
            of.c.shop_id == walk.asked.shop.id,
            or_(*(one for part in stream.either for one in part)),
            *(of.c.place == one for one in places),
        )
        .offset(FENCE)
        .correlate_except(of)
    )


def _is_one_filter(streams: Sequence[Stream], wanted: Wanted) -> bool:
    """Whether all that one part of an index hands out is what was asked for."""
    (only,) = streams if len(streams) == 1 else (None,)
    return (
        only is not None
        and only.in_rows
        and len(only.either) == 1
        and not wanted.expiring
        and wanted.used != "no"
    )


def _rarest_first(
    session: Session, walk: Walk, streams: Sequence[Stream]
) -> tuple[Stream, Sequence[Stream], Sequence[Stream]]:
    """What leads, what is walked beside it, what is looked up: the cheapest way to go."""
    if len(streams) == 1:
        return streams[0], (), ()
    costs = _Costs(session, walk, streams)
    lead = min(streams, key=costs.led_by)
    ways = costs.ways_beside(lead)
    merged = [one for one, _, is_merged in ways if is_merged]
    return lead, merged, [one for one, _, is_merged in ways if not is_merged]


class _Costs:
    """What each way to go would cost, in entries a millisecond of the list."""

    def __init__(self, session: Session, walk: Walk, streams: Sequence[Stream]) -> None:
        self._streams = streams
        self._walked: dict[int, float] = {}
        self._fit: dict[int, float] = {}
        asked = [walk.reached(one) for one in streams]
        led = [one for one in streams if self.beside(one)]
        told = session.execute(select(*asked, *(walk.fit(one) for one in led))).one()
        begin = _instant(walk.begin)
        spans = [max(1, begin - (_instant(one) if one else 0)) for one in told[: len(streams)]]
        fits = dict(zip(map(id, led), told[len(streams) :], strict=True))
        for stream, span in zip(streams, spans, strict=True):
            self._walked[id(stream)] = PROBED / span
            self._fit[id(stream)] = fits.get(id(stream), 0) / span

    def beside(self, lead: Stream) -> list[Stream]:
        """What the traits of the one that leads do not tell."""
        return [one for one in self._streams if one is not lead and not one.in_traits]

    def led_by(self, lead: Stream) -> float:
        """Walking this one, and walking or looking up the others."""
        return self._walked[id(lead)] + sum(cost for _, cost, _ in self.ways_beside(lead))

    def ways_beside(self, lead: Stream) -> list[tuple[Stream, float, bool]]:
        """The others, the rarest first: what each costs, and whether it is walked for that."""
        left, ways = self._fit.get(id(lead), 0.0), []
        for other in sorted(self.beside(lead), key=lambda one: self._walked[id(one)]):
            walked, looked_up = self._walked[id(other)], LOOKED_UP * left * len(other.either)
            ways.append((other, min(walked, looked_up), walked <= looked_up))
            left *= SHARED
        return ways


def _instant(place: UUID) -> int:
    return place.int >> 80

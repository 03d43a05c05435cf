"""The indexes of the library as streams: entries in the order of the list, each with its traits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)

from reviewapp.core import clock
from reviewapp.library.finding import (
    PIECES,
    SAME,
    WORDS,
    Search,
    allowed,
    days,
    ending,
    last_day_over,
)
from reviewapp.library.lexemes import Way
from reviewapp.library.wanted import RATINGS, Wanted
from reviewapp.models.library_asset import ORDER, placed_at
from reviewapp.models.library_traits import bit_of

PROBED = 500
"""Entries of each index that are read to see which is the rarest one from here on."""
FENCE: ColumnElement[int] = literal_column("0")
"""As an OFFSET: the planner takes a sub-select as it stands, and keeps its order."""
Place = tuple[UUID, UUID]


@dataclass(frozen=True)
class Stream:
    """The entries of one index in the order of the list: a filter's pieces, or a word's reviews."""

    of: FromClause
    either: tuple[Sequence[ColumnElement[bool]], ...]
    """What an entry is: in several parts of the index, merged."""
    within: Sequence[ColumnElement[bool]] = ()
    """What the index carries along, and an entry has to be too."""
    in_traits: bool = True
    """Whether an entry of another index tells by its traits that it is not in this one."""

    @property
    def in_rows(self) -> bool:
        """Whether the row of a piece tells that it is not in this one."""
        return self.of is PIECES


@dataclass(frozen=True)
class Walk:
    """A search from a place on, in one of the ways."""

    asked: Search
    way: Way
    after: Place | None

    @property
    def begin(self) -> UUID:
        """The place from which on it goes."""
        ends = (placed_at(clock.now()), last_day_over(self.asked), self.after and self.after[0])
        return min(one for one in ends if one)

    def scope(self, of: FromClause) -> Iterator[ColumnElement[bool]]:
        """The part of an index that is walked."""
        yield of.c.shop_id == self.asked.shop.id
        yield from days(self.asked, of, until=self.after is None)
        if self.after:
            # With the pair alone, all entries since the beginning would be held against it.
            yield of.c.place <= self.after[0]
        if self.after and of is PIECES:
            yield tuple_(of.c.place, of.c.id) < tuple_(*self.after)

    def streams(self) -> list[Stream]:
        """What can lead: every filter with an index of its own, and every word."""
        wanted = self.asked.wanted
        filters = [*_values(wanted), *_states(wanted)]
        return [*filters, *map(_word, self.way.words)] or [Stream(PIECES, ((),))]

    def entries(self, stream: Stream) -> Select[Any]:
        """What can fit by its traits: places, and ids where they are pieces; ordered."""
        if not stream.in_rows:
            return self.reviews(stream)
        return self._merged(stream, ORDER, self._fitting(stream), once=False)

    def reviews(self, stream: Stream) -> Select[Any]:
        """Places of what can fit by its traits, each once; ordered."""
        once = stream.in_rows or len(stream.either) > 1  # a review can have two forms of a word
        return self._merged(stream, ORDER[:1], self._fitting(stream), once=once)

    def reached(self, stream: Stream) -> ScalarSelect[Any]:
        """The place of the entry `PROBED` further on, whatever else is asked for."""
        places = self._merged(stream, ORDER[:1], [], once=False)
        return places.limit(1).offset(literal_column(str(PROBED))).scalar_subquery()

    def fit(self, stream: Stream) -> ScalarSelect[Any]:
        """How many of the next `PROBED` entries can fit by their traits."""
        fits = and_(true(), *self._fitting(stream)).label("fits")
        entry = self._merged(stream, ORDER[:1], [], fits, once=False).limit(PROBED).subquery()
        return select(func.count()).where(entry.c.fits).scalar_subquery()

    def _fitting(self, stream: Stream) -> list[ColumnElement[bool]]:
        return [*stream.within, *_perhaps(self.asked.wanted, stream.of)]

    def _merged(
        self, stream: Stream, names: Sequence[str], also: Sequence[Any], *more: Any, once: bool
    ) -> Select[Any]:
        columns = [stream.of.c[name] for name in names]
        parts = [
            select(*columns, *more)
            .where(*self.scope(stream.of), *part, *also)
            .order_by(*(one.desc() for one in columns))
            .offset(FENCE)
            for part in stream.either
        ]
        if len(parts) == 1 and not once:
            return parts[0]
        merged = union_all(*parts).subquery()
        found: Select[Any] = select(merged).order_by(*(merged.c[name].desc() for name in names))
        return found.distinct() if once else found


def _word(forms: Sequence[str]) -> Stream:
    either = tuple([WORDS.c.word == form] for form in forms)
    return Stream(WORDS, either, in_traits=False)


def _values(wanted: Wanted) -> Iterator[Stream]:
    """Filters that are a column's value."""
    for name in SAME:
        if value := getattr(wanted, name):
            yield _of(PIECES.c[name] == value)
    if wanted.rating:
        yield _of(*(PIECES.c.rating == one for one in RATINGS[wanted.rating]))
    if wanted.product:
        either = ([PIECES.c.product_id == wanted.product],)
        yield Stream(PIECES, either, in_traits=False)


def _states(wanted: Wanted) -> Iterator[Stream]:
    """Filters that have an index of the pieces that are so."""
    piece = PIECES.c
    if wanted.use:
        until = piece[f"{wanted.use}_until"]
        yield _of(until.is_not(None), within=list(allowed(wanted)))
    if wanted.expiring:
        yield _of(piece.ends_at.is_not(None), within=list(ending(wanted)))
    if wanted.used == "yes":
        yield _of(piece.used)
    if wanted.picked:
        yield _of(piece.picked)


def _of(*either: ColumnElement[bool], within: Sequence[ColumnElement[bool]] = ()) -> Stream:
    return Stream(PIECES, tuple([one] for one in either), within)


def _perhaps(wanted: Wanted, of: FromClause) -> Iterator[ColumnElement[bool]]:
    """What the traits of an entry have to say."""
    told = [(name, getattr(wanted, name)) for name in (*SAME, "used", "use")]
    told += [("picked", wanted.picked and "yes"), ("ends", wanted.expiring and "yes")]
    bits = sum(bit_of(name, value) for name, value in told if value)
    if bits:
        yield of.c.traits.bitwise_and(bits) == bits
    if wanted.rating:
        stars = sum(bit_of("rating", str(one)) for one in RATINGS[wanted.rating])
        yield of.c.traits.bitwise_and(stars) != 0

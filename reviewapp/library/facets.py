"""How many pieces each further filter would leave, counted over the newest ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    desc,
    func,
    literal_column,
    null,
    select,
    table,
    union,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import UTCDateTime
from reviewapp.library.finding import EXPIRING, Search, collected
from reviewapp.library.walking import as_written, newest
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.rights import USES

MOST_COUNTED = 1_000
MOST_PRODUCTS = 12
PASSES = (
    ("kind", "orientation", "length", "used", "picked", "expiring"),
    ("colour", "rating"),
    ("language", "uses"),
    ("product_id",),
)
"""What is counted together: one pass over the pieces for each, not one for each filter."""
WIDEST = max(len(names) for names in PASSES)
PLAIN = ("kind", "orientation", "length", "colour", "language", "rating", "used", "picked")


@dataclass
class Facets:
    """Counts by filter and value; where `capped`, over the newest pieces only, up to the bound."""

    total: int = 0
    capped: bool = False
    counts: dict[str, dict[Any, int]] = field(default_factory=lambda: defaultdict(dict))

    def of(self, name: str, value: Any) -> int:
        """How many pieces it would leave, at least."""
        return self.counts[name].get(value, 0)


def facets(session: Session, asked: Search) -> Facets:
    """Count over the newest pieces that fit: exact up to the bound, beyond it at least so many."""
    told, now = Facets(), clock.now()
    if not asked.ways:
        return told
    with nullcontext() if asked.wanted.collection else as_written(session):
        counted = COUNTED.add_cte(_found(session, asked))
        rows = session.execute(counted, {"now": now, "soon": now + EXPIRING}).all()
    for number, *values, count in rows:
        names = PASSES[number]
        if number == 0:
            told.total += count
        for name, value in zip(names, values, strict=False):
            if name == "uses":
                _add_uses(told, int(value), count)
            elif value is not None:
                told.counts[name][value] = told.of(name, value) + count
    told.capped = told.total > MOST_COUNTED
    told.total = min(told.total, MOST_COUNTED)
    return told


def _passes() -> Iterator[Any]:
    """A count for each group of values; columns of one pass are few, so that its groups are."""
    found = table("found", *(column(name) for names in PASSES for name in names))
    for number, names in enumerate(PASSES):
        columns = [found.c[name] for name in names]
        told = [cast(one, Text) for one in columns]
        told += [cast(null(), Text)] * (WIDEST - len(names))
        passed: Any = select(literal_column(str(number)), *told, func.count().label("n"))
        passed = passed.select_from(found).group_by(*columns)
        if names == ("product_id",):
            passed = passed.order_by(desc("n")).limit(MOST_PRODUCTS)
        yield passed


def _counted() -> Iterator[Any]:
    """What is looked at of each piece: plain columns, and what holds at `now`."""
    asset = LibraryAsset
    uses: Any = literal_column("0")
    now, soon = (bindparam(name, type_=UTCDateTime()) for name in ("now", "soon"))
    yield from (getattr(asset, name) for name in (*PLAIN, "product_id"))
    yield and_(asset.ends_at > now, asset.ends_at <= soon).label("expiring")
    for bit, use in enumerate(USES):
        held = getattr(asset, f"{use}_until") > now
        uses += case((held, literal_column(str(1 << bit))), else_=literal_column("0"))
    yield uses.label("uses")


COUNTED = union_all(*_passes())
LOOKED_AT = (LibraryAsset.id, *_counted())
"""Both made once: writing them anew took longer than counting."""


def _found(session: Session, asked: Search) -> CTE:
    if asked.wanted.collection:
        found = [one.with_only_columns(*LOOKED_AT) for one in collected(asked)]
    else:
        found = newest(session, asked, LOOKED_AT, MOST_COUNTED + 1)
    if len(found) == 1:
        return found[0].cte("found")
    return select(union(*(select(one.subquery()) for one in found)).subquery()).cte("found")


def _add_uses(told: Facets, uses: int, count: int) -> None:
    for bit, use in enumerate(USES):
        if uses >> bit & 1:
            told.counts["use"][use] = told.of("use", use) + count

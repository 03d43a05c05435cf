"""How many pieces each further filter would leave, counted over the newest ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    Text,
    and_,
    case,
    cast,
    desc,
    func,
    literal,
    literal_column,
    null,
    select,
    union,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.library.finding import EXPIRING, KEYS, Search, pieces
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.rights import USES

MOST_COUNTED = 2_000
MOST_OF_WORDS = 200
"""Where several words have to be there: each piece counted is a walk past many that lack one."""
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
    told = Facets()
    if not asked.ways:
        return told
    most = _most(asked)
    found = _newest(asked, most)
    for number, *values, count in session.execute(union_all(*_passes(found))):
        names = PASSES[number]
        if number == 0:
            told.total += count
        for name, value in zip(names, values, strict=False):
            if name == "uses":
                _add_uses(told, int(value), count)
            elif value is not None:
                told.counts[name][value] = told.of(name, value) + count
    told.capped = told.total > most
    told.total = min(told.total, most)
    return told


def _passes(found: CTE) -> list[Any]:
    """A count for each group of values; columns of one pass are few, so that its groups are."""
    counted: list[Any] = []
    for number, names in enumerate(PASSES):
        columns = [found.c[name] for name in names]
        told = [cast(column, Text) for column in columns]
        told += [cast(null(), Text)] * (WIDEST - len(names))
        passed: Any = select(literal_column(str(number)), *told, func.count().label("n"))
        counted.append(passed.group_by(*columns))
    products = counted[-1].order_by(desc("n")).limit(MOST_PRODUCTS)
    return [*counted[:-1], products]


def _most(asked: Search) -> int:
    return MOST_OF_WORDS if any(len(way.words) > 1 for way in asked.ways) else MOST_COUNTED


def _newest(asked: Search, most: int) -> CTE:
    asset, now = LibraryAsset, clock.now()
    uses: Any = literal(0)
    for bit, use in enumerate(USES):
        uses += case((getattr(asset, f"{use}_until") > now, 1 << bit), else_=0)
    counted = [
        *(getattr(asset, name) for name in (*PLAIN, "product_id")),
        and_(asset.ends_at > now, asset.ends_at <= now + EXPIRING).label("expiring"),
        uses.label("uses"),
    ]
    newest = [
        statement.with_only_columns(asset.id, *counted)
        .order_by(*(key.desc() for key in KEYS))
        .limit(most + 1)
        for statement in pieces(asked)
    ]
    if len(newest) == 1:
        return newest[0].cte("found")
    found = union(*(select(one.subquery()) for one in newest)).subquery()
    return select(found).limit(most + 1).cte("found")


def _add_uses(told: Facets, uses: int, count: int) -> None:
    for bit, use in enumerate(USES):
        if uses >> bit & 1:
            told.counts["use"][use] = told.of("use", use) + count

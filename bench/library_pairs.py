"""Any two filters of the library together: do they ever walk all of it?

python -m bench.library_pairs [--rows N] [--keep FOLDER]

Goal: no pair's page over 60 ms, nor its counts, whatever the two leave; 1,000,000 pieces by
default.

Opens the page and the counts of every filter's values alone and with each value of every other
filter, twice each, and tells of the faster: milliseconds from the request to the whole page. The
worst ten are printed. `--keep`: as in `bench.library`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from urllib.parse import urlencode

from bench.library import once
from bench.library_fill import Filled, fill
from bench.lists import spread
from bench.publish import installation, show
from reviewapp.app import create_app
from reviewapp.core.process import ease_garbage_collection
from reviewapp.library.wanted import RATINGS
from reviewapp.models.library_asset import COLOURS, LENGTHS, ORIENTATIONS, PIECE_KINDS
from reviewapp.models.rights import USES
from reviewapp.web.auth import SESSION_COOKIE

GOAL_MS = 60
WORST = 10
WORDS = ("glaze", "mug", "number", "kettle", "heirloom", "word3000", "word39", "smooth morning")
"""In a fifth, all, all, a seventh, a thousandth, hardly any, a fortieth of reviews; the last
two together in a thousandth."""
Pair = tuple[tuple[str, str], ...]


def main() -> None:
    """Print how long pages and counts of all pairs took, and the worst ten of each."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--keep", type=Path, metavar="FOLDER")
    told = asked.parse_args()
    with installation(told.keep) as kit:
        filled = fill(kit, told.rows)
        client = create_app(kit=kit).test_client()
        ease_garbage_collection()
        client.set_cookie(SESSION_COOKIE, filled.token)
        for name, address in (("pages", "/admin/library"), ("counts", "/admin/library/counts")):
            took = {
                pair: min(once(client, f"{address}?{urlencode(pair)}") for _ in range(2))
                for pair in pairs(filled)
            }
            tell(name, took)


def pairs(filled: Filled) -> Iterator[Pair]:
    """Every value alone, then every two of different filters; both ends of a time are two."""
    values = [*_values(filled)]
    yield from ((one,) for one in values)
    yield from ((one, other) for one, other in combinations(values, 2) if one[0] != other[0])


def tell(name: str, took: dict[Pair, float]) -> None:
    """How they spread, and the slowest."""
    over = sum(one > GOAL_MS for one in took.values())
    show(f"{name} of {len(took):,} pairs", **spread([*took.values()]), over_60_ms=over)
    for pair in sorted(took, key=lambda one: -took[one])[:WORST]:
        show(" + ".join(f"{filter_} {value[:12]}" for filter_, value in pair), ms=took[pair])


def _values(filled: Filled) -> Iterator[tuple[str, str]]:
    for name, values in (
        ("kind", PIECE_KINDS), ("orientation", ORIENTATIONS), ("length", LENGTHS),
        ("colour", COLOURS), ("rating", RATINGS), ("use", USES), ("q", WORDS),
        ("language", ("en", "de", "es", "fr", "pt", "it")), ("used", ("yes", "no")),
        ("picked", ("1",)), ("expiring", ("1",)), ("tag", ("tableware", "none")),
        ("product", (str(filled.product_id),)), ("since", ("2026-09-01",)),
        ("to", ("2020-01-01", "2026-03-01", "2026-11-01")),
    ):  # fmt: skip
        yield from ((name, value) for value in values)


if __name__ == "__main__":
    main()

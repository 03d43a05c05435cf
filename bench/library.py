"""The library at a million pieces: every filter, search and count, on the first and a deep page.

python -m bench.library [--rows N] [--runs N] [--keep FOLDER]
                        [--keep-small FOLDER]

Goals: a page p95 ≤ 25 ms and worst ≤ 60 ms, counts ≤ 60 ms, at most 1.5 times what 10,000 pieces
take; 1,000,000 pieces by default.

Time in the application, from the request to the whole page, one request after another. `ratio` is
the median against that of 10,000 pieces in the same run. `--keep`: leave the large library in this
folder, or measure the one that is there; `--keep-small`: so with the one of 10,000.
"""

from __future__ import annotations

import argparse
import statistics
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import orjson
from flask.testing import FlaskClient

from bench.library_fill import Filled, fill
from bench.lists import spread
from bench.publish import installation, show
from reviewapp.app import create_app
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection
from reviewapp.library.admin_grid import PAGE
from reviewapp.library.finding import KEYS, search
from reviewapp.library.walking import as_written, newest
from reviewapp.library.wanted import read
from reviewapp.web.auth import SESSION_COOKIE

SMALL = 10_000
DEEP_PAGE = 5_000
Took = dict[str, float]


def main() -> None:
    """Print one JSON line per page and per count."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--runs", type=int, default=30)
    asked.add_argument("--keep", type=Path, metavar="FOLDER")
    asked.add_argument("--keep-small", type=Path, metavar="FOLDER")
    told = asked.parse_args()
    small = measure(SMALL, told.runs, None, told.keep_small)
    measure(told.rows, told.runs, small, told.keep)


def measure(rows: int, runs: int, small: Took | None, kept: Path | None = None) -> Took:
    """Milliseconds (median) by what was asked for, over a library of this size."""
    medians: Took = {}
    worst: list[dict[str, float]] = []
    with installation(kept) as kit:
        filled = fill(kit, rows)
        client = create_app(kit=kit).test_client()
        ease_garbage_collection()
        client.set_cookie(SESSION_COOKIE, filled.token)
        for name, query in queries(filled):
            for page, after in places(kit, filled, query):
                path = f"/admin/library?{urlencode(query | after)}"
                took = spread([once(client, path) for _ in range(runs + 3)][3:])
                worst.append(took)
                tell(f"{name}, page {page:,}", took, medians, small, rows)
            path = f"/admin/library/counts?{urlencode(query)}"
            counts = spread([once(client, path) for _ in range(runs + 3)][3:])
            tell(f"{name}, counts", counts, medians, small, rows)
    every = {"p95_ms": max(one["p95_ms"] for one in worst),
             "median_of_p95_ms": statistics.median(one["p95_ms"] for one in worst),
             "max_ms": max(one["max_ms"] for one in worst)}  # fmt: skip
    show(f"all pages of {rows:,}", **every)
    return medians


def queries(filled: Filled) -> Iterator[tuple[str, dict[str, str]]]:
    """Each filter by itself, then the ones that are put together, common and rare."""
    yield "everything", {}
    for name, value in (
        ("kind", "photo"), ("kind", "words"), ("orientation", "square"), ("length", "long"),
        ("colour", "beige"), ("colour", "purple"), ("rating", "4-5"), ("rating", "1"),
        ("language", "en"), ("language", "pt"), ("use", "ads"), ("use", "print"),
        ("use", "partners"), ("used", "no"), ("used", "yes"), ("picked", "1"), ("expiring", "1"),
        ("tag", "tableware"), ("q", "glaze"), ("q", "heirloom"), ("q", "glaze kettle"),
        ("q", "mug number"), ("q", "word3000 word2000"), ("q", "quokka"), ("q", "the"),
    ):  # fmt: skip
        yield f"{name} {value}", {name: value}
    yield "product", {"product": str(filled.product_id)}
    yield "collection", {"collection": str(filled.collection_id)}
    yield "dates", {"since": "2026-01-01", "to": "2026-12-31"}
    for query in (
        {"use": "ads", "kind": "photo", "used": "no", "orientation": "portrait"},
        {"language": "pt", "colour": "purple"},
        {"language": "pt", "colour": "purple", "rating": "1", "kind": "video"},
        {"use": "print", "expiring": "1"},
        {"q": "glaze", "use": "print"},
        {"q": "glaze", "colour": "purple", "kind": "photo"},
        {"q": "heirloom", "use": "ads", "kind": "photo"},
        {"tag": "tableware", "q": "glaze", "use": "ads"},
        {"collection": str(filled.collection_id), "q": "glaze"},
        {"product": str(filled.product_id), "use": "ads", "kind": "photo"},
    ):
        yield " + ".join(f"{name} {value[:8]}" for name, value in query.items()), query


def places(kit: Kit, filled: Filled, query: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The first page and, where the list is as long, the 5,000th."""
    yield 1, {}
    wanted = read(query)
    if wanted.collection:
        return
    with kit.database.transaction(filled.shop.id) as session, as_written(session):
        asked = search(session, filled.shop, wanted)
        last = (DEEP_PAGE - 1) * PAGE
        for statement in newest(session, asked, KEYS, last)[:1]:
            row = session.execute(statement.offset(last - 1)).first()
            if row is not None:
                told = orjson.dumps([str(value) for value in row])
                yield DEEP_PAGE, {"after": urlsafe_b64encode(told).rstrip(b"=").decode()}


def once(client: FlaskClient, path: str) -> float:
    """Milliseconds of one page."""
    begun = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)
    return (time.perf_counter() - begun) * 1000


def tell(name: str, took: Took, medians: Took, small: Took | None, rows: int) -> None:
    """One line, with the ratio to the small library."""
    medians[name] = took["median_ms"]
    ratio = {"ratio": took["median_ms"] / small[name]} if small and name in small else {}
    show(f"{rows:,}: {name}", **took, **ratio)


if __name__ == "__main__":
    main()

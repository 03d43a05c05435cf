"""Live queries: every order and filter at 10 and 100,000 reviews, beside a bare Flask query.

python -m bench.live   (goals: CPU ≤ 1.3 × bare; p99 at 100,000 ≤ 1.2 × that at 10; ≤ 8 ms)

In one process, without a server: what is measured is the whole application from the WSGI call to
its last byte. Nothing is taken from what was kept: each query is asked of the database.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify
from sqlalchemy import create_engine, select, text
from werkzeug.test import EnvironBuilder

from bench.publish import fill, installation, new_shop, show
from reviewapp.app import create_app
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection
from reviewapp.models.review import Review
from reviewapp.widgets.product_writer import write_product

SIZES = (10, 100_000)
RUNS, WARM = 400, 40
QUERIES = (
    "",
    "sort=oldest",
    "sort=highest",
    "sort=lowest",
    "sort=helpful",
    "stars=1,5",
    "stars=3&sort=oldest",
    "media=1",
    "media=photo&sort=lowest",
    "language=de",
    "language=de&sort=highest",
    "attribute=fit:small",
    "attribute=fit:small&sort=oldest&stars=2,4",
    "media=1&sort=helpful",
    "q=dishwasher",
    "q=dishwasher&sort=lowest&stars=1,2,3",
)
ENRICH = """
UPDATE review SET photo_count = 1 WHERE listing_id = :listing AND position % 10 = 0;
UPDATE review SET language = 'de', locale = 'de' WHERE listing_id = :listing AND position % 7 = 0;
UPDATE review SET helpful_count = 3, helpful_weight = position
  WHERE listing_id = :listing AND position % 9 = 0;
INSERT INTO review_attribute (review_id, shop_id, listing_id, name, value, rating, position)
  SELECT id, shop_id, listing_id, 'fit', (ARRAY['small', 'right', 'large'])[1 + position % 3],
    rating, position FROM review WHERE listing_id = :listing;
ANALYZE review, review_attribute
"""
"""Photos on a tenth, another language on a seventh, votes on a ninth, an answer on all."""


def main() -> None:
    """Print one JSON line per query."""
    with installation() as kit:
        shop = new_shop(kit)
        listings = {size: fill(kit, shop, size) for size in SIZES}
        for listing in listings.values():
            enrich(kit, shop.id, listing)
            write_product(kit, shop.id, listing, [])
        app = create_app(kit=kit)
        ease_garbage_collection()
        bare = measure(bare_app(kit, listings[SIZES[-1]]), "/", lambda: None)
        show("bare Flask and SQLAlchemy Core", cpu_ms=bare[0], p50_ms=bare[1], p99_ms=bare[2])
        forget: Callable[[], None] = app.extensions["live_answers"].forget_all
        for query in QUERIES:
            address = f"/w/v1/{shop.widget_key}/products/P{{}}/reviews?{query}"
            small, large = (measure(app, address.format(size), forget) for size in SIZES)
            show(
                f"live {query or '(newest)'}",
                cpu_ratio=large[0] / bare[0],
                cpu_ms=large[0],
                small_p99_ms=small[2],
                large_p99_ms=large[2],
                p99_ratio=large[2] / small[2],
                p50_ratio=large[1] / small[1],
            )


def enrich(kit: Kit, shop_id: UUID, listing_id: UUID) -> None:
    """Something to filter by."""
    with kit.database.transaction(shop_id) as session:
        for statement in ENRICH.split(";"):
            told = {"listing": listing_id} if ":listing" in statement else {}
            session.execute(text(statement), told)


def bare_app(kit: Kit, listing_id: UUID) -> Flask:
    """What anybody would write first: one query, one dictionary a row, an engine as it comes."""
    engine = create_engine(kit.database.engine.url)
    app, columns = Flask("bare"), (
        Review.id, Review.position, Review.rating, Review.title, Review.body, Review.display_name,
        Review.submitted_at, Review.locale, Review.verified_buyer, Review.helpful_count,
    )  # fmt: skip
    newest = (
        select(*columns)
        .where(Review.listing_id == listing_id, Review.state == "published")
        .order_by(Review.position.desc())
        .limit(21)
    )
    scope = text("SELECT set_config('reviewapp.shop_id', '*', false)")

    @app.get("/")
    def page() -> Response:
        with engine.connect() as connection:
            connection.execute(scope)
            rows = connection.execute(newest).mappings().all()
        return jsonify(items=[dict(row) for row in rows[:20]])

    return app


def measure(app: Any, address: str, forget: Callable[[], None]) -> tuple[float, float, float]:
    """CPU of this process a request, then median and 99th percentile of the wall, in ms."""
    walls: list[float] = []
    cpu = 0.0
    for number in range(WARM + RUNS):
        forget()
        environ = EnvironBuilder(address, headers={"X-Forwarded-For": "10.0.0.1"}).get_environ()
        environ["REMOTE_ADDR"] = f"10.{number % 250}.{number // 250}.1"
        began, at = time.perf_counter(), time.process_time()
        status: list[str] = []
        body = b"".join(app(environ, lambda said, *_, kept=status: kept.append(said)))
        if number >= WARM:
            cpu += time.process_time() - at
            walls.append((time.perf_counter() - began) * 1000)
        if not status[0].startswith("200") or not body:
            raise SystemExit(f"{address}: {status[0]} {body[:300]!r}")
    walls.sort()
    return cpu * 1000 / RUNS, statistics.median(walls), walls[int(len(walls) * 0.99)]


if __name__ == "__main__":
    main()

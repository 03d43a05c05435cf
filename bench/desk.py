"""The moderators' pages over a million reviews: how long the application takes for each.

python -m bench.desk [--rows N]   (goal: p95 ≤ 25 ms, worst ≤ 60 ms; 200,000 rows by default)

Time in the application, from the request to the whole page, templates and sessions included, one
request after another; what a network and a browser add is measured by `bench.queue`.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask.testing import FlaskClient
from sqlalchemy import select, text

from bench.publish import installation, show
from reviewapp.app import create_app
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.web.auth import SESSION_COOKIE
from reviewapp.web.listing import PAGE
from tests import factories

RUNS = 40
PRODUCTS = 2_000
DEEP_PAGE = 5_000

FILL = """
WITH item AS (SELECT id, row_number() OVER () - 1 AS number FROM product WHERE shop_id = :shop)
INSERT INTO review (id, created_at, shop_id, product_id, rating, title, body, answers,
  display_name, locale, state, version, submitted_at, decided_at, published_at, verified_buyer,
  incentivized, source, redactions)
SELECT gen_random_uuid(), now(), :shop, item.id, 1 + n % 5, 'Review number ' || n,
  repeat('The glaze is even, the handle fits my hand and it keeps the tea warm. ', 1 + n % 6)
  || CASE WHEN n % 1000 = 7 THEN 'Survived a dishwasher.' ELSE '' END,
  '{}', 'Customer ' || n, 'en', told.state, 1, told.at,
  CASE WHEN told.state = 'pending' THEN NULL ELSE told.at END,
  CASE WHEN told.state = 'published' THEN told.at END, false, false, 'own', '[]'
FROM generate_series(1, :count) n
JOIN item ON item.number = n % :products
CROSS JOIN LATERAL (SELECT now() - (:count - n) * interval '1 minute' AS at,
  CASE WHEN n > :count - 2000 THEN 'pending' WHEN n % 5000 = 0 THEN 'held'
    WHEN n % 50 = 0 THEN 'refused' ELSE 'published' END AS state) told
"""
"""Two thousand wait, some are held, one in fifty is refused; one in a thousand has a rare word."""


def main() -> None:
    """Print one JSON line per page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=200_000)
    rows = asked.parse_args().rows
    with installation() as kit:
        shop, token = fill(kit, rows)
        client = create_app(kit=kit).test_client()
        ease_garbage_collection()
        client.set_cookie(SESSION_COOKIE, token)
        for name, path in pages(kit, shop, rows):
            measure(client, name, path)


def fill(kit: Kit, rows: int) -> tuple[Shop, str]:
    """A shop with so many reviews of two thousand products, and a moderator's session."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        token, _ = factories.signed_in_member(session, kit, shop, "moderator")
        session.add_all(
            Product(shop_id=shop.id, external_id=f"P{n}", title=f"Mug number {n}", tags=[])
            for n in range(PRODUCTS)
        )
        session.flush()
        told = {"shop": shop.id, "count": rows, "products": PRODUCTS}
        session.execute(text(FILL), told)
    with kit.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
        bare.execute(text("VACUUM ANALYZE review"))
        bare.execute(text("VACUUM ANALYZE product"))
    return shop, token


def pages(kit: Kit, shop: Shop, rows: int) -> Iterator[tuple[str, str]]:
    """What is looked at: the queue and the list, each filter on its first and on a deep page."""
    with kit.database.transaction(shop.id) as session:
        product, oldest = session.execute(
            select(Review.product_id, Review.id).where(Review.waiting_since.is_not(None))
            .order_by(Review.waiting_since).limit(1)
        ).one()  # fmt: skip
    yield "queue", "/admin/queue"
    yield "queue, one review", f"/admin/queue/{oldest}"
    filters = {
        "all": {},
        "waiting": {"state": "pending"},
        "held": {"state": "held"},
        "refused": {"state": "refused"},
        "published": {"state": "published"},
        "none withdrawn": {"state": "withdrawn"},
        "of a product": {"product": str(product)},
        "of a product, refused": {"product": str(product), "state": "refused"},
        "a common word": {"q": "glaze"},
        "a rare word": {"q": "dishwasher"},
        "no such words": {"q": "tea cobalt zinc"},
        "a rare word, refused": {"q": "dishwasher", "state": "refused"},
    }
    for name, chosen in filters.items():
        yield f"list, {name}", f"/admin/reviews?{urlencode(chosen)}"
    page = min(DEEP_PAGE, rows * 4 // 5 // PAGE)
    after = place(kit, shop, page)
    for name in ("all", "published", "refused"):
        asked = {**filters[name], "after": after}
        yield f"list, {name}, page {page:,}", f"/admin/reviews?{urlencode(asked)}"


def place(kit: Kit, shop: Shop, page: int) -> str:
    """Where this page of the whole list begins, as the list's own links tell it."""
    with kit.database.transaction(shop.id) as session:
        row = session.execute(
            select(Review.submitted_at, Review.id)
            .order_by(Review.submitted_at.desc(), Review.id.desc())
            .offset((page - 1) * PAGE - 1).limit(1)
        ).one()  # fmt: skip
    told: list[str | UUID] = [row[0].isoformat(), row[1]]
    return urlsafe_b64encode(orjson.dumps(told)).rstrip(b"=").decode()


def measure(client: FlaskClient, name: str, path: str) -> None:
    """Milliseconds for this page, after a few that warm the caches."""
    took = []
    for run in range(RUNS + 3):
        begun = time.perf_counter()
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status)
        if run >= 3:
            took.append((time.perf_counter() - begun) * 1000)
    show(name, **spread(took))


def spread(took: list[float]) -> dict[str, float]:
    """Least, median, 95th percentile (nearest rank) and most of these milliseconds."""
    took = sorted(took)
    return {
        "n": len(took),
        "min_ms": took[0],
        "median_ms": statistics.median(took),
        "p95_ms": took[math.ceil(len(took) * 0.95) - 1],
        "max_ms": took[-1],
    }


if __name__ == "__main__":
    main()

"""The moderators' pages over a million reviews: how long the application takes for each.

python -m bench.desk [--rows N] [--keep FOLDER]

Goal: p95 ≤ 25 ms, worst ≤ 60 ms; 200,000 rows by default.

Time in the application, from the request to the whole page, templates and sessions included, one
request after another; what a network and a browser add is measured by `bench.queue`.
`--keep`: leave the rows in this folder, or measure those that are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.lists import DEEP_PAGE, place, time_pages
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.web.listing import PAGE

PRODUCTS = 2_000

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
    time_pages(__doc__, "moderator", fill, ("review", "product"), pages)


def fill(session: Session, shop: Shop, _moderator: Member, rows: int) -> None:
    """So many reviews of two thousand products."""
    session.add_all(
        Product(shop_id=shop.id, external_id=f"P{n}", title=f"Mug number {n}", tags=[])
        for n in range(PRODUCTS)
    )
    session.flush()
    session.execute(text(FILL), {"shop": shop.id, "count": rows, "products": PRODUCTS})


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
    after = place(kit, shop, (Review.submitted_at, Review.id), page)
    for name in ("all", "published", "refused"):
        asked = {**filters[name], "after": after}
        yield f"list, {name}, page {page:,}", f"/admin/reviews?{urlencode(asked)}"


if __name__ == "__main__":
    main()

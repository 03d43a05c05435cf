"""One published review on a product of 10 to 100,000: CPU, bytes written, and the first view.

python -m bench.publish [growth] [burst]

Goals: ≤ 10 ms CPU, flat within 20 %; a burst of 10,000 in ≤ 50 writes. Rebuilds: `bench.rebuild`.
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, text
from werkzeug.test import Client

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.embedded.valkey import EmbeddedValkey
from reviewapp.migrations.upgrade import upgrade
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.widgets.claims import claim_products
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.files import Files
from reviewapp.widgets.front import PublishedFront
from reviewapp.widgets.marks import SLOW
from reviewapp.widgets.product_writer import settle, write_product
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.service import refresh_review
from reviewapp.widgets.writer import shop_folder

SIZES = (10, 1_000, 10_000, 100_000)
RUNS = 60
VIEWS = 300
BURST = 10_000
FILL = """
INSERT INTO review (id, created_at, shop_id, product_id, rating, title, body, answers,
  display_name, locale, state, version, submitted_at, published_at, verified_buyer, incentivized,
  source, redactions, photo_count)
SELECT gen_random_uuid(), now(), :shop, :product, 1 + n % 5, 'Review number ' || n,
  (ARRAY['The handle fits my hand.', 'The glaze is even all around.', 'It keeps the tea warm.',
    'One small chip at the base, sent back and replaced.', 'Smaller than I thought.'])[1 + n % 5]
  || ' ' || (ARRAY['Bought it for my mother, who likes it.', 'We use it every morning.',
    'The parcel took a week longer than promised, and nobody answered at first.'])[1 + n % 3]
  || ' ' || (ARRAY['Would buy again.', 'The colour is darker than in the pictures.',
    'Dishwasher safe so far.', 'Not for large hands.'])[1 + n % 4] || ' Used ' || n || ' times.',
  '{}', 'Customer ' || n, 'en', 'published', 1,
  now() - (:count - n) * interval '1 minute', now() - (:count - n) * interval '1 minute',
  false, false, 'own', '[]', 0
FROM generate_series(1, :count) n
"""


@contextmanager
def installation(kept: Path | None = None) -> Iterator[Kit]:
    """Real servers and a migrated database: empty, or what a kept folder holds."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with (
        nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as postgres,
        EmbeddedValkey(Path(folder) / "valkey") as valkey,
    ):
        settings = Settings(
            data_dir=Path(folder) / "data",
            secret_keys=("a-key-for-measurements-only-and-long",),
            database_url=postgres.start(),
            redis_url=valkey.start(),
        )
        kit = Kit(settings)
        upgrade(kit.database.engine)
        yield kit
        kit.close()


def fill(kit: Kit, shop: Shop, count: int) -> UUID:
    """A product with so many published reviews, counted and placed."""
    with kit.database.transaction(shop.id) as session:
        product = Product(shop_id=shop.id, external_id=f"P{count}", title="Mug", tags=[])
        session.add(product)
        session.flush()
        told = {"shop": shop.id, "product": product.id, "count": count}
        session.execute(text(FILL), told)
        recount_listing(session, product.id)
        session.execute(text("ANALYZE review"))
        session.execute(text("UPDATE publication SET dirty_chunks = '{}', dirty_at = NULL"))
    return product.id


def new_shop(kit: Kit) -> Shop:
    """The shop that all products are of."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = Shop(
            name="Bench", email="b@example.com", widget_key=f"wk_{new_id().hex}", settings_json={}
        )
        session.add(shop)
        session.flush()
        return shop


def add_review(kit: Kit, shop: Shop, product_id: UUID) -> None:
    """One more published review, counted."""
    with kit.database.transaction(shop.id) as session:
        review = Review(
            shop_id=shop.id,
            product_id=product_id,
            rating=4,
            title="One more",
            body="It keeps the tea warm for an hour, the rim is a little thick. " * 3,
            display_name="Ada Q.",
            locale="en",
            state="published",
        )
        session.add(review)
        session.flush()
        refresh_review(session, review.id)


def measure_growth(kit: Kit, shop: Shop) -> list[dict[str, float]]:
    """Medians of counting one more review and writing all it changes, and the first view.

    The sizes take turns, so that a busy moment of the machine is no growth.
    """
    products = {size: fill(kit, shop, size) for size in SIZES}
    costs: dict[int, list[Cost]] = {size: [] for size in SIZES}
    for _ in range(RUNS):
        for size, product_id in products.items():
            costs[size].append(publish_one(kit, shop, product_id))
    folder, found = shop_folder(shop.widget_key), []
    for size, of_size in costs.items():
        count, write, settle, wall, written = (
            statistics.median(values) for values in zip(*of_size, strict=True)
        )
        one = {
            "write_cpu_ms": write,
            "count_cpu_ms": count,
            "claim_and_settle_cpu_ms": settle,
            "bytes_written": written,
            "first_view_p99_ms": first_view_p99(kit, f"/{folder}/products/P{size}/head.json"),
        }
        show("publish one review", reviews=size, wall_ms=wall, **one)
        found.append(one)
    return found


Cost = tuple[float, float, float, float, float]
"""CPU ms of counting, writing, claiming and settling; wall ms; bytes without twins."""


def publish_one(kit: Kit, shop: Shop, product_id: UUID) -> Cost:
    """One more review from its row to the shop's pages."""
    begun, times = time.perf_counter(), [time.process_time()]
    add_review(kit, shop, product_id)
    times.append(time.process_time())
    (claim,) = claim_products(kit)
    times.append(time.process_time())
    paths = write_product(kit, shop.id, product_id, claim.chunks)
    times.append(time.process_time())
    settle(kit, [(claim, paths)])
    times.append(time.process_time())
    wall = (time.perf_counter() - begun) * 1000
    count, claimed, write, settled = (
        (later - before) * 1000 for before, later in itertools.pairwise(times)
    )
    with kit.database.transaction(shop.id) as session:  # as if it had rested since
        session.execute(text("UPDATE publication SET published_at = published_at - interval '1h'"))
    folder = shop_folder(shop.widget_key)
    written = sum(len(kit.published.read(f"{folder}/{path}")) for path in paths)
    return count, write, claimed + settled, wall, written


def compare(found: list[dict[str, float]]) -> None:
    """The largest beside the smallest whose documents are full: 10 reviews fill no chunk."""
    first, last = found[1], found[-1]
    ratios = {f"{name}_ratio": last[name] / first[name] for name in first}
    show(f"publish, {SIZES[-1]} reviews beside {SIZES[1]}", **ratios, goal=1.2)


def first_view_p99(kit: Kit, address: str) -> float:
    """The 99th percentile in ms of an answer by an application that has read nothing yet."""
    files, taken = Files(kit), []
    for _ in range(VIEWS):
        client = Client(PublishedFront(_nobody, files))
        at = time.perf_counter()
        if client.get(address).status_code != 200:
            sys.exit(f"{address} is not there")
        taken.append((time.perf_counter() - at) * 1000)
    return sorted(taken)[int(VIEWS * 0.99)]


def _nobody(environ: Any, start: Any) -> Any:
    raise AssertionError("a published document is asked for")


def measure_burst(kit: Kit, shop: Shop) -> None:
    """10,000 changes to one product while a publisher runs: how often it was written."""
    product_id = fill(kit, shop, 100)
    with kit.database.transaction(shop.id) as session:
        known = list(
            session.scalars(select(Review.id).where(Review.product_id == product_id).limit(50))
        )
    writes, done = 0, threading.Event()

    def publisher() -> None:
        nonlocal writes
        while not done.is_set():
            writes += publish_due(kit, budget_seconds=5)
            done.wait(0.05)

    def stamp() -> object:
        return files.stamp(f"/{shop_folder(shop.widget_key)}/products/P100/head.json")

    files, stamps = Files(kit), set[object]()

    thread = threading.Thread(target=publisher)
    thread.start()
    start = time.perf_counter()
    for _ in range(BURST // 50):
        with kit.database.transaction(shop.id) as session:
            for review_id in known:
                refresh_review(session, review_id)
        stamps.add(stamp())
    took = time.perf_counter() - start
    done.set()
    thread.join()
    ended = time.perf_counter()
    while _behind(kit):
        done_now = publish_due(kit)
        writes += done_now
        stamps.add(stamp())
        time.sleep(0 if done_now else 0.5)
    show(
        "burst",
        changes=BURST,
        seconds=took,
        seconds_until_last_write=time.perf_counter() - ended,
        rewrites_of_the_product=len(stamps - {None}),
        writes_of_all_documents=writes,
        goal=50,
    )


def _behind(kit: Kit) -> bool:
    """Whether the product, or what a shop's pages show of it, is still to be written."""
    query = """SELECT exists(SELECT FROM publication WHERE dirty_at <= now())
      OR exists(SELECT FROM shop_document WHERE dirty_at <= now() AND path <> ALL(:slow))"""
    with kit.database.transaction(EVERY_SHOP) as session:
        return bool(session.scalar(text(query), {"slow": list(SLOW)}))


def show(name: str, **values: float) -> None:
    """One JSON line."""
    rounded = {key: round(value, 2) for key, value in values.items()}
    sys.stdout.write(json.dumps({"bench": name, **rounded}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print one JSON line per measurement."""
    wanted = sys.argv[1:] or ["growth", "burst"]
    with installation() as kit:
        shop = new_shop(kit)
        if "growth" in wanted:
            compare(measure_growth(kit, shop))
        if "burst" in wanted:
            measure_burst(kit, shop)


if __name__ == "__main__":
    main()

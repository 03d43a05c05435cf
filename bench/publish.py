"""One published review on a product of 10 to 100,000: CPU, bytes written, and the first view.

python -m bench.publish   (goal: ≤ 10 ms CPU, flat within 20 %; a burst of 10,000 in ≤ 50 writes)
"""

from __future__ import annotations

import itertools
import json
import math
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
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.files import Files
from reviewapp.widgets.front import PublishedFront
from reviewapp.widgets.marks import SLOW
from reviewapp.widgets.product_writer import write_product
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.service import refresh_review
from reviewapp.widgets.writer import shop_folder

SIZES = (10, 1_000, 10_000, 100_000)
RUNS = 60
VIEWS = 300
BURST = 10_000
REBUILT, REBUILT_EACH = (50, 50, 200), 100
"""Products that come to each rebuild that is measured, and reviews of each."""
WHOLE_REBUILD = 1_000_000

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


def add_review(kit: Kit, shop: Shop, product_id: UUID) -> tuple[UUID, int]:
    """One more published review, counted; its id and chunk."""
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
        return review.id, (review.position or 0) // 20


def measure_one(kit: Kit, shop: Shop, size: int) -> dict[str, float]:
    """Medians of counting one more review and writing all it changes, and the first view."""
    product_id = fill(kit, shop, size)
    folder, paths = shop_folder(shop.widget_key), list[str]()
    count_ms, write_ms, wall_ms = [], [], []
    for _ in range(RUNS):
        at, wall = time.process_time(), time.perf_counter()
        _, chunk = add_review(kit, shop, product_id)
        counted = time.process_time()
        paths = write_product(kit, shop.id, product_id, [chunk])
        count_ms.append((counted - at) * 1000)
        write_ms.append((time.process_time() - counted) * 1000)
        wall_ms.append((time.perf_counter() - wall) * 1000)
    found = {
        "write_cpu_ms": statistics.median(write_ms),
        "count_cpu_ms": statistics.median(count_ms),
        "bytes_written": sum(len(kit.published.read(f"{folder}/{path}")) for path in paths),
        "first_view_p99_ms": first_view_p99(kit, f"/{folder}/products/P{size}/head.json"),
    }
    show("publish one review", reviews=size, wall_ms=statistics.median(wall_ms), **found)
    return found


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


def measure_rebuild(kit: Kit) -> None:
    """All there is, at growing sizes; a million by what the last products cost.

    What is written once, whatever the size (the tags, for instance), is not extrapolated.
    """
    sizes, taken, cpus = [0], [0.0], [0.0]
    for products in REBUILT:
        fill_catalogue(kit, new_shop(kit), products)
        cpu, start = time.process_time(), time.perf_counter()
        sizes.append(rebuild(kit))
        taken.append(time.perf_counter() - start)
        cpus.append(time.process_time() - cpu)
        show("rebuild", products=sizes[-1], reviews=sizes[-1] * REBUILT_EACH, seconds=taken[-1])
    added = [later - before for before, later in itertools.pairwise(sizes)]
    each, cpu_each = (
        [(later - before) / more for (before, later), more in zip(pairs, added, strict=True)]
        for pairs in (itertools.pairwise(taken), itertools.pairwise(cpus))
    )
    show(
        "rebuild of a million over 10,000 products, extrapolated, one process",
        cpu_ms_a_product=cpu_each[-1] * 1000,
        cpu_minutes=cpu_each[-1] * WHOLE_REBUILD / REBUILT_EACH / 60,
        minutes=each[-1] * WHOLE_REBUILD / REBUILT_EACH / 60,
        exponent=1 + math.log(cpu_each[-1] / cpu_each[-2]) / math.log(sizes[-1] / sizes[-2]),
        goal_minutes=10,
    )


def fill_catalogue(kit: Kit, shop: Shop, products: int) -> None:
    """So many products with REBUILT_EACH published reviews each; nothing is counted yet."""
    with kit.database.transaction(shop.id) as session:
        for number in range(products):
            product = Product(shop_id=shop.id, external_id=f"C{number}", title="Mug", tags=[])
            session.add(product)
            session.flush()
            told = {"shop": shop.id, "product": product.id, "count": REBUILT_EACH}
            session.execute(text(FILL), told)
        session.execute(text("ANALYZE review"))


def show(name: str, **values: float) -> None:
    """One JSON line."""
    rounded = {key: round(value, 2) for key, value in values.items()}
    sys.stdout.write(json.dumps({"bench": name, **rounded}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print one JSON line per measurement."""
    with installation() as kit:
        shop = new_shop(kit)
        compare([measure_one(kit, shop, size) for size in SIZES])
        measure_burst(kit, shop)
        measure_rebuild(kit)


if __name__ == "__main__":
    main()

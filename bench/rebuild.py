"""A rebuild at growing sizes, by one process and by two; a million by what the last products cost.

python -m bench.rebuild   (goal: 1 million reviews over 10,000 products in ≤ 10 minutes, two cores)
"""

from __future__ import annotations

import itertools
import math
import os
import time

from sqlalchemy import text

from bench.publish import FILL, installation, new_shop, show
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.widgets.rebuilding import rebuild

REBUILT, REBUILT_EACH = (50, 50, 300), 100
"""Products that come to each rebuild that is measured, and reviews of each."""
WHOLE_REBUILD = 1_000_000


def measure_rebuild(kit: Kit) -> None:
    """All there is, at growing sizes; a million by what the last products cost.

    What is written once, whatever the size (the tags, for instance), is not extrapolated.
    """
    sizes, taken, cpus = [0], [0.0], [0.0]
    for products in REBUILT:
        fill_catalogue(kit, new_shop(kit), products)
        number, seconds, cpu = timed_rebuild(kit, 1)
        sizes.append(number)
        taken.append(seconds)
        cpus.append(cpu)
    added = [later - before for before, later in itertools.pairwise(sizes)]
    each, cpu_each = (
        [(later - before) / more for (before, later), more in zip(pairs, added, strict=True)]
        for pairs in (itertools.pairwise(taken), itertools.pairwise(cpus))
    )
    _, again, _ = timed_rebuild(kit, 1)
    _, shared, _ = timed_rebuild(kit, 2)
    show(
        "rebuild of a million over 10,000 products, extrapolated",
        cpu_ms_a_product=cpu_each[-1] * 1000,
        reviews_a_second_and_process=REBUILT_EACH / each[-1],
        cpu_minutes=cpu_each[-1] * WHOLE_REBUILD / REBUILT_EACH / 60,
        minutes_by_one_process=each[-1] * WHOLE_REBUILD / REBUILT_EACH / 60,
        two_processes_are_faster_by=again / shared,
        minutes_by_two=shared / sizes[-1] * WHOLE_REBUILD / REBUILT_EACH / 60,
        exponent=1 + math.log(cpu_each[-1] / cpu_each[-2]) / math.log(sizes[-1] / sizes[-2]),
        goal_minutes=10,
    )


def timed_rebuild(kit: Kit, processes: int) -> tuple[int, float, float]:
    """Products, seconds, and CPU seconds of all processes but the database's."""
    cpu, start = _cpu_seconds(), time.perf_counter()
    number = rebuild(kit, processes=processes)
    seconds, cpu = time.perf_counter() - start, _cpu_seconds() - cpu
    reviews = number * REBUILT_EACH
    show("rebuild", products=number, reviews=reviews, processes=processes, seconds=seconds)
    return number, seconds, cpu


def _cpu_seconds() -> float:
    """Of this process and of those that it started and that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


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


def main() -> None:
    """Print one JSON line per measurement."""
    with installation() as kit:
        measure_rebuild(kit)


if __name__ == "__main__":
    main()

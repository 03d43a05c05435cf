"""Plans the Olist orders and writes what came of them into docs/asking.md.

Run from the checkout: python -m bench.olist_table FOLDER (with the Olist files, gz or plain).
"""

from __future__ import annotations

import csv
import gzip
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from reviewapp.collect.dry_run import DryRun, dry_run
from reviewapp.collect.reasons import sentence
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_secret
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.integrations.csv_file import read_table
from reviewapp.integrations.olist import ZONE, olist_beside
from reviewapp.integrations.order_import import import_orders
from reviewapp.migrations.upgrade import upgrade
from reviewapp.models.account import Shop

PAGE = Path(__file__).resolve().parent.parent / "docs" / "asking.md"
BEGIN, END = "<!-- olist: begin -->", "<!-- olist: end -->"
AS_OF = datetime(2018, 12, 31, 12, tzinfo=ZoneInfo("America/Sao_Paulo"))
"""Some months after the last order: whatever was to arrive has arrived."""
ADDRESS = "{customer_unique_id}@customers.example"
BANDS = ((-10_000, 0), (0, 1), (1, 3), (3, 7), (7, 14), (14, 30), (30, 90), (90, 10_000))


def main(folder: Path) -> None:
    """Import, replay, and put the tables between the page's markers."""
    orders_file = next(folder.glob("olist_orders.csv*"))
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as place,
        EmbeddedPostgres(Path(place) / "postgres") as postgres,
    ):
        settings = Settings(
            data_dir=Path(place),
            secret_keys=("bench",),
            database_url=postgres.url,
            redis_url="redis://127.0.0.1:1",
        )
        kit = Kit(settings)
        upgrade(kit.database.engine)
        run = replay(kit, orders_file)
        kit.close()
    written = written_after(orders_file.parent, orders_file)
    head, rest = PAGE.read_text().split(BEGIN)
    tail = rest.split(END)[1]
    PAGE.write_text(f"{head}{BEGIN}\n{tables(run, written)}{END}{tail}")


def replay(kit: Kit, orders_file: Path) -> DryRun:
    """The dry run over all orders of the file, as of the end of 2018."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = Shop(
            name="Olist",
            email="olist@shop.example",
            locale="pt",
            time_zone=ZONE.key,
            widget_key=new_secret("wk"),
        )
        session.add(shop)
    files = olist_beside(read_table(orders_file), None, ADDRESS)
    read = files.read(clock.now())
    import_orders(kit, shop.id, read, layout="olist", file_name=orders_file.name)
    with clock.frozen(AS_OF), kit.database.transaction(shop.id) as session:
        return dry_run(session, shop, days=900)


def written_after(folder: Path, orders_file: Path) -> list[float]:
    """Days from each delivery to the moment its real review was written."""
    delivered = {
        row["order_id"]: row["order_delivered_customer_date"] for row in _rows(orders_file)
    }
    reviews = _rows(next(folder.glob("olist_order_reviews.csv*")))
    told = ((delivered.get(row["order_id"]), row["review_answer_timestamp"]) for row in reviews)
    return [
        (datetime.fromisoformat(review) - datetime.fromisoformat(delivery)) / timedelta(days=1)
        for delivery, review in told
        if delivery and review
    ]


def tables(run: DryRun, written: Sequence[float]) -> str:
    """Both tables as Markdown."""
    asked = [
        (request.send_at - request.delivered_at) / timedelta(days=1)
        for request in run.requests
        if request.state == "planned" and request.send_at and request.delivered_at
    ]
    lines = [
        f"{run.orders:,} orders gave {len(run.requests):,} requests: {run.messages:,} messages",
        f"would have gone out; {run.shared:,} orders would have shared another order's message.",
        "",
        "| outcome | reason | requests | means |",
        "| --- | --- | ---: | --- |",
        *_outcomes(run),
        "",
        "| days after delivery | requests would have gone out | reviews were really written |",
        "| --- | ---: | ---: |",
        *_bands(asked, written),
        f"| median | {median(asked):.1f} days | {median(written):.1f} days |",
        f"| all | {len(asked):,} | {len(written):,} |",
    ]
    return "\n".join(lines) + "\n"


def _outcomes(run: DryRun) -> Iterator[str]:
    for (state, reason), count in run.outcomes.most_common():
        meaning = sentence(reason) or "Goes out at its moment."
        yield f"| {state} | {f'`{reason}`' if reason else ''} | {count:,} | {meaning} |"


def _bands(asked: Sequence[float], written: Sequence[float]) -> Iterator[str]:
    counts = [Counter(map(_band, days)) for days in (asked, written)]
    for number, (low, high) in enumerate(BANDS):
        name = f"{low} to {high}"
        if number == 0:
            name = "before"
        elif number == len(BANDS) - 1:
            name = f"{low} and more"
        shares = (
            f"{count[number]:,} ({count[number] / max(1, len(days)):.0%})"
            for count, days in zip(counts, (asked, written), strict=True)
        )
        yield f"| {name} | {' | '.join(shares)} |"


def _band(days: float) -> int:
    return next(number for number, (low, high) in enumerate(BANDS) if low <= days < high)


def _rows(file: Path) -> Iterable[dict[str, str]]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Orders import: rows a second beside a bare COPY + upsert of the same lines; memory by size.

python -m bench.imports [ORDERS …]   (10,000 and 100,000 orders of two lines; made here)
"""

from __future__ import annotations

import csv
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id, new_secret
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.integrations.csv_file import read_table
from reviewapp.integrations.order_import import import_orders
from reviewapp.integrations.order_rows import read_orders
from reviewapp.migrations.upgrade import upgrade
from reviewapp.models.account import Shop

SIZES = (10_000, 100_000)
COLUMNS = (
    "order_id", "ordered_at", "email", "name", "country", "currency", "total", "line_id",
    "product_id", "product_title", "quantity", "price", "shipped_at", "delivered_at",
)  # fmt: skip
LIMIT = """
CREATE TEMPORARY TABLE bare_in (id uuid, o text, l text, p text, d timestamptz) ON COMMIT DROP;
CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, o text, l text, p text, d timestamptz,
  UNIQUE (o, l));
"""


def main(sizes: tuple[int, ...]) -> None:
    """One JSON line per size, then how the time grows."""
    seconds = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres") as postgres:
            for orders in sizes:
                file = folder / f"{orders}.csv"
                _write(file, orders)
                limit = _limit(postgres.url, folder, file)
                first, again, peak = _in_own_process(postgres.url, folder, file)
                seconds[orders] = first
                told = {
                    "orders": orders,
                    "rows": 2 * orders,
                    "import_rows_per_second": round(2 * orders / first),
                    "again_rows_per_second": round(2 * orders / again),
                    "bare_upsert_rows_per_second": round(2 * orders / limit),
                    "ratio_to_bare": round(limit / first, 2),
                    "peak_mb": round(peak),
                }
                print(json.dumps(told), flush=True)
    if len(sizes) > 1:
        small, large = min(sizes), max(sizes)
        grown = math.log(seconds[large] / seconds[small]) / math.log(large / small)
        print(json.dumps({"exponent": round(grown, 2)}))


def _write(file: Path, orders: int) -> None:
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for number in range(orders):
            day = 1 + number % 28
            for line in ("1", "2"):
                product = (number * 7 + int(line)) % 1000
                rows.writerow(
                    [
                        f"O-{number}", f"2026-10-{day:02d}T10:00:00Z",
                        f"buyer{number % (orders // 2 + 1)}@customers.example", "Ada Quist", "DE",
                        "EUR", "48.50", line, f"P-{product}", f"Product {product}", "1", "24.25",
                        f"2026-11-{day % 20 + 1:02d}T08:00:00Z",
                        f"2026-11-{day % 20 + 1:02d}T18:00:00Z",
                    ]
                )  # fmt: skip


def _limit(url: str, folder: Path, file: Path) -> float:
    """Read the file, COPY its lines and upsert them into one bare table."""
    kit = _kit(url, folder)
    began = time.perf_counter()
    with kit.database.transaction(EVERY_SHOP) as session:
        for statement in LIMIT.split(";\n"):
            if statement.strip():
                session.execute(text(statement))
        session.execute(text("TRUNCATE bare"))
        connection = session.connection().connection.driver_connection
        assert connection is not None
        with (
            file.open(newline="") as lines,
            connection.cursor() as cursor,
            cursor.copy("COPY bare_in FROM STDIN") as copy,
        ):
            for row in csv.DictReader(lines):
                told = row["order_id"], row["line_id"], row["product_id"], row["delivered_at"]
                copy.write_row((new_id(), *told))
        session.execute(
            text("INSERT INTO bare SELECT * FROM bare_in ON CONFLICT (o, l) DO UPDATE SET p = ''")
        )
    kit.close()
    return time.perf_counter() - began


def _in_own_process(url: str, folder: Path, file: Path) -> tuple[float, float, float]:
    """(first run, second run, peak megabytes): memory is measured where nothing else ran."""
    command = [sys.executable, "-m", "bench.imports", "--one", url, str(folder), str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    first, again, peak = json.loads(told)
    return first, again, peak


def one(url: str, folder: Path, file: Path) -> None:
    """Import `file` twice into a new shop; print seconds, seconds and megabytes."""
    kit = _kit(url, folder)
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = Shop(
            name="Bench", email="bench@shop.example", widget_key=new_secret("wk"), settings_json={}
        )
        session.add(shop)
        session.flush()
        shop_id = shop.id
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        with clock.frozen(datetime(2026, 11, 30, tzinfo=UTC)):
            table = read_table(file)
            read = read_orders(table, ZoneInfo("UTC"), clock.now())
            import_orders(kit, shop_id, read, layout="csv", file_name=file.name)
        seconds.append(time.perf_counter() - began)
    kit.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([*seconds, peak]))


def _kit(url: str, folder: Path) -> Kit:
    settings = Settings(data_dir=folder, secret_keys=("bench",), database_url=url)
    kit = Kit(settings.changed(redis_url="redis://127.0.0.1:1"))
    upgrade(kit.database.engine)
    kit.database.ping = lambda errand: None
    return kit


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main(tuple(int(size) for size in sys.argv[1:]) or SIZES)

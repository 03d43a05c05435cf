"""Planning 100,000 delivered orders, beside the rate at which the driver can insert plain rows."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from reviewapp.collect.planning import plan_due
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.migrations.upgrade import upgrade

ORDERS = 100_000
PRODUCTS = 1_000

FILL = """
INSERT INTO product (id, created_at, shop_id, external_id, source, title, tags, excluded,
  updated_at)
SELECT uuidv7(), now(), :shop, 'P-' || n, 'bench', 'Product ' || n, '{}', false, now()
FROM generate_series(1, :products) n;
INSERT INTO customer (id, created_at, shop_id, email, email_digest, locale, country)
SELECT uuidv7(), now(), :shop, n || '@customers.example', md5(n::text), 'de', 'DE'
FROM generate_series(1, :orders) n;
INSERT INTO "order" (id, created_at, shop_id, external_id, source, customer_id, ordered_at, tags,
  planning_due)
SELECT uuidv7(), now(), :shop, email, 'bench', id, :now - interval '6 days', '{}', true
FROM customer WHERE shop_id = :shop;
INSERT INTO order_line (id, created_at, shop_id, order_id, external_id, product_id, quantity,
  shipped_at, delivered_at)
SELECT uuidv7(), now(), :shop, o.id, '1', p.id, 1, :now - interval '4 days',
  :now - interval '2 days' - (random() * interval '1 day')
FROM (SELECT id, 1 + (row_number() OVER () % :products) AS n FROM "order" WHERE shop_id = :shop) o
JOIN product p ON p.shop_id = :shop AND p.external_id = 'P-' || o.n;
"""
ROW = """
INSERT INTO plain_request (id, shop_id, key, customer_id, language, state, send_at)
VALUES (uuidv7(), uuidv7(), %s, uuidv7(), 'en', 'planned', %s)
"""


def main(orders: int = ORDERS) -> None:
    """Print ours, the limit and their ratio."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as postgres,
    ):
        settings = Settings(
            data_dir=Path(folder),
            secret_keys=("bench",),
            database_url=postgres.url,
            redis_url="redis://127.0.0.1:1",
        )
        kit = Kit(settings)
        upgrade(kit.database.engine)
        kit.database.ping = _no_ping
        limit = statistics.median(_plain_rate(kit.database, orders) for _ in range(3))
        ours = statistics.median(_planning_rate(kit, orders) for _ in range(3))
        kit.close()
    print(f"executemany into a bare table  {limit:>9,.0f} rows/s")
    print(f"planning, {orders:,} orders    {ours:>9,.0f} orders/s")
    print(f"ratio                          {ours / limit:>9.2f}  (goal 0.30)")


def _plain_rate(database: Database, rows: int) -> float:
    with database.transaction(EVERY_SHOP) as session:
        session.execute(
            text(
                "DROP TABLE IF EXISTS plain_request; CREATE TABLE plain_request (id uuid PRIMARY "
                "KEY, shop_id uuid, key text, customer_id uuid, language text, state text, "
                "send_at timestamptz)"
            )
        )
    now = clock.now()
    with database.transaction(EVERY_SHOP) as session:
        cursor = session.connection().connection.driver_connection.cursor()
        began = time.perf_counter()
        cursor.executemany(ROW, [(str(n), now) for n in range(rows)])
        session.commit()
        return rows / (time.perf_counter() - began)


def _planning_rate(kit: Kit, orders: int) -> float:
    with kit.database.transaction(EVERY_SHOP) as session:
        shop_id = session.execute(
            text(
                "INSERT INTO shop (id, created_at, name, email, locale, time_zone, "
                "postal_address, color, widget_key, settings) VALUES (gen_random_uuid(), now(), "
                "'Bench', 'bench@shop.example', 'en', 'UTC', '', '#000000', "
                "gen_random_uuid()::text, '{}') RETURNING id"
            )
        ).scalar_one()
        values = {"shop": shop_id, "orders": orders, "products": PRODUCTS, "now": clock.now()}
        for statement in FILL.split(";\n"):
            if statement.strip():
                session.execute(text(statement), values)
    with kit.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
        raw.execute(text("ANALYZE"))
    began = time.perf_counter()
    planned = plan_due(kit)
    seconds = time.perf_counter() - began
    assert planned == orders, planned
    return planned / seconds


def _no_ping(errand: str) -> None:
    """No worker is running."""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS)

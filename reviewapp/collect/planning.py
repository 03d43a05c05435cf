"""Planning requests: every changed order ends with exactly one request and its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Cursor
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.audit import service as audit
from reviewapp.collect.agenda import Request, agenda
from reviewapp.collect.facts import driver, persons
from reviewapp.collect.rules import NEVER_DELIVERED
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order

BATCH = 5000
LANES = 2
"""Planners of one shop at a time, each with customers of its own: one reckons, one writes."""

DUE = """
SELECT id, customer_id, request_id FROM "order"
WHERE shop_id = %(shop_id)s AND planning_due
  AND abs(uuid_hash_extended(customer_id, 0) %% %(lanes)s) = %(lane)s
ORDER BY id LIMIT %(limit)s
FOR NO KEY UPDATE SKIP LOCKED
"""
ROWS = """
SELECT id, customer_id, key, state, send_at, delayed_since, delay_reason, attempts
FROM review_request
WHERE shop_id = %(shop_id)s AND step = 0
  AND (customer_id = ANY(%(customer_ids)b) OR id = ANY(%(request_ids)b))
FOR NO KEY UPDATE
"""
SIBLINGS = """
SELECT id FROM "order" WHERE shop_id = %(shop_id)s AND request_id = ANY(%(planned_ids)b)
"""
SHEET = """
CREATE TEMPORARY TABLE IF NOT EXISTS plan_sheet (
  order_id uuid, request_id uuid, anchor boolean, key text, customer_id uuid, language text,
  trigger text, delivered_at timestamptz, usage_days int, state text, reason text,
  send_at timestamptz, delayed_since timestamptz, delay_reason text
) ON COMMIT DELETE ROWS
"""
SHEET_TYPES = (
    "uuid uuid bool text uuid text text timestamptz int4 text text timestamptz timestamptz text"
)
KEEP = """
INSERT INTO review_request (id, created_at, shop_id, key, step, customer_id, language, trigger,
  delivered_at, usage_days, state, reason, send_at, delayed_since, delay_reason, followed_up)
SELECT request_id, %(now)s, %(shop_id)s, key, 0, customer_id, language, trigger, delivered_at,
  usage_days, state, reason, send_at, delayed_since, delay_reason, false
FROM plan_sheet WHERE anchor
ON CONFLICT (shop_id, key, step) DO UPDATE SET
  customer_id = excluded.customer_id, language = excluded.language, trigger = excluded.trigger,
  delivered_at = excluded.delivered_at, usage_days = excluded.usage_days, state = excluded.state,
  reason = excluded.reason, send_at = excluded.send_at, delayed_since = excluded.delayed_since,
  delay_reason = excluded.delay_reason
WHERE review_request.state IN ('planned', 'skipped', 'cancelled')
"""
ATTACH = """
UPDATE "order" o SET request_id = p.request_id, planning_due = false
FROM plan_sheet p WHERE o.id = p.order_id
"""
SETTLE = """
UPDATE "order" SET planning_due = false WHERE shop_id = %(shop_id)s AND id = ANY(%(order_ids)b)
"""
GIVE_WAY = """
UPDATE review_request SET state = 'cancelled', reason = 'merged', send_at = NULL
WHERE id = ANY(%(request_ids)b)
"""
UNDELIVERED = """
UPDATE "order" o SET planning_due = true FROM review_request r
WHERE o.request_id = r.id AND r.state = 'planned' AND r.send_at IS NULL AND NOT o.planning_due
  AND o.ordered_at <= %(before)s
"""


SPENT = ("claimed", "sent", "unknown")
"""The message is out, or may be: nothing about the row is planned any more."""


class Row(NamedTuple):
    """A step-0 row as planning found it."""

    id: UUID
    customer_id: UUID
    key: str
    state: str
    send_at: datetime | None
    delayed_since: datetime | None
    delay_reason: str | None
    attempts: int


def plan_due(kit: Kit) -> int:
    """The errand "plan": plan every order that changed, shop by shop; returns how many."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop_ids = session.scalars(select(Order.shop_id).where(Order.planning_due).distinct())
        due = list(shop_ids)
    with ThreadPoolExecutor(LANES) as pool:
        return sum(
            sum(pool.map(lambda lane, of=shop_id: _plan_lane(kit, of, lane), range(LANES)))
            for shop_id in due
        )


def wake_undelivered(kit: Kit) -> None:
    """The errand "undelivered": orders nothing of which came within 90 days are planned anew."""
    with kit.database.transaction(EVERY_SHOP) as session:
        with driver(session).cursor() as cursor:
            woken = cursor.execute(UNDELIVERED, {"before": clock.now() - NEVER_DELIVERED}).rowcount
        if woken:
            ping_after_commit(session, "plan")


def _plan_lane(kit: Kit, shop_id: UUID, lane: int) -> int:
    planned = 0
    while True:
        with kit.database.transaction(shop_id) as session:
            count = plan_batch(session, session.get_one(Shop, shop_id), lane)
        if not count:
            return planned
        planned += count


def plan_batch(session: Session, shop: Shop, lane: int, limit: int = BATCH) -> int:
    """Plan up to `limit` changed orders of a lane with all that hangs on them; returns how many.

    One planner a lane at a time. The orders are locked before their facts are read, so that what
    changes meanwhile is due again afterwards; rows that were claimed or sent are never touched.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('plan:' || :shop, :lane))"),
        {"shop": str(shop.id), "lane": lane},
    )
    with driver(session).cursor(binary=True) as cursor:
        scope: dict[str, Any] = {
            "shop_id": shop.id,
            "limit": limit,
            "now": clock.now(),
            "lane": lane,
            "lanes": LANES,
        }
        due = cursor.execute(DUE, scope).fetchall()
        if not due:
            return 0
        scope["customer_ids"] = list({row[1] for row in due})
        scope["request_ids"] = [row[2] for row in due if row[2]]
        rows = [Row(*row) for row in cursor.execute(ROWS, scope)]
        order_ids, settled = _to_plan(cursor, scope, due, rows)
        outcomes = _write(session, shop, cursor, scope, order_ids, rows)
        if settled:
            cursor.execute(SETTLE, scope | {"order_ids": settled})
    audit.record(
        session,
        shop_id=shop.id,
        actor="clock",
        action="requests.planned",
        subject=f"shop:{shop.id}",
        orders=len(due),
        outcomes=dict(sorted(outcomes.items())),
    )
    ping_after_commit(session, "requests")
    return len(due)


def _to_plan(
    cursor: Cursor[Any], scope: dict[str, Any], due: Sequence[Any], rows: Sequence[Row]
) -> tuple[list[UUID], list[UUID]]:
    """The orders to plan (changed ones and those that share a row with them), and the changed
    ones whose message is out already."""
    spent = {row.id for row in rows if row.state in SPENT}
    settled = [order_id for order_id, _, request_id in due if request_id in spent]
    wanted = {order_id for order_id, _, request_id in due if request_id not in spent}
    planned_ids = [row.id for row in rows if row.state == "planned"]
    if planned_ids:
        siblings = cursor.execute(SIBLINGS, scope | {"planned_ids": planned_ids})
        wanted.update(row[0] for row in siblings)
    return list(wanted), settled


def _write(
    session: Session,
    shop: Shop,
    cursor: Cursor[Any],
    scope: dict[str, Any],
    order_ids: Sequence[UUID],
    rows: Sequence[Row],
) -> Counter[str]:
    """Put the plans in by COPY; returns how many requests ended how."""
    by_key = {row.key: row for row in rows}
    kept_keys = {UUID(row.key) for row in rows if row.state == "planned"}
    settings, now = shop.settings, scope["now"]
    outcomes: Counter[str] = Counter()
    sheet: list[tuple[Any, ...]] = []
    written: set[str] = set()
    spent = {row.customer_id for row in rows if row.state in SPENT}
    for person in persons(session, shop, order_ids, now=now, not_before=now, known=spent):
        for request in agenda(
            person.entries, person.history, settings, not_before=now, kept_keys=kept_keys
        ):
            key = str(request.key)
            written.add(key)
            outcomes[request.reason or request.state] += 1
            sheet.extend(_sheet(request, key, person.customer_id, by_key.get(key)))
    _put(cursor, scope, sheet)
    gone = [row.id for row in rows if row.state == "planned" and row.key not in written]
    if gone:
        cursor.execute(GIVE_WAY, {"request_ids": gone})
    return outcomes


def _put(cursor: Cursor[Any], scope: dict[str, Any], sheet: Sequence[tuple[Any, ...]]) -> None:
    cursor.execute(SHEET)
    with cursor.copy("COPY plan_sheet FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(SHEET_TYPES.split())
        for line in sheet:
            copy.write_row(line)
    cursor.execute(KEEP, scope)
    cursor.execute(ATTACH)


def _sheet(
    request: Request, key: str, customer_id: UUID, row: Row | None
) -> Iterator[tuple[Any, ...]]:
    """One line per order; the anchor's carries the request."""
    request_id = row.id if row else new_id()
    send_at, delayed_since, delay_reason = _kept_delay(request, row)
    anchor = (
        customer_id,
        request.language,
        request.trigger,
        request.delivered_at,
        request.usage_days,
        request.state,
        request.reason,
        send_at,
        delayed_since,
        delay_reason,
    )
    yield (request.key, request_id, True, key, *anchor)
    for order_id in request.order_ids:
        if order_id != request.key:
            yield (order_id, request_id, False, key, *(None for _ in anchor))


def _kept_delay(
    request: Request, row: Row | None
) -> tuple[datetime | None, datetime | None, str | None]:
    """A delay counts from the original moment (G2): planning anew does not start it again."""
    send_at = request.send_at
    if row is None or row.state != "planned" or send_at is None:
        return send_at, None, None
    if row.send_at and (row.delayed_since or row.attempts):
        return max(send_at, row.send_at), row.delayed_since, row.delay_reason
    return send_at, None, None

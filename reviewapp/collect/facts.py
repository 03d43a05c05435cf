"""Reading the facts that the rules take, for thousands of orders in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, Cursor
from sqlalchemy.orm import Session

from reviewapp.collect.agenda import Asked, Entry
from reviewapp.collect.daytime import customer_zone
from reviewapp.collect.rules import (
    LineFacts,
    OrderFacts,
    Plan,
    ProductFacts,
    language_for,
    plan_order,
    usage_days,
)
from reviewapp.models.account import Shop
from reviewapp.models.shop_settings import ShopSettings

ORDERS = """
SELECT o.id, o.customer_id, o.ordered_at, o.promised_at, o.locale, o.country, o.time_zone,
       c.email IS NOT NULL, c.locale, c.country, c.time_zone,
       l.product_id, l.shipped_at, l.delivered_at, l.cancelled_at, l.lost_at, l.refunded_at,
       l.returned_at
FROM "order" o
JOIN customer c ON c.id = o.customer_id
LEFT JOIN order_line l ON l.order_id = o.id
WHERE o.shop_id = %(shop_id)s AND o.id = ANY(%(order_ids)b)
ORDER BY o.customer_id, o.id, l.id
"""
PRODUCTS = """
SELECT id, usage_days, product_type, tags, excluded FROM product
WHERE shop_id = %(shop_id)s AND id = ANY(%(product_ids)b)
"""
SUPPRESSED = """
SELECT c.id, min(s.reason) FROM suppression s
JOIN customer c ON c.shop_id = s.shop_id AND c.email_digest = s.email_digest
WHERE s.shop_id = %(shop_id)s AND s.lifted_at IS NULL AND c.id = ANY(%(customer_ids)b)
GROUP BY c.id
"""
ASKED = """
SELECT m.customer_id, coalesce(m.sent_at, m.sending_at, m.claimed_at) AS at,
       array_agg(l.product_id) FILTER (WHERE l.product_id IS NOT NULL)
FROM review_request m
LEFT JOIN "order" o ON o.request_id = coalesce(m.parent_id, m.id)
LEFT JOIN order_line l ON l.order_id = o.id
  AND (l.delivered_at IS NOT NULL OR (m.trigger = 'estimated' AND l.shipped_at IS NOT NULL))
WHERE m.shop_id = %(shop_id)s AND m.customer_id = ANY(%(customer_ids)b)
  AND m.state IN ('claimed', 'sent', 'unknown')
GROUP BY m.id
"""


class Person(NamedTuple):
    """A customer, the plans of the orders looked at, and what was sent to them before."""

    customer_id: UUID
    entries: list[Entry]
    history: list[Asked]


def driver(session: Session) -> Connection[Any]:
    """The driver's connection inside the session's transaction: rows as plain tuples, COPY."""
    connection: Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]  # psycopg by our URLs
    return connection


def persons(
    session: Session,
    shop: Shop,
    order_ids: Sequence[UUID],
    *,
    now: datetime,
    not_before: datetime,
    known: Collection[UUID] = (),
) -> Iterator[Person]:
    """The customers of these orders, each with one plan per order; `known` are the customers
    something may have been sent to, whose history counts."""
    settings = shop.settings
    with driver(session).cursor(binary=True) as cursor:
        scope: dict[str, Any] = {"shop_id": shop.id, "order_ids": list(order_ids)}
        rows = cursor.execute(ORDERS, scope).fetchall()
        scope["customer_ids"] = list({row[1] for row in rows})
        scope["product_ids"] = list({row[11] for row in rows if row[11]})
        products = _products(cursor, scope, settings)
        suppressed = dict(cursor.execute(SUPPRESSED, scope).fetchall())
        history = asked_before(cursor, {**scope, "customer_ids": list(known)}) if known else {}
    for customer_id, orders in groupby(rows, itemgetter(1)):
        reason = suppressed.get(customer_id)
        entries = []
        for order_id, lines in groupby(orders, itemgetter(0)):
            facts, first = _order_facts(order_id, lines, products, reason)
            plan = plan_order(facts, settings, now=now, not_before=not_before)
            entries.append(_entry(facts.order_id, plan, first, shop))
        yield Person(customer_id, entries, history.get(customer_id, []))


def asked_before(cursor: Cursor[Any], scope: dict[str, Any]) -> dict[UUID, list[Asked]]:
    """What was sent to `customer_ids` of the scope, or may have been."""
    history: dict[UUID, list[Asked]] = defaultdict(list)
    for customer_id, at, product_ids in cursor.execute(ASKED, scope):
        history[customer_id].append(Asked(at, frozenset(product_ids or ())))
    return history


def _products(
    cursor: Cursor[Any], scope: dict[str, Any], settings: ShopSettings
) -> dict[UUID, tuple[int, bool]]:
    return {
        row[0]: (usage_days(ProductFacts(*row[1:]), settings), row[4])
        for row in cursor.execute(PRODUCTS, scope)
    }


def _order_facts(
    order_id: UUID,
    rows: Iterable[Sequence[Any]],
    products: dict[UUID, tuple[int, bool]],
    suppressed: str | None,
) -> tuple[OrderFacts, Sequence[Any]]:
    lines = list(rows)
    first = lines[0]
    unreachable = suppressed if first[7] else "no_address"
    facts = OrderFacts(
        order_id,
        first[2],
        first[3],
        unreachable,
        [LineFacts(row[11], *products[row[11]], *row[12:18]) for row in lines if row[11]],
    )
    return facts, first


def _entry(order_id: UUID, plan: Plan, row: Sequence[Any], shop: Shop) -> Entry:
    return Entry(
        order_id,
        plan,
        language_for(row[4], row[8], shop.locale),
        customer_zone(row[6], row[10], row[5] or row[9], shop.time_zone),
    )

"""Reading the facts that the rules take, for thousands of orders in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection, Cursor
from sqlalchemy.orm import Session

from reviewapp.collect.agenda import Asked, Entry
from reviewapp.collect.daytime import customer_zone
from reviewapp.collect.rules import (
    LineFacts,
    OrderFacts,
    ProductFacts,
    language_for,
    plan_order,
    usage_days,
)
from reviewapp.models.account import Shop

ORDERS = """
SELECT o.id, o.customer_id, o.ordered_at, o.promised_at, o.locale, o.country, o.time_zone,
       c.email IS NOT NULL, c.locale, c.country, c.time_zone,
       l.product_id, l.shipped_at, l.delivered_at, l.cancelled_at, l.lost_at, l.refunded_at,
       l.returned_at
FROM "order" o
JOIN customer c ON c.id = o.customer_id
LEFT JOIN order_line l ON l.order_id = o.id
WHERE o.id = ANY(%(order_ids)b)
ORDER BY o.customer_id, o.id, l.id
"""
PRODUCTS = """
SELECT id, usage_days, product_type, tags, excluded FROM product
WHERE id = ANY(%(product_ids)b)
"""
SUPPRESSED = """
SELECT c.id, min(s.reason) FROM suppression s
JOIN customer c ON c.shop_id = s.shop_id AND c.email_digest = s.email_digest
WHERE s.lifted_at IS NULL AND c.id = ANY(%(customer_ids)b)
GROUP BY c.id
"""
ASKED = """
SELECT m.customer_id, coalesce(m.sent_at, m.sending_at, m.claimed_at) AS at,
       array_agg(l.product_id) FILTER (WHERE l.product_id IS NOT NULL),
       coalesce(m.parent_id, m.id)
FROM review_request m
LEFT JOIN "order" o ON o.request_id = coalesce(m.parent_id, m.id)
LEFT JOIN order_line l ON l.order_id = o.id
  AND (l.delivered_at IS NOT NULL OR (m.trigger = 'estimated' AND l.shipped_at IS NOT NULL))
WHERE m.customer_id = ANY(%(customer_ids)b) AND m.state IN ('claimed', 'sent', 'unknown')
  AND NOT m.id = ANY(%(but_ids)b)
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
        rows = order_rows(cursor, order_ids)
        suppressed = suppressed_among(cursor, {row[1] for row in rows})
        windows = {
            product_id: (usage_days(product, settings), product.excluded)
            for product_id, product in product_facts(cursor, rows).items()
        }
        history = asked_before(cursor, known)
    for customer_id, orders in groupby(rows, itemgetter(1)):
        reason = suppressed.get(customer_id)
        entries = []
        for _, lines in groupby(orders, itemgetter(0)):
            facts, first = order_facts(lines, windows, reason)
            plan = plan_order(facts, settings, now=now, not_before=not_before)
            entries.append(
                Entry(facts.order_id, plan, language_of(first, shop), zone_of(first, shop))
            )
        yield Person(customer_id, entries, history.get(customer_id, []))


def order_rows(cursor: Cursor[Any], order_ids: Collection[UUID]) -> list[tuple[Any, ...]]:
    """One row a line (one with NULLs for an order without lines), sorted by customer and order."""
    return cursor.execute(ORDERS, {"order_ids": list(order_ids)}).fetchall()


def product_facts(cursor: Cursor[Any], rows: Iterable[Sequence[Any]]) -> dict[UUID, ProductFacts]:
    """What the products of `order_rows` say about asking."""
    product_ids = list({row[11] for row in rows if row[11]})
    found = cursor.execute(PRODUCTS, {"product_ids": product_ids})
    return {row[0]: ProductFacts(*row[1:]) for row in found}


def suppressed_among(cursor: Cursor[Any], customer_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who of these customers must not be written to, and why."""
    return dict(cursor.execute(SUPPRESSED, {"customer_ids": list(customer_ids)}).fetchall())


def asked_before(
    cursor: Cursor[Any], customer_ids: Collection[UUID], but_ids: Collection[UUID] = ()
) -> dict[UUID, list[Asked]]:
    """What was sent to these customers, or may have been, except the rows `but_ids`."""
    history: dict[UUID, list[Asked]] = defaultdict(list)
    if customer_ids:
        scope = {"customer_ids": list(customer_ids), "but_ids": list(but_ids)}
        for customer_id, at, product_ids, request_id in cursor.execute(ASKED, scope):
            history[customer_id].append(Asked(at, frozenset(product_ids or ()), request_id))
    return history


def order_facts(
    rows: Iterable[Sequence[Any]],
    windows: Mapping[UUID, tuple[int, bool]],
    suppressed: str | None,
) -> tuple[OrderFacts, Sequence[Any]]:
    """The facts of one order out of its `order_rows`, and the first of them."""
    lines = list(rows)
    first = lines[0]
    facts = OrderFacts(
        first[0],
        first[2],
        first[3],
        suppressed if first[7] else "no_address",
        [LineFacts(row[11], *windows[row[11]], *row[12:18]) for row in lines if row[11]],
    )
    return facts, first


def language_of(row: Sequence[Any], shop: Shop) -> str:
    """The language of an order of `order_rows`."""
    return language_for(row[4], row[8], shop.locale)


def zone_of(row: Sequence[Any], shop: Shop) -> ZoneInfo:
    """The zone of an order of `order_rows`."""
    return customer_zone(row[6], row[10], row[5] or row[9], shop.time_zone)

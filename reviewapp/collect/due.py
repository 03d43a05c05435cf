"""All that a batch of due messages needs to know, read in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Cursor
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from reviewapp.collect.agenda import Asked
from reviewapp.collect.daytime import customer_zone
from reviewapp.collect.eligibility import Facts
from reviewapp.collect.facts import (
    asked_before,
    driver,
    order_facts,
    order_rows,
    product_facts,
    suppressed_among,
    zone_of,
)
from reviewapp.collect.rules import Plan, ProductFacts, plan_order, usage_days
from reviewapp.collect.season_rules import Season, season_wait
from reviewapp.collect.seasons import seasons_of
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, Pause
from reviewapp.models.catalog import Customer
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.shop_settings import ShopSettings

ATTACHED = 'SELECT id, request_id FROM "order" WHERE request_id = ANY(%(request_ids)b)'
SHOWN = "SELECT id, title, image_url FROM product WHERE id = ANY(%(product_ids)b)"


@dataclass
class Due:
    """One batch: requests by row id, and what is known about each."""

    now: datetime
    roots: dict[UUID, ReviewRequest]
    """The step-0 request of each row; a request is its own."""
    shops: dict[UUID, Shop]
    settings: dict[UUID, ShopSettings]
    customers: dict[UUID, Customer]
    history: dict[UUID, list[Asked]]
    waits: dict[UUID, str]
    seasons: dict[UUID, list[Season]]
    shown: dict[UUID, tuple[str, str | None]]
    plans: dict[UUID, list[Plan]] = field(default_factory=lambda: defaultdict(list))
    zones: dict[UUID, ZoneInfo] = field(default_factory=dict)

    def facts(self, row: ReviewRequest) -> Facts:
        """What the decision about `row` may look at (G1)."""
        root, shop = self.roots[row.id], self.shops[row.shop_id]
        planned_for = row.delayed_since or row.send_at or self.now
        return Facts(
            request_id=root.id,
            original_at=planned_for,
            responded=root.responded_at is not None,
            plans=self.plans[root.id],
            history=self.history[row.customer_id],
            waits_for=self.waits.get(row.customer_id),
            season=season_wait(self.seasons.get(shop.id, ()), planned_for, self.now),
            zone=self.zones.get(root.id) or customer_zone(None, None, None, shop.time_zone),
        )


def read_due(session: Session, rows: Sequence[ReviewRequest], now: datetime) -> Due:
    """Read a batch of claimed rows of any shops."""
    roots = _roots(session, rows)
    customer_ids = {row.customer_id for row in rows}
    shop_ids = {row.shop_id for row in rows}
    shops = {shop.id: shop for shop in session.scalars(select(Shop).where(Shop.id.in_(shop_ids)))}
    found = session.scalars(select(Customer).where(Customer.id.in_(customer_ids)))
    customers = {customer.id: customer for customer in found}
    with driver(session).cursor(binary=True) as cursor:
        asked_for = {root.id: root for root in roots.values()}
        attached = dict(cursor.execute(ATTACHED, {"request_ids": list(asked_for)}).fetchall())
        lines = order_rows(cursor, list(attached))
        products = product_facts(cursor, lines)
        shown = cursor.execute(SHOWN, {"product_ids": list(products)}).fetchall()
        due = Due(
            now=now,
            roots=roots,
            shops=shops,
            settings={shop.id: shop.settings for shop in shops.values()},
            customers=customers,
            history=asked_before(cursor, customer_ids, [row.id for row in rows]),
            waits=_waits(session, customer_ids, now),
            seasons=seasons_of(session, shops, now),
            shown={row[0]: (row[1], row[2]) for row in shown},
        )
        _plan(due, cursor, lines, {o: asked_for[r] for o, r in attached.items()}, products)
    return due


def _plan(
    due: Due,
    cursor: Cursor[Any],
    lines: Iterable[Sequence[Any]],
    requests: dict[UUID, ReviewRequest],
    products: dict[UUID, ProductFacts],
) -> None:
    """What the rules say now about each order of the batch."""
    suppressed = suppressed_among(cursor, due.customers)
    windows = {
        shop_id: {key: (usage_days(it, settings), it.excluded) for key, it in products.items()}
        for shop_id, settings in due.settings.items()
    }
    for order_id, group in groupby(lines, itemgetter(0)):
        request = requests[order_id]
        settings, reason = due.settings[request.shop_id], suppressed.get(request.customer_id)
        facts, first = order_facts(group, windows[request.shop_id], reason)
        plan = plan_order(facts, settings, now=due.now, not_before=facts.ordered_at)
        due.plans[request.id].append(plan)
        due.zones[request.id] = zone_of(first, due.shops[request.shop_id])


def _roots(session: Session, rows: Sequence[ReviewRequest]) -> dict[UUID, ReviewRequest]:
    parent_ids = [row.parent_id for row in rows if row.parent_id]
    parents: dict[UUID | None, ReviewRequest] = {}
    if parent_ids:
        found = session.scalars(select(ReviewRequest).where(ReviewRequest.id.in_(parent_ids)))
        parents = {parent.id: parent for parent in found}
    return {row.id: parents.get(row.parent_id, row) for row in rows}


def _waits(session: Session, customer_ids: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Who has an open case or a pause in force; what either is about is not read (G1)."""
    cases = session.scalars(
        select(Case.customer_id).where(Case.customer_id.in_(customer_ids), Case.state != "solved")
    )
    pauses = session.scalars(
        select(Pause.customer_id).where(
            Pause.customer_id.in_(customer_ids),
            Pause.starts_at <= now,
            or_(Pause.ends_at.is_(None), Pause.ends_at > now),
        )
    )
    return dict.fromkeys(pauses, "pause") | dict.fromkeys(cases, "open_case")

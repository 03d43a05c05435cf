"""What the rules would have sent for the orders of the last days; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.collect.agenda import Request, agenda
from reviewapp.collect.facts import persons
from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order

CHUNK = 5000


@dataclass
class DryRun:
    """The requests that the rules would have made of the orders since `since`, replayed as if
    each had been planned when it happened, and with no message before."""

    since: datetime
    until: datetime
    orders: int = 0
    requests: list[Request] = field(default_factory=list)
    order_numbers: dict[UUID, str] = field(default_factory=dict)
    cut_off: bool = False
    """There were more orders than the caller wanted to read."""

    @property
    def messages(self) -> int:
        """How many first messages that makes, sent or still to come."""
        return self.outcomes[("planned", None)]

    @property
    def outcomes(self) -> Counter[tuple[str, str | None]]:
        """Requests by (state, reason)."""
        return Counter((request.state, request.reason) for request in self.requests)

    @property
    def shared(self) -> int:
        """Orders that would have shared another order's message."""
        return sum(len(request.order_ids) - 1 for request in self.requests)

    def numbers(self, request: Request) -> list[str]:
        """The shop's own numbers of a request's orders."""
        return [self.order_numbers[order_id] for order_id in request.order_ids]


def dry_run(session: Session, shop: Shop, days: int, *, most_orders: int | None = None) -> DryRun:
    """Replay the last `days` days of orders of `shop`, newest first where `most_orders` cuts."""
    now = clock.now()
    run = DryRun(since=now - timedelta(days=days), until=now)
    settings = shop.settings
    for order_ids in _chunks(session, shop, run, most_orders):
        for person in persons(session, shop, order_ids, now=now, not_before=run.since):
            run.requests += agenda(person.entries, (), settings, not_before=run.since)
    run.requests.sort(key=lambda request: (request.send_at or run.since, request.key))
    return run


def _chunks(
    session: Session, shop: Shop, run: DryRun, most_orders: int | None
) -> Iterator[list[UUID]]:
    """Order ids of the period, never parting the orders of one customer."""
    newest = (
        select(Order.customer_id, Order.id, Order.external_id)
        .where(Order.shop_id == shop.id, Order.ordered_at >= run.since)
        .order_by(Order.ordered_at.desc())
    )
    if most_orders is not None:
        newest = newest.limit(most_orders + 1)
    found = session.execute(newest).all()
    run.cut_off = most_orders is not None and len(found) > most_orders
    found = sorted(found[:most_orders])
    run.orders = len(found)
    run.order_numbers = {row[1]: row[2] for row in found}
    chunk: list[UUID] = []
    for _, orders in groupby(found, itemgetter(0)):
        chunk += [row[1] for row in orders]
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk

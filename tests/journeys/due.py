"""A shop with many requests that are due, made by the real planner; and a mail server."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, insert, select

from reviewapp.collect.planning import plan_due
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderLine
from reviewapp.models.review_request import ReviewRequest
from tests import factories
from tests.outbox.relays import Sink

ROUND_THE_CLOCK = {"send_from_hour": 0, "send_until_hour": 24}
"""The processes live by the real clock, and tests run at night too."""


@dataclass
class SlowSink(Sink):
    """Takes a moment before or after taking a message, and tells how many began."""

    begun: int = 0
    waiting: threading.Condition = field(default_factory=threading.Condition)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        with self.waiting:
            self.begun += 1
            self.waiting.notify_all()
        await asyncio.sleep(random.random() * 0.004)
        self.messages.append(envelope)
        await asyncio.sleep(random.choice((0, 0, 0.02)))
        return "250 2.0.0 taken"

    def wait_for(self, count: int) -> None:
        """Until so many messages began."""
        with self.waiting:
            assert self.waiting.wait_for(lambda: self.begun >= count, timeout=150)

    def by_message_id(self) -> Counter[str]:
        """How often each message came."""
        return Counter(str(message_from_bytes(one.content)["Message-ID"]) for one in self.messages)


def plan_requests(kit: Kit, count: int) -> Shop:
    """So many delivered orders of as many people, planned, every request due by now."""
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session, settings=ROUND_THE_CLOCK)
        mug = factories.product(session, shop)
        customers, orders, lines = [], [], []
        for number in range(count):
            email = f"buyer{number}@customers{number % 50}.example"
            customer, order = new_id(), new_id()
            customers.append(
                {"id": customer, "shop_id": shop.id, "email": email,
                 "email_digest": email_digest(email), "name": "Ada Quist", "locale": "en"}
            )  # fmt: skip
            orders.append(
                {"id": order, "shop_id": shop.id, "external_id": f"O-{number}", "tags": [],
                 "customer_id": customer, "ordered_at": now - timedelta(days=14)}
            )  # fmt: skip
            lines.append(
                {"shop_id": shop.id, "order_id": order, "external_id": "1", "product_id": mug.id,
                 "delivered_at": now - timedelta(days=9)}
            )  # fmt: skip
        session.execute(insert(Customer), customers)
        session.execute(insert(Order), orders)
        session.execute(insert(OrderLine), lines)
    assert plan_due(kit) == count
    return shop


def unsent(kit: Kit) -> int:
    """How many requests still wait or are being sent."""
    with kit.database.transaction(EVERY_SHOP) as session:
        waiting = select(func.count()).where(
            ReviewRequest.state.in_(("planned", "claimed")), ReviewRequest.step == 0
        )
        return session.scalar(waiting) or 0


def requests(kit: Kit) -> list[ReviewRequest]:
    """All step-0 rows."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(ReviewRequest).where(ReviewRequest.step == 0)))

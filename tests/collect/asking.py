"""Orders, time and letters for the tests of asking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from reviewapp.collect.planning import plan_due
from reviewapp.collect.reminding import plan_reminders
from reviewapp.collect.sending import send_due_requests
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderLine
from reviewapp.models.review_request import ReviewRequest
from reviewapp.outbox.mailbox import messages
from tests import factories


def place(kit: Kit, shop: Shop, buyer: Customer | None = None, **values: Any) -> Order:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.order(session, shop, buyer=buyer, **values)


def write(kit: Kit, row: Any) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.add(session, row)


def change_lines(kit: Kit, order: Order, number: str | None = None, **facts: Any) -> None:
    """What a shop or carrier tells about an order's lines, or about one of them."""
    with kit.database.transaction(EVERY_SHOP) as session:
        lines = update(OrderLine).where(OrderLine.order_id == order.id)
        if number:
            lines = lines.where(OrderLine.external_id == number)
        session.execute(lines.values(**facts))
        session.execute(update(Order).where(Order.id == order.id).values(planning_due=True))


def set_state(kit: Kit, request: ReviewRequest, state: str, **values: Any) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        row = update(ReviewRequest).where(ReviewRequest.id == request.id)
        session.execute(row.values(state=state, **values))


def request_of(kit: Kit, order: Order) -> ReviewRequest:
    with kit.database.transaction(EVERY_SHOP) as session:
        found = session.scalar(
            select(ReviewRequest)
            .join(Order, Order.request_id == ReviewRequest.id)
            .where(Order.id == order.id)
        )
        assert found is not None
        return found


def rows(kit: Kit) -> list[ReviewRequest]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(ReviewRequest).order_by(ReviewRequest.step)))


def only_row(kit: Kit) -> ReviewRequest:
    (row,) = rows(kit)
    return row


def work(kit: Kit) -> None:
    """What the worker does, in its order."""
    plan_due(kit)
    send_due_requests(kit)
    plan_reminders(kit)


def letters(kit: Kit) -> list[dict[str, Any]]:
    return messages(kit.settings.data_dir / "mailbox")


def days_after(start: datetime, days: float) -> Any:
    """The clock so many days after `start`."""
    return clock.frozen(start + timedelta(days=days))

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from reviewapp.collect.planning import plan_due
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order
from reviewapp.models.review_request import ReviewRequest
from tests import factories
from tests.collect.asking import change_lines, place, request_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def step_0_rows(session: Session) -> int:
    return session.scalar(select(func.count(ReviewRequest.id))) or 0


def test_orders_of_one_person_share_a_request_as_they_arrive(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        first = factories.order(session, shop, buyer=buyer, delivered_days_ago=3)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        second = factories.order(session, shop, buyer=buyer, delivered_days_ago=1)
    plan_due(kit)
    shared = request_of(kit, first)
    assert shared.id == request_of(kit, second).id
    assert shared.send_at == NOW + timedelta(days=6)


def test_orders_that_part_again_have_a_request_each(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        first = factories.order(session, shop, buyer=buyer, delivered_days_ago=3)
        second = factories.order(session, shop, buyer=buyer, delivered_days_ago=1)
    plan_due(kit)
    change_lines(kit, first, cancelled_at=NOW - timedelta(days=5))
    plan_due(kit)
    assert request_of(kit, first).reason == "cancelled_before_delivery"
    assert request_of(kit, second).state == "planned"
    assert request_of(kit, first).id != request_of(kit, second).id


def test_a_row_that_gave_way_says_so(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        first = factories.order(session, shop, buyer=buyer, delivered_days_ago=1)
        second = factories.order(session, shop, buyer=buyer)
    plan_due(kit)
    before = request_of(kit, second)
    assert before.reason == "awaiting_delivery"
    change_lines(kit, second, delivered_at=NOW)
    plan_due(kit)
    shared = request_of(kit, second)
    assert shared.id == request_of(kit, first).id
    gone = {before.id, request_of(kit, first).id}
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.scalars(select(ReviewRequest).where(ReviewRequest.id != shared.id)).all()
        assert [(row.state, row.reason) for row in rows] == [("cancelled", "merged")]
        assert {row.id for row in rows} <= gone


def test_two_awaited_orders_that_arrive_together_share_a_request(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        first = factories.order(session, shop, buyer=buyer)
        second = factories.order(session, shop, buyer=buyer)
    plan_due(kit)
    assert request_of(kit, first).id != request_of(kit, second).id
    for order in (first, second):
        change_lines(kit, order, delivered_at=NOW)
    plan_due(kit)
    assert request_of(kit, first).id == request_of(kit, second).id


def test_a_request_keeps_its_distance_from_a_message_that_went_out(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        asked = factories.order(session, shop, buyer=buyer, delivered_days_ago=8)
        factories.request(session, shop, asked)
        second = factories.order(session, shop, buyer=buyer, delivered_days_ago=7)
    plan_due(kit)
    assert request_of(kit, second).send_at == NOW + timedelta(days=3)


def test_an_order_changed_to_another_buyer_keeps_its_single_row(kit: Kit, shop: Shop) -> None:
    order = place(kit, shop, delivered_days_ago=1)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        other = factories.customer(session, shop)
        session.execute(
            update(Order)
            .where(Order.id == order.id)
            .values(customer_id=other.id, planning_due=True)
        )
    plan_due(kit)
    assert request_of(kit, order).customer_id == other.id
    with kit.database.transaction(EVERY_SHOP) as session:
        assert step_0_rows(session) == 1

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from reviewapp.collect.planning import plan_due
from reviewapp.collect.sending import send_due_requests
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, Pause
from reviewapp.models.catalog import Customer, Order
from reviewapp.models.review_request import ReviewRequest
from tests import factories
from tests.collect.asking import days_after, letters, only_row, place, request_of, rows, work, write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def buyer(kit: Kit, shop: Shop) -> Customer:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.customer(session, shop, "ada@customers.example")


def an_open_case(shop: Shop, buyer: Customer, **values: Any) -> Case:
    return Case(
        shop_id=shop.id,
        customer_id=buyer.id,
        route=values.pop("route", "damaged"),
        first_response_due_at=NOW,
        **values,
    )


def test_nights_wait_for_the_customer_s_morning(kit: Kit, shop: Shop, buyer: Customer) -> None:
    order = place(kit, shop, buyer, delivered_days_ago=7, time_zone="America/Los_Angeles")
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(
            update(ReviewRequest).where(ReviewRequest.key == str(order.id)).values(send_at=NOW)
        )
    send_due_requests(kit)
    row = only_row(kit)
    assert (row.state, row.reason) == ("planned", "outside_hours")
    assert row.send_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert row.delayed_since is None


@pytest.mark.parametrize("waits_for", ["open_case", "pause"])
def test_a_case_or_pause_delays_by_at_most_14_days_then_it_goes_out(
    kit: Kit, shop: Shop, buyer: Customer, waits_for: str
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    if waits_for == "open_case":
        write(kit, an_open_case(shop, buyer))
    else:
        write(kit, Pause(shop_id=shop.id, customer_id=buyer.id, reason="season", starts_at=NOW))
    for day in range(14):
        with days_after(NOW, day):
            work(kit)
            row = only_row(kit)
            assert (row.state, row.delay_reason, row.delayed_since) == ("planned", waits_for, NOW)
            assert row.send_at is not None
            assert NOW + timedelta(days=day) < row.send_at <= NOW + timedelta(days=14)
    with days_after(NOW, 14):
        work(kit)
        assert rows(kit)[0].state == "sent"
    assert rows(kit)[0].delay_reason == waits_for
    assert len(letters(kit)) == 1


def test_a_solved_case_or_an_ended_pause_lets_it_go_the_next_day(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    case = write(kit, an_open_case(shop, buyer))
    ends_at = NOW + timedelta(hours=3)
    write(kit, Pause(shop_id=shop.id, customer_id=buyer.id, reason="trip", ends_at=ends_at))
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Case, case.id).state = "solved"
    with days_after(NOW, 1):
        work(kit)
    assert rows(kit)[0].sent_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("setting", [0, 3, 400])
def test_no_setting_delays_for_longer_than_14_days(kit: Kit, setting: int) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session, settings={"delay_days": setting})
        buyer = factories.customer(session, shop)
        factories.order(session, shop, buyer=buyer, delivered_days_ago=7)
        session.add(an_open_case(shop, buyer))
    work(kit)
    with days_after(NOW, min(setting, 14)):
        work(kit)
    assert rows(kit)[0].state == "sent"


def test_two_messages_to_one_person_keep_their_distance(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    for _ in range(2):
        order = place(kit, shop, buyer, delivered_days_ago=7)
        with kit.database.transaction(EVERY_SHOP) as session:
            placed = session.get_one(Order, order.id)
            factories.request(session, shop, placed, state="planned", sent_at=None)
    send_due_requests(kit)
    states = {row.state: row for row in rows(kit)}
    assert len(letters(kit)) == 1
    assert states["planned"].delay_reason == "spacing"
    assert states["planned"].send_at == NOW + timedelta(days=3)


def test_without_a_postal_address_requests_wait_until_there_is_one(kit, shop):
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).postal_address = ""
    order = place(kit, shop, delivered_days_ago=8)
    plan_due(kit)
    for _ in range(20):
        with clock.frozen(request_of(kit, order).send_at + timedelta(hours=1)):
            send_due_requests(kit)
    waiting = request_of(kit, order)
    assert (waiting.state, waiting.reason) == ("planned", "no_postal_address")
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).postal_address = "Ofenweg 1, 10115 Berlin"
    for _ in range(20):
        with clock.frozen((request_of(kit, order).send_at or clock.now()) + timedelta(hours=1)):
            send_due_requests(kit)
    assert request_of(kit, order).state == "sent"

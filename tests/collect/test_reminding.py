from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from reviewapp.collect.answering import mark_responded
from reviewapp.collect.planning import plan_due
from reviewapp.collect.reminding import plan_reminders
from reviewapp.collect.sending import send_due_requests
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderLine
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.outbox.letters import version
from tests import factories
from tests.collect.asking import days_after, letters, only_row, place, rows, work

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def buyer(kit: Kit, shop: Shop) -> Customer:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.customer(session, shop, "ada@customers.example")


def test_reminders_follow_after_5_and_12_days_and_never_a_third(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    for day in range(40):
        with days_after(NOW, day):
            work(kit)
    sent = {row.step: row.sent_at for row in rows(kit)}
    assert sent == {0: NOW, 1: NOW + timedelta(days=5), 2: NOW + timedelta(days=12)}
    assert len(letters(kit)) == 3
    first, *reminders = rows(kit)
    assert {row.parent_id for row in reminders} == {first.id}
    assert {row.template_version for row in reminders} == {version("reminder", "en")}
    link = f"/r/{kit.links.sign('request', first.id)}"
    assert all(link in letter["text"] for letter in letters(kit))


def test_no_reminder_after_a_response(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        mark_responded(session, session.get_one(ReviewRequest, rows(kit)[0].id))
    assert (rows(kit)[1].state, rows(kit)[1].reason) == ("cancelled", "responded")
    with days_after(NOW, 5):
        work(kit)
    assert len(letters(kit)) == 1


def test_a_response_just_before_a_reminder_leaves_still_stops_it(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(ReviewRequest, rows(kit)[0].id).responded_at = NOW
    with days_after(NOW, 5):
        send_due_requests(kit)
    assert (rows(kit)[1].state, rows(kit)[1].reason) == ("cancelled", "responded")


def test_a_response_before_the_reminder_is_planned_leaves_none(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    plan_due(kit)
    send_due_requests(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        mark_responded(session, session.get_one(ReviewRequest, only_row(kit).id))
    assert plan_reminders(kit) == 0
    assert only_row(kit).followed_up


def test_an_unknown_outcome_is_followed_by_nothing(kit: Kit, shop: Shop, buyer: Customer) -> None:
    order = place(kit, shop, buyer, delivered_days_ago=7)
    with kit.database.transaction(EVERY_SHOP) as session:
        placed = session.get_one(Order, order.id)
        factories.request(session, shop, placed, state="unknown", sent_at=None, claimed_at=NOW)
    for day in (0, 5, 12):
        with days_after(NOW, day):
            work(kit)
    assert only_row(kit).state == "unknown"
    assert letters(kit) == []


def test_a_reminder_sent_late_moves_the_next(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    work(kit)
    late = NOW + timedelta(days=9)
    with clock.frozen(late):
        work(kit)
    assert rows(kit)[2].send_at == late + timedelta(days=7)


def test_a_shop_without_reminders_sends_none(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session, settings={"reminder_days": []})
        factories.order(session, shop, delivered_days_ago=7)
    work(kit)
    assert only_row(kit).state == "sent"


def test_status_to_and_fro_after_sending_sends_nothing_more(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    work(kit)
    for facts in ({"cancelled_at": NOW}, {"cancelled_at": None}, {"delivered_at": NOW}):
        with kit.database.transaction(EVERY_SHOP) as session:
            session.execute(update(OrderLine).values(**facts))
            session.execute(update(Order).values(planning_due=True))
        work(kit)
    assert len(letters(kit)) == 1
    assert [row.step for row in rows(kit)] == [0, 1]


def test_an_order_cancelled_after_sending_gets_no_reminder(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(OrderLine).values(delivered_at=None, cancelled_at=NOW))
    with days_after(NOW, 5):
        work(kit)
    assert rows(kit)[1].reason == "cancelled_before_delivery"


@pytest.mark.parametrize("score", [1, 3, 5])
def test_no_score_changes_the_number_spacing_or_copy_of_messages(
    kit: Kit, shop: Shop, buyer: Customer, score: int
) -> None:
    earlier = place(kit, shop, buyer, delivered_days_ago=40)
    with kit.database.transaction(EVERY_SHOP) as session:
        sent_at = NOW - timedelta(days=30)
        asked = factories.request(
            session, shop, session.get(Order, earlier.id), sent_at=sent_at, followed_up=True
        )
        answer = ExperienceAnswer(shop_id=shop.id, request_id=asked.id, score=score, variant="any")
        session.add(answer)
        factories.review(session, shop, rating=score)
    place(kit, shop, buyer, delivered_days_ago=7)
    for day in range(14):
        with days_after(NOW, day):
            work(kit)
    mine = [row for row in rows(kit) if row.id != asked.id]
    assert [(row.step, row.sent_at) for row in mine] == [
        (0, NOW),
        (1, NOW + timedelta(days=5)),
        (2, NOW + timedelta(days=12)),
    ]
    assert [row.template_version for row in mine] == [
        version("request", "en"),
        version("reminder", "en"),
        version("reminder", "en"),
    ]

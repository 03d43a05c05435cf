from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from reviewapp.collect.planning import plan_due, wake_undelivered
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case
from reviewapp.models.catalog import Order, Suppression
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from tests import factories
from tests.collect.asking import change_lines, place, request_of, set_state

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def step_0_rows(session: Session) -> int:
    return session.scalar(select(func.count(ReviewRequest.id))) or 0


def test_a_delivered_order_gets_one_request_with_all_an_auditor_asks_for(
    kit: Kit, shop: Shop
) -> None:
    order = place(kit, shop, delivered_days_ago=1, locale="de_AT")
    assert plan_due(kit) == 1
    request = request_of(kit, order)
    assert (request.state, request.reason, request.step) == ("planned", None, 0)
    assert (request.trigger, request.usage_days, request.language) == ("delivered", 7, "de")
    assert request.delivered_at == NOW - timedelta(days=1)
    assert request.send_at == NOW + timedelta(days=6)
    assert request.key == str(order.id)
    assert plan_due(kit) == 0


def test_the_same_news_five_times_change_nothing(kit: Kit, shop: Shop) -> None:
    order = place(kit, shop, delivered_days_ago=1)
    for _ in range(5):
        change_lines(kit, order, delivered_at=NOW - timedelta(days=1))
        plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        assert step_0_rows(session) == 1


def test_delivery_moves_the_estimate(kit: Kit, shop: Shop) -> None:
    order = place(kit, shop)
    plan_due(kit)
    assert request_of(kit, order).reason == "awaiting_delivery"
    assert request_of(kit, order).send_at is None
    change_lines(kit, order, shipped_at=NOW - timedelta(days=1))
    plan_due(kit)
    assert request_of(kit, order).trigger == "estimated"
    change_lines(kit, order, delivered_at=NOW)
    plan_due(kit)
    request = request_of(kit, order)
    assert (request.trigger, request.reason) == ("delivered", None)
    assert request.send_at == NOW + timedelta(days=7)


def test_a_full_cancel_before_delivery_cancels_the_request(kit: Kit, shop: Shop) -> None:
    order = place(kit, shop)
    plan_due(kit)
    change_lines(kit, order, cancelled_at=NOW)
    plan_due(kit)
    request = request_of(kit, order)
    assert (request.state, request.reason) == ("cancelled", "cancelled_before_delivery")


def test_one_of_two_lines_refunded_before_delivery_leaves_the_other(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        slow = factories.product(session, shop, usage_days=60)
        quick = factories.product(session, shop, usage_days=3)
        order = factories.order(session, shop, slow, quick)
    change_lines(kit, order, "1", refunded_at=NOW - timedelta(days=2))
    change_lines(kit, order, delivered_at=NOW - timedelta(days=1))
    plan_due(kit)
    request = request_of(kit, order)
    assert (request.state, request.usage_days) == ("planned", 3)


@pytest.mark.parametrize("state", ["claimed", "sent", "unknown"])
def test_a_message_that_is_out_is_never_planned_again(kit: Kit, shop: Shop, state: str) -> None:
    order = place(kit, shop, delivered_days_ago=9)
    plan_due(kit)
    before = request_of(kit, order)
    set_state(kit, before, state, sent_at=NOW, claimed_at=NOW)
    for facts in (
        {"cancelled_at": NOW},
        {"cancelled_at": None, "refunded_at": NOW},
        {"refunded_at": None, "delivered_at": NOW},
    ):
        change_lines(kit, order, **facts)
        assert plan_due(kit) == 1
    after = request_of(kit, order)
    assert (after.id, after.state, after.send_at) == (before.id, state, before.send_at)
    with kit.database.transaction(EVERY_SHOP) as session:
        assert step_0_rows(session) == 1
        assert session.scalar(select(func.count()).where(Order.planning_due)) == 0


def test_suppressed_addresses_are_skipped_and_planned_once_lifted(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        suppression = factories.add(
            session,
            Suppression(shop_id=shop.id, email_digest=buyer.email_digest, reason="unsubscribed"),
        )
        order = factories.order(session, shop, buyer=buyer, delivered_days_ago=1)
    plan_due(kit)
    assert request_of(kit, order).reason == "unsubscribed"
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Suppression, suppression.id).lifted_at = NOW
        session.execute(update(Order).values(planning_due=True))
    plan_due(kit)
    assert request_of(kit, order).state == "planned"


def test_without_an_address_nobody_is_asked(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        buyer.email = None
        order = factories.order(session, shop, buyer=buyer, delivered_days_ago=1)
    plan_due(kit)
    assert request_of(kit, order).reason == "no_address"


def test_what_never_arrives_is_skipped_after_90_days_and_planned_if_it_does(
    kit: Kit, shop: Shop
) -> None:
    order = place(kit, shop)
    plan_due(kit)
    wake_undelivered(kit)
    assert plan_due(kit) == 0
    with clock.frozen(NOW + timedelta(days=90)):
        wake_undelivered(kit)
        assert plan_due(kit) == 1
        assert request_of(kit, order).reason == "never_delivered"
        change_lines(kit, order, delivered_at=clock.now())
        plan_due(kit)
    assert request_of(kit, order).state == "planned"


def test_planning_anew_keeps_a_delay_that_began(kit: Kit, shop: Shop) -> None:
    order = place(kit, shop, delivered_days_ago=8)
    plan_due(kit)
    later = NOW + timedelta(days=2)
    delayed = {"send_at": later, "delayed_since": NOW, "delay_reason": "open_case"}
    set_state(kit, request_of(kit, order), "planned", **delayed)
    change_lines(kit, order, returned_at=NOW)
    plan_due(kit)
    request = request_of(kit, order)
    assert (request.send_at, request.delayed_since) == (later, NOW)
    assert request.delay_reason == "open_case"


def test_planning_is_logged_in_numbers(kit: Kit, shop: Shop) -> None:
    place(kit, shop, delivered_days_ago=1)
    place(kit, shop)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        entries = session.scalars(select(AuditEntry)).all()
    assert {entry.action for entry in entries} == {"requests.planned"}
    assert sum(entry.detail["orders"] for entry in entries) == 2


def test_another_shop_s_orders_stay_its_own(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        other = factories.shop(session, settings={"usage_days": 1})
    mine, theirs = (place(kit, one, delivered_days_ago=0.5) for one in (shop, other))
    assert plan_due(kit) == 2
    assert request_of(kit, mine).usage_days == 7
    assert request_of(kit, theirs).usage_days == 1
    assert request_of(kit, theirs).shop_id == other.id


@pytest.mark.parametrize("score", [1, 2, 3, 4, 5, None])
def test_no_answer_review_or_case_changes_who_is_asked_when_or_how(
    kit: Kit, shop: Shop, score: int | None
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        before = factories.order(session, shop, buyer=buyer, delivered_days_ago=30)
        sent_at = NOW - timedelta(days=20)
        asked = factories.request(session, shop, before, sent_at=sent_at, send_at=sent_at)
        factories.add(
            session,
            ExperienceAnswer(shop_id=shop.id, request_id=asked.id, score=score, variant="v"),
        )
        factories.review(session, shop, rating=score or 3)
        factories.add(
            session,
            Case(
                shop_id=shop.id,
                customer_id=buyer.id,
                route="damaged" if score == 1 else "question",
                first_response_due_at=NOW,
            ),
        )
        order = factories.order(session, shop, buyer=buyer, delivered_days_ago=1)
    plan_due(kit)
    request = request_of(kit, order)
    told = (request.state, request.reason, request.send_at, request.language, request.usage_days)
    assert told == ("planned", None, NOW + timedelta(days=6), "en", 7)

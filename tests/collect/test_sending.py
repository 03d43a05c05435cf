from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from reviewapp.collect.answering import mark_responded
from reviewapp.collect.planning import plan_due
from reviewapp.collect.reminding import plan_reminders
from reviewapp.collect.sending import send_due_requests
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, Pause
from reviewapp.models.catalog import Customer, Order, OrderLine, Suppression
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.outbox.letters import version
from reviewapp.outbox.mailbox import messages
from tests import factories

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def buyer(kit: Kit, shop: Shop) -> Customer:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.customer(session, shop, "ada@customers.example")


def place(kit: Kit, shop: Shop, buyer: Customer, days_ago: float = 7, **values: Any) -> Order:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.order(session, shop, buyer=buyer, delivered_days_ago=days_ago, **values)


def write(kit: Kit, row: Any) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.add(session, row)


def rows(kit: Kit) -> list[ReviewRequest]:
    with kit.database.transaction(EVERY_SHOP) as session:
        found = session.scalars(select(ReviewRequest).order_by(ReviewRequest.step))
        return list(found)


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


def days_later(days: float) -> Any:
    return clock.frozen(NOW + timedelta(days=days))


def an_open_case(shop: Shop, buyer: Customer, **values: Any) -> Case:
    return Case(
        shop_id=shop.id,
        customer_id=buyer.id,
        route=values.pop("route", "damaged"),
        first_response_due_at=NOW,
        **values,
    )


def test_a_due_request_goes_out_with_its_proof(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer)
    work(kit)
    request = rows(kit)[0]
    assert (request.state, request.sent_at, request.reason) == ("sent", NOW, None)
    assert request.template_version == version("request", "en")
    assert request.expires_at == NOW + timedelta(days=90)
    assert (request.incentive, request.incentive_disclosure) == (None, None)
    (letter,) = letters(kit)
    assert "ada@customers.example" in letter["to"]
    assert letter["headers"]["Message-ID"] == request.message_id
    assert "Stoneware mug" in letter["text"]
    assert f"/r/{kit.links.sign('request', request.id)}" in letter["text"]
    assert f"/u/{kit.links.sign('unsubscribe', request.id)}" in letter["text"]
    assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_is_not_due_stays(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, days_ago=6.5)
    work(kit)
    assert only_row(kit).state == "planned"
    assert letters(kit) == []


def test_an_incentive_is_offered_to_all_and_kept_with_the_request(kit: Kit) -> None:
    offer = {"incentive": "voucher", "incentive_disclosure": "You get 5 % off, whatever you write."}
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session, settings=offer)
        buyer = factories.customer(session, shop)
    place(kit, shop, buyer)
    work(kit)
    assert rows(kit)[0].incentive_disclosure == offer["incentive_disclosure"]
    assert offer["incentive_disclosure"] in letters(kit)[0]["text"]


def test_a_shared_request_names_every_product_once(kit: Kit, shop: Shop, buyer: Customer) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        mug = factories.product(session, shop, title="Mug")
        bowl = factories.product(session, shop, title="Bowl", image_url="javascript:alert(1)")
        factories.order(session, shop, mug, buyer=buyer, delivered_days_ago=8)
        factories.order(session, shop, mug, bowl, buyer=buyer, delivered_days_ago=7)
    work(kit)
    (letter,) = letters(kit)
    assert "Mug" in letter["text"]
    assert "Bowl" in letter["text"]
    assert "javascript:" not in letter["html"]
    assert rows(kit)[0].step == 0


@pytest.mark.parametrize("reason", ["unsubscribed", "bounced", "complained"])
def test_an_address_suppressed_after_planning_is_skipped(
    kit: Kit, shop: Shop, buyer: Customer, reason: str
) -> None:
    place(kit, shop, buyer)
    plan_due(kit)
    digest = buyer.email_digest
    write(kit, Suppression(shop_id=shop.id, email_digest=digest, reason=reason))
    send_due_requests(kit)
    assert (only_row(kit).state, only_row(kit).reason) == ("skipped", reason)
    assert letters(kit) == []


def test_an_erased_address_is_skipped(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Customer, buyer.id).email = None
    send_due_requests(kit)
    assert (only_row(kit).state, only_row(kit).reason) == ("skipped", "no_address")


def test_lines_lost_after_planning_cancel_the_request(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(OrderLine).values(lost_at=NOW))
    send_due_requests(kit)
    assert (only_row(kit).state, only_row(kit).reason) == ("cancelled", "lost")


def test_what_turns_out_undelivered_is_planned_again(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(OrderLine).values(delivered_at=None))
    send_due_requests(kit)
    plan_due(kit)
    row = only_row(kit)
    assert (row.state, row.reason, row.send_at) == ("planned", "awaiting_delivery", None)


def test_the_frequency_cap_is_asked_again(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer)
    plan_due(kit)
    for days in (4, 9, 14, 19, 24):
        order = place(kit, shop, buyer, days_ago=days + 8)
        with kit.database.transaction(EVERY_SHOP) as session:
            sent_at = NOW - timedelta(days=days)
            factories.request(session, shop, session.get(Order, order.id), sent_at=sent_at)
    send_due_requests(kit)
    assert [r.reason for r in rows(kit) if r.state == "skipped"] == ["frequency_cap"]


def test_the_same_product_is_asked_again(kit: Kit, shop: Shop, buyer: Customer) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        mug = factories.product(session, shop)
        factories.order(session, shop, mug, buyer=buyer, delivered_days_ago=7)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        before = factories.order(session, shop, mug, buyer=buyer, delivered_days_ago=300)
        sent_at = NOW - timedelta(days=290)
        factories.request(session, shop, before, sent_at=sent_at, followed_up=True)
    send_due_requests(kit)
    assert [r.reason for r in rows(kit) if r.state == "skipped"] == ["same_product"]


def test_nights_wait_for_the_customer_s_morning(kit: Kit, shop: Shop, buyer: Customer) -> None:
    order = place(kit, shop, buyer, time_zone="America/Los_Angeles")
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
    place(kit, shop, buyer)
    if waits_for == "open_case":
        write(kit, an_open_case(shop, buyer))
    else:
        write(kit, Pause(shop_id=shop.id, customer_id=buyer.id, reason="season", starts_at=NOW))
    for day in range(14):
        with days_later(day):
            work(kit)
            row = only_row(kit)
            assert (row.state, row.delay_reason, row.delayed_since) == ("planned", waits_for, NOW)
            assert row.send_at is not None
            assert NOW + timedelta(days=day) < row.send_at <= NOW + timedelta(days=14)
    with days_later(14):
        work(kit)
        assert rows(kit)[0].state == "sent"
    assert rows(kit)[0].delay_reason == waits_for
    assert len(letters(kit)) == 1


def test_a_solved_case_or_an_ended_pause_lets_it_go_the_next_day(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer)
    case = write(kit, an_open_case(shop, buyer))
    ends_at = NOW + timedelta(hours=3)
    write(kit, Pause(shop_id=shop.id, customer_id=buyer.id, reason="trip", ends_at=ends_at))
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Case, case.id).state = "solved"
    with days_later(1):
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
    with days_later(min(setting, 14)):
        work(kit)
    assert rows(kit)[0].state == "sent"


def test_two_messages_to_one_person_keep_their_distance(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    for _ in range(2):
        order = place(kit, shop, buyer)
        with kit.database.transaction(EVERY_SHOP) as session:
            placed = session.get_one(Order, order.id)
            factories.request(session, shop, placed, state="planned", sent_at=None)
    send_due_requests(kit)
    states = {row.state: row for row in rows(kit)}
    assert len(letters(kit)) == 1
    assert states["planned"].delay_reason == "spacing"
    assert states["planned"].send_at == NOW + timedelta(days=3)


def test_reminders_follow_after_5_and_12_days_and_never_a_third(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer)
    for day in range(40):
        with days_later(day):
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
    place(kit, shop, buyer)
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        mark_responded(session, session.get_one(ReviewRequest, rows(kit)[0].id))
    assert (rows(kit)[1].state, rows(kit)[1].reason) == ("cancelled", "responded")
    with days_later(5):
        work(kit)
    assert len(letters(kit)) == 1


def test_a_response_just_before_a_reminder_leaves_still_stops_it(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer)
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(ReviewRequest, rows(kit)[0].id).responded_at = NOW
    with days_later(5):
        send_due_requests(kit)
    assert (rows(kit)[1].state, rows(kit)[1].reason) == ("cancelled", "responded")


def test_a_response_before_the_reminder_is_planned_leaves_none(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer)
    plan_due(kit)
    send_due_requests(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        mark_responded(session, session.get_one(ReviewRequest, only_row(kit).id))
    assert plan_reminders(kit) == 0
    assert only_row(kit).followed_up


def test_an_unknown_outcome_is_followed_by_nothing(kit: Kit, shop: Shop, buyer: Customer) -> None:
    order = place(kit, shop, buyer)
    with kit.database.transaction(EVERY_SHOP) as session:
        placed = session.get_one(Order, order.id)
        factories.request(session, shop, placed, state="unknown", sent_at=None, claimed_at=NOW)
    for day in (0, 5, 12):
        with days_later(day):
            work(kit)
    assert only_row(kit).state == "unknown"
    assert letters(kit) == []


def test_a_reminder_sent_late_moves_the_next(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer)
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
    place(kit, shop, buyer)
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
    place(kit, shop, buyer)
    work(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(OrderLine).values(delivered_at=None, cancelled_at=NOW))
    with days_later(5):
        work(kit)
    assert rows(kit)[1].reason == "cancelled_before_delivery"


@pytest.mark.parametrize("score", [1, 3, 5])
def test_no_score_changes_the_number_spacing_or_copy_of_messages(
    kit: Kit, shop: Shop, buyer: Customer, score: int
) -> None:
    earlier = place(kit, shop, buyer, days_ago=40)
    with kit.database.transaction(EVERY_SHOP) as session:
        sent_at = NOW - timedelta(days=30)
        asked = factories.request(
            session, shop, session.get(Order, earlier.id), sent_at=sent_at, followed_up=True
        )
        answer = ExperienceAnswer(shop_id=shop.id, request_id=asked.id, score=score, variant="any")
        session.add(answer)
        factories.review(session, shop, rating=score)
    place(kit, shop, buyer)
    for day in range(14):
        with days_later(day):
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

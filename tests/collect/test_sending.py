from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from reviewapp.collect.planning import plan_due
from reviewapp.collect.sending import send_due_requests
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderLine, Suppression
from reviewapp.outbox.letters import version
from tests import factories
from tests.collect.asking import letters, only_row, place, rows, work, write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def buyer(kit: Kit, shop: Shop) -> Customer:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.customer(session, shop, "ada@customers.example")


def test_a_due_request_goes_out_with_its_proof(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
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
    place(kit, shop, buyer, delivered_days_ago=6.5)
    work(kit)
    assert only_row(kit).state == "planned"
    assert letters(kit) == []


def test_an_incentive_is_offered_to_all_and_kept_with_the_request(kit: Kit) -> None:
    offer = {"incentive": "voucher", "incentive_disclosure": "You get 5 % off, whatever you write."}
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session, settings=offer)
        buyer = factories.customer(session, shop)
    place(kit, shop, buyer, delivered_days_ago=7)
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
    place(kit, shop, buyer, delivered_days_ago=7)
    plan_due(kit)
    digest = buyer.email_digest
    write(kit, Suppression(shop_id=shop.id, email_digest=digest, reason=reason))
    send_due_requests(kit)
    assert (only_row(kit).state, only_row(kit).reason) == ("skipped", reason)
    assert letters(kit) == []


def test_an_erased_address_is_skipped(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Customer, buyer.id).email = None
    send_due_requests(kit)
    assert (only_row(kit).state, only_row(kit).reason) == ("skipped", "no_address")


def test_lines_lost_after_planning_cancel_the_request(
    kit: Kit, shop: Shop, buyer: Customer
) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(OrderLine).values(lost_at=NOW))
    send_due_requests(kit)
    assert (only_row(kit).state, only_row(kit).reason) == ("cancelled", "lost")


def test_what_turns_out_undelivered_is_planned_again(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    plan_due(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(OrderLine).values(delivered_at=None))
    send_due_requests(kit)
    plan_due(kit)
    row = only_row(kit)
    assert (row.state, row.reason, row.send_at) == ("planned", "awaiting_delivery", None)


def test_the_frequency_cap_is_asked_again(kit: Kit, shop: Shop, buyer: Customer) -> None:
    place(kit, shop, buyer, delivered_days_ago=7)
    plan_due(kit)
    for days in (4, 9, 14, 19, 24):
        order = place(kit, shop, buyer, delivered_days_ago=days + 8)
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

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.collect.planning import plan_due
from reviewapp.core import clock
from reviewapp.core.db import Base
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.catalog import Order, OrderEvent
from reviewapp.models.review_request import ReviewRequest
from tests import factories
from tests.people import SignedIn

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
Committed = Callable[[], AbstractContextManager[Session]]


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def page(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.fixture
def unknown(committed: Committed, shop: Shop) -> ReviewRequest:
    with committed() as session:
        order = factories.order(session, shop, delivered_days_ago=8)
        row = factories.request(session, shop, order, state="unknown", sent_at=None)
        row.sending_at = NOW - timedelta(hours=1)
        row.claim_id = "gone"
        return row


def test_the_list_teaches_the_first_step_while_it_is_empty(owner: SignedIn) -> None:
    assert "No requests yet" in page(owner.get("/admin/requests"))


def test_the_list_shows_each_request_with_its_reason(
    owner: SignedIn, committed: Committed, shop: Shop, kit: Kit
) -> None:
    with committed() as session:
        buyer = factories.customer(session, shop, name="Marta <b>Oliveira</b>")
        factories.order(session, shop, buyer=buyer, external_id="A-1", delivered_days_ago=1)
        nobody = factories.customer(session, shop)
        nobody.email = None
        factories.order(session, shop, buyer=nobody, external_id="A-2", delivered_days_ago=1)
    plan_due(kit)
    html = page(owner.get("/admin/requests"))
    assert "A-1" in html
    assert "Marta &lt;b&gt;Oliveira&lt;/b&gt;" in html
    assert "The order carries no e-mail address." in html
    skipped = page(owner.get("/admin/requests?state=skipped"))
    assert "A-2" in skipped
    assert "A-1" not in skipped
    assert "A-2" in page(owner.get("/admin/requests?reason=no_address"))
    assert "Nothing matches" in page(owner.get("/admin/requests?reason=too_old"))


@pytest.mark.parametrize("words", ["A-1", "ada@customers.example", "ADA@customers.example", "quis"])
def test_a_search_finds_by_number_address_and_name(
    owner: SignedIn, committed: Committed, shop: Shop, kit: Kit, words: str
) -> None:
    with committed() as session:
        ada = factories.customer(session, shop, "ada@customers.example")
        other = factories.customer(session, shop, name="Somebody Else")
        factories.order(session, shop, buyer=ada, external_id="A-1")
        factories.order(session, shop, buyer=other, external_id="A-2")
    plan_due(kit)
    html = page(owner.get(f"/admin/requests?q={words}"))
    assert "A-1" in html
    assert "A-2" not in html


def test_long_lists_go_on_by_link(
    owner: SignedIn, committed: Committed, shop: Shop, kit: Kit
) -> None:
    with committed() as session:
        mug = factories.product(session, shop)
        for _ in range(60):
            factories.order(session, shop, mug)
    plan_due(kit)
    first = page(owner.get("/admin/requests"))
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = page(owner.get(following.replace("&amp;", "&")))
    links = [re.findall(r"/admin/requests/([0-9a-f-]{36})", html) for html in (first, second)]
    assert [len(found) for found in links] == [50, 10]
    assert not set(links[0]) & set(links[1])


def test_the_record_holds_what_an_auditor_asks_for(
    owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        order = factories.order(session, shop, delivered_days_ago=8, external_id="A-1")
        row = factories.request(session, shop, order, usage_days=7, template_version="abc123")
        row.incentive_disclosure = "5 % for all"
        row.delivered_at = NOW - timedelta(days=8)
        row.message_id = "<1@shop.example>"
        row.responded_at = NOW
        event = {"type": "delivered", "at": NOW - timedelta(days=8), "lines": [], "digest": "1"}
        session.add(OrderEvent(shop_id=shop.id, order_id=order.id, tracking="DHL 77", **event))
        reminder = ReviewRequest(
            shop_id=shop.id,
            key=row.key,
            step=1,
            parent_id=row.id,
            customer_id=row.customer_id,
            language="en",
            state="cancelled",
            reason="responded",
        )
        factories.add(session, reminder)
    html = page(owner.get(f"/admin/requests/{row.id}"))
    for told in ("A-1", "abc123", "5 % for all", "7 days", "DHL 77", "&lt;1@shop.example&gt;"):
        assert told in html
    assert "The customer answered" in html
    assert "The customer has already answered." in html
    assert page(owner.get(f"/admin/requests/{reminder.id}")) == html


def test_another_shop_s_request_is_not_there(owner: SignedIn, committed: Committed) -> None:
    with committed() as session:
        theirs = factories.request(session, factories.shop(session))
    for path in (f"/admin/requests/{theirs.id}", f"/admin/requests/{new_id()}"):
        assert owner.get(path).status_code == 404
    answer: Any = owner.post(f"/admin/requests/{theirs.id}/send-again")
    assert answer.status_code == 404


def test_a_person_sends_an_unknown_message_again_on_record(
    owner: SignedIn, committed: Committed, unknown: ReviewRequest
) -> None:
    assert "Nobody knows" in page(owner.get(f"/admin/requests/{unknown.id}"))
    answer: Any = owner.post(f"/admin/requests/{unknown.id}/send-again")
    assert answer.status_code == 302
    with committed() as session:
        row = session.get_one(ReviewRequest, unknown.id)
        assert (row.state, row.send_at, row.claim_id, row.sending_at) == (
            "planned",
            NOW,
            None,
            None,
        )
        (entry,) = session.scalars(select(AuditEntry))
        assert (entry.action, entry.subject) == ("request.sent_again", f"request:{row.id}")
        assert entry.actor.startswith("member:")
    again: Any = owner.post(f"/admin/requests/{unknown.id}/send-again")
    assert again.status_code == 409


def test_a_person_leaves_an_unknown_message_on_record(
    owner: SignedIn, committed: Committed, unknown: ReviewRequest
) -> None:
    owner.post(f"/admin/requests/{unknown.id}/leave")
    html = page(owner.get(f"/admin/requests/{unknown.id}"))
    assert "A person left it as it is" in html
    assert "Nobody knows" not in html
    with committed() as session:
        assert session.get_one(ReviewRequest, unknown.id).state == "unknown"
    again: Any = owner.post(f"/admin/requests/{unknown.id}/leave")
    assert again.status_code == 409


@pytest.mark.parametrize("act", ["send-again", "leave"])
def test_readers_see_but_do_not_decide(analyst: SignedIn, unknown: ReviewRequest, act: str) -> None:
    assert "Send again" not in page(analyst.get(f"/admin/requests/{unknown.id}"))
    answer: Any = analyst.post(f"/admin/requests/{unknown.id}/{act}")
    assert answer.status_code == 403


def counts(session: Session) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if table.name != "member_session"]
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
    }


def test_the_dry_run_shows_who_would_be_asked_and_writes_nothing(
    owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        buyer = factories.customer(session, shop)
        for number, days in enumerate((40, 39, 20)):
            numbered = {"external_id": f"A-{number}", "delivered_days_ago": days}
            factories.order(session, shop, buyer=buyer, **numbered)
        factories.order(session, shop, external_id="B-1")
        before = counts(session)
    html = page(owner.get("/admin/requests/dry-run"))
    assert "A-0, A-1" in html
    assert "Nothing has been delivered yet" in html
    only = page(owner.get("/admin/requests/dry-run?reason=awaiting_delivery"))
    assert "B-1" in only
    assert "A-2" not in only
    sent = page(owner.get("/admin/requests/dry-run?reason=sent&days=30"))
    assert "A-2" in sent
    assert "A-0" not in sent
    with committed() as session:
        assert counts(session) == before
        assert session.scalar(select(func.count()).where(Order.planning_due)) == 4


def test_the_dry_run_says_when_there_is_nothing_to_try(owner: SignedIn) -> None:
    assert "No orders in this time" in page(owner.get("/admin/requests/dry-run?days=bogus"))


@pytest.mark.parametrize("query", ["after=%00", "after=e30", "state=nope&reason=%00", "q=%00%ff"])
def test_hostile_addresses_never_break_the_list(owner: SignedIn, query: str) -> None:
    answer: Any = owner.get(f"/admin/requests?{query}")
    assert answer.status_code in (200, 422)


def test_the_api_lists_requests_with_every_reason(
    api: FlaskClient, committed: Committed, shop: Shop, kit: Kit
) -> None:
    with committed() as session:
        factories.order(session, shop, external_id="A-1", delivered_days_ago=1)
        factories.order(session, shop, external_id="A-2")
    plan_due(kit)
    items = api.get("/api/v1/requests").get_json()["items"]
    by_order = {item["orders"][0]: item for item in items}
    assert by_order["A-1"]["state"] == "planned"
    assert datetime.fromisoformat(by_order["A-1"]["send_at"]) == NOW + timedelta(days=6)
    assert by_order["A-2"]["reason"] == "awaiting_delivery"
    assert by_order["A-2"]["reason_text"].endswith(".")
    found = api.get("/api/v1/requests?order=A-2&state=planned&reason=awaiting_delivery").get_json()
    assert [item["orders"] for item in found["items"]] == [["A-2"]]
    one = api.get(f"/api/v1/requests/{by_order['A-1']['id']}").get_json()
    assert UUID(one["id"]) == UUID(by_order["A-1"]["id"])
    assert one["orders"] == ["A-1"]


def test_the_api_refuses_unknown_filters_and_ids(api: FlaskClient) -> None:
    assert api.get("/api/v1/requests?state=nope").status_code == 422
    assert api.get("/api/v1/requests?reason=too_negative").status_code == 422
    assert api.get(f"/api/v1/requests/{new_id()}").status_code == 404

"""The board of improvements and the alerts, as a team works with them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.insight import Alert, AlertItem, Improvement
from tests import factories
from tests.people import SignedIn


def kept(kit: Kit) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(Improvement)).one()


def test_an_improvement_is_written_down_taken_up_and_finished(
    marketer: SignedIn, analyst: SignedIn, kit: Kit, shop: Shop
) -> None:
    form = {"change": "Size table on the page", "place": "page", "due_on": "2020-01-01"}
    assert analyst.post("/admin/improvements/new", form).status_code == 403
    assert "Nothing to improve yet" in marketer.get("/admin/improvements").text
    wrong = marketer.post("/admin/improvements/new", form | {"change": " ", "due_on": "soon"})
    assert wrong.status_code == 422
    with kit.database.transaction(EVERY_SHOP) as session:
        worker = factories.member(session, shop, "agent", name="Jo Kern")
    form |= {"owner": str(worker.id)}
    assert marketer.post("/admin/improvements/new", form).status_code == 302
    board = marketer.get("/admin/improvements").text
    assert "Size table on the page" in board
    assert "Jo Kern" in board
    path = f"/admin/improvements/{kept(kit).id}"
    assert "Late" in marketer.get(path).text
    assert "1 improvement proposed or due" in marketer.get("/admin/").text
    assert marketer.post(f"{path}/state", {"state": "done", "outcome": ""}).status_code == 422
    marketer.post(f"{path}/state", {"state": "done", "outcome": "It is there."})
    assert "It is there." in marketer.get(path).text
    assert "Size table" in marketer.get("/admin/improvements?state=done&place=page").text
    assert marketer.get("/admin/improvements?state=dropped").status_code == 200


def test_a_case_leads_to_its_lesson_and_back(agent: SignedIn, kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        case = factories.add(session, Case(
            shop_id=shop.id, customer_id=buyer.id, route="other",
            first_response_due_at=clock.now(),
        ))  # fmt: skip
    assert f"/admin/improvements/new?case={case.id}" in agent.get(f"/admin/cases/{case.id}").text
    form = {"change": "Say it on the page", "place": "page", "case": str(case.id)}
    assert agent.post("/admin/improvements/new", form).status_code == 302
    assert (kept(kit).case_id, kept(kit).origin) == (case.id, "case")
    for stranger in (str(new_id()), "nonsense"):
        answer = agent.post("/admin/improvements/new", form | {"case": stranger})
        assert answer.status_code == 404
    assert f"/admin/cases/{case.id}" in agent.get(f"/admin/improvements/{kept(kit).id}").text
    page = agent.get(f"/admin/cases/{case.id}").text
    assert f"/admin/improvements/{kept(kit).id}" in page
    assert "Say it on the page" in page


@pytest.mark.parametrize(
    ("route", "place", "words"),
    [
        ("question", "page", "The page or the FAQ of 100 %(s)s &lt;Mug&gt;: "),
        ("delay", "policy", "Shipping policy and notices: "),
        ("return", "policy", "Return policy and size notes: "),
        ("damaged", "supplier", "Packing, supplier or name of 100 %(s)s &lt;Mug&gt;: "),
        ("chargeback", "policy", "Where refunds end, and what is kept as evidence: "),
        ("other", "script", "What we answer: "),
    ],
)
def test_one_press_opens_the_lesson_half_written(
    agent: SignedIn, kit: Kit, shop: Shop, route: str, place: str, words: str
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        mug = factories.product(session, shop, title="100 %(s)s <Mug>")
        placed = factories.order(session, shop, mug)
        case = factories.add(session, Case(
            shop_id=shop.id, customer_id=placed.customer_id, order_id=placed.id, route=route,
            first_response_due_at=clock.now(),
        ))  # fmt: skip
    page = agent.get(f"/admin/cases/{case.id}").text
    (link,) = re.findall(r'href="(/admin/improvements/new[^"]+)"', page)
    form = agent.get(unescape(link)).text
    assert f"{words}</textarea>" in form
    assert f'<option value="{place}" selected>' in form
    assert form.count(" selected>") == 2
    assert f'name="case" value="{case.id}"' in form


def test_an_alert_shows_what_is_behind_it_until_somebody_took_care(
    agent: SignedIn, analyst: SignedIn, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        mug = factories.product(session, shop, title="Teal mug")
        alert = factories.add(session, Alert(shop_id=shop.id, axis="batch", key=f"{mug.id}:23A"))
        for number in range(3):
            review = factories.review(
                session, shop, mug, body=f"Crack number {number}", state="published"
            )
            factories.add(session, AlertItem(
                shop_id=shop.id, alert_id=alert.id, subject="review", subject_id=review.id,
                happened_at=clock.now() - timedelta(hours=number),
            ))  # fmt: skip
    assert "1 cluster of problems" in agent.get("/admin/").text
    page = agent.get("/admin/alerts").text
    assert "Batch 23A, Teal mug" in page
    assert page.index("Crack number 0") < page.index("Crack number 2")
    assert analyst.post(f"/admin/alerts/{alert.id}/close").status_code == 403
    assert agent.post(f"/admin/alerts/{alert.id}/close").status_code == 302
    assert "No cluster right now" in agent.get("/admin/alerts").text
    assert "cluster of problems" not in agent.get("/admin/").text
    assert agent.post(f"/admin/alerts/{new_id()}/close").status_code == 404

"""Pauses, and what follows a solved case: one question, a follow-up, a word about buying again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, Pause
from reviewapp.models.case_feedback import CaseFeedback, NpsAnswer
from reviewapp.models.outbox import Mail
from reviewapp.models.review_request import ExperienceAnswer
from reviewapp.models.touchpoint import Touchpoint
from reviewapp.reactions import relay_events
from reviewapp.support.touchpoints import reach_out
from tests import factories
from tests.people import SignedIn
from tests.support.cases import make_case

Committed = Callable[[], Any]
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def reread(committed: Committed, case: Case) -> Case:
    with committed() as session:
        return session.get_one(Case, case.id)


def rows(committed: Committed, model: Any) -> list[Any]:
    with committed() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_a_person_pauses_a_customer_and_another_lifts_it(
    agent: SignedIn, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        factories.customer(session, shop, "ada@customers.example")
    told = {
        "email": "Ada@customers.example",
        "reason": "Bereavement.",
        "ends_at": "2036-01-01T09:00",
    }
    assert agent.post("/admin/pauses", told).status_code == 302
    assert "Bereavement." in agent.get("/admin/pauses").text
    for wrong in ({"email": "who@x.example"}, {"reason": ""}, {"ends_at": "2020-01-01T09:00"},
                  {"ends_at": "soon"}):  # fmt: skip
        assert agent.post("/admin/pauses", told | wrong).status_code == 422, wrong
    pause = rows(committed, Pause)[0]
    assert agent.post(f"/admin/pauses/{pause.id}/lift").status_code == 302
    assert "Bereavement." in agent.get("/admin/pauses?view=ended").text
    agent.post("/admin/pauses", told | {"friction": "1"})
    friction = rows(committed, Pause)[1]
    assert (friction.source, friction.ends_at) == ("friction", None)
    assert agent.post(f"/admin/pauses/{friction.id}/lift").status_code == 403
    assert owner.post(f"/admin/pauses/{friction.id}/lift").status_code == 302


def solved(kit: Kit, agent: SignedIn, committed: Committed, shop: Shop) -> Case:
    with committed() as session:
        case = make_case(session, shop)
    agent.post(f"/admin/cases/{case.id}/answer", {"body": "A new one left today.", "solve": "1"})
    relay_events(kit)
    return case


def feedback_path(committed: Committed) -> str:
    letter = next(one for one in rows(committed, Mail) if one.letter == "case_feedback")
    return str(letter.params["page_url"]).removeprefix("http://localhost")


def test_how_the_help_was_is_asked_once_and_reading_stores_nothing(
    kit: Kit, agent: SignedIn, client: FlaskClient, committed: Committed, shop: Shop
) -> None:
    case = solved(kit, agent, committed, shop)
    for state in ("open", "solved"):
        agent.post(f"/admin/cases/{case.id}/state", {"state": state})
        relay_events(kit)
    assert [one.letter for one in rows(committed, Mail)].count("case_feedback") == 1
    path = feedback_path(committed)
    page = client.get(path)
    assert page.status_code == 200
    assert "checked" not in page.text
    client.head(path)
    assert rows(committed, CaseFeedback) == []
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"csat": "9", "effort": "x"}).status_code == 422
    told = {"csat": "2", "effort": "4", "nps": "9", "words": "Slow, but kind."}
    assert client.post(path, data=told).status_code == 303
    assert client.post(path, data=told | {"csat": "5"}).status_code == 303
    kept = rows(committed, CaseFeedback)
    assert [(one.csat, one.effort, one.words) for one in kept] == [(5, 4, "Slow, but kind.")]
    assert rows(committed, NpsAnswer) == []  # the shop does not ask for it
    assert client.get(f"{path}/done").status_code == 200
    assert client.get("/f/forged").status_code == 404


def test_a_shop_chooses_what_it_asks_after_helping(
    kit: Kit, agent: SignedIn, client: FlaskClient, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        session.get_one(Shop, shop.id).settings_json = {
            "recommendation": True,
            "repair_follow_up_days": 7,
        }
    case = solved(kit, agent, committed, shop)
    path = feedback_path(committed)
    assert "recommend Kiln" in client.get(path).text
    client.post(path, data={"nps": "0"})
    assert [one.score for one in rows(committed, NpsAnswer)] == [0]
    today = clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()
    assert reread(committed, case).follow_up_on == today + timedelta(days=7)
    with committed() as session:
        session.get_one(Shop, shop.id).settings_json = {"case_feedback": False}
    solved(kit, agent, committed, shop)
    assert [one.letter for one in rows(committed, Mail)].count("case_feedback") == 1


def test_only_the_satisfied_hear_about_buying_again_and_only_where_the_shop_asked(
    kit: Kit, committed: Committed, shop: Shop
) -> None:
    answered = TUESDAY - timedelta(days=31)
    people = {}
    with committed() as session, clock.frozen(answered):
        for name, scores in {"happy": [5], "turned": [5, 2], "unhappy": [1], "skipped": [None],
                             "paused": [5], "helped": [4]}.items():  # fmt: skip
            buyer = factories.customer(session, shop, f"{name}@customers.example", name=name)
            placed = factories.order(session, shop, buyer=buyer, delivered_days_ago=8)
            asked = factories.request(session, shop, placed)
            people[name] = buyer
            for score in scores:
                factories.add(session, ExperienceAnswer(shop_id=shop.id, request_id=asked.id,
                                                        score=score, variant="v"))  # fmt: skip
        factories.add(session, Pause(shop_id=shop.id, customer_id=people["paused"].id,
                                     source="friction", reason="x"))  # fmt: skip
        helped = people["helped"].id
        make_case(session, shop, customer_id=helped, state="solved", solved_at=clock.now())
    with clock.frozen(TUESDAY):
        assert reach_out(kit) == 0  # off unless the shop asks for it
        with committed() as session:
            session.get_one(Shop, shop.id).settings_json = {"repeat_purchase_days": 30}
        assert reach_out(kit) == 1
        assert reach_out(kit) == 0
    letters = rows(committed, Mail)
    assert [(one.letter, one.to_email) for one in letters] == [
        ("buy_again", "happy@customers.example")
    ]
    states = {one.customer_id: (one.state, one.reason) for one in rows(committed, Touchpoint)}
    assert states[people["happy"].id] == ("sent", None)
    assert states[people["paused"].id] == ("skipped", "paused")
    assert states[people["helped"].id] == ("skipped", "case")
    assert len(states) == 3

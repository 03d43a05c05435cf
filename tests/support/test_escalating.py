"""Who must take a case: rules of escalation and routing, pauses, and what follows a solved case."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage, Pause
from reviewapp.models.catalog import Customer
from reviewapp.models.outbox import Mail
from reviewapp.models.routing_rule import RoutingRule
from reviewapp.reactions import relay_events
from reviewapp.support.escalating import DECIDERS
from reviewapp.support.escalation_rules import Facts, Limits, escalation, refund_kind
from reviewapp.support.routing_rules import Rule, Seen, outcome
from reviewapp.support.service import open_case, receive_message
from reviewapp.web.auth import ROLE_ACTIONS
from tests import factories
from tests.people import SignedIn
from tests.support.cases import make_case

Committed = Callable[[], Any]
LIMITS = Limits(refund_limit=50, high_value=300, repeat_cases=3)
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def ask(kit: Kit, committed: Committed, shop: Shop) -> Callable[..., Case]:
    """What a customer writes behind a link, with everything that follows it."""

    def write(
        message: str, *, route: str = "other", total: str | None = None, **order: Any
    ) -> Case:
        with committed() as session:
            placed = factories.order(
                session, shop, delivered_days_ago=8, total=total and Decimal(total), **order
            )
            asked = factories.request(session, shop, placed)
            case = open_case(
                session, session.get_one(Shop, shop.id),
                customer=session.get_one(Customer, asked.customer_id), request_id=asked.id,
                order_id=placed.id, route=route, message=message, photos=[], language="en",
                page_url="https://reviews.example/r/x",
            )  # fmt: skip
        relay_events(kit)
        return reread(committed, case)

    return write


def reread(committed: Committed, case: Case) -> Case:
    with committed() as session:
        return session.get_one(Case, case.id)


def rows(committed: Committed, model: Any) -> list[Any]:
    with committed() as session:
        return list(session.scalars(select(model).order_by(model.id)))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts("Where is my parcel?", "delay"), None),
        (Facts("I have told my bank to reverse it.", "delay"), "chargeback"),
        (Facts("x", "chargeback"), "chargeback"),
        (Facts("My lawyer will write to you.", "delay"), "threat"),
        (Facts("Ich gehe zur Verbraucherzentrale.", "delay"), "threat"),
        (Facts("I want a refund.", "damaged", Decimal(80)), "refund"),
        (Facts("I want a refund.", "damaged", Decimal(30)), None),
        (Facts("Je veux être remboursé.", "return"), "refund"),
        (Facts("The handle broke.", "damaged", cases_alike=3), "cluster"),
        (Facts("The handle broke.", "damaged", Decimal(300)), "high_value"),
        (Facts("Hello", "question", order_tags=frozenset({"influencer"})), "high_value"),
        (Facts("Hello", "question", cases_lately=3), "repeat"),
        (Facts("This is UNACCEPTABLE.", "delay"), "upset"),
        (Facts("WHERE IS MY PARCEL I ORDERED WEEKS AGO", "delay"), "upset"),
        (Facts("Where is it???", "delay"), "upset"),
        (Facts("¡Es una vergüenza!", "delay"), "upset"),
        (Facts("Vergonhoso: nunca mais compro.", "delay"), "upset"),
    ],
)
def test_the_weightiest_reason_is_named(facts: Facts, reason: str | None) -> None:
    assert escalation(facts, LIMITS) == reason


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (Facts("Cancel my order, I want my money back", "return"), "before_shipping"),
        (Facts("Refund me, it never arrived", "delay", shipped=True), "shipping_exception"),
        (Facts("Refund please", "return", shipped=True, lost=True), "shipping_exception"),
        (Facts("It broke, refund", "damaged", shipped=True, delivered=True), "damage"),
        (Facts("Poor quality, refund", "return", shipped=True, delivered=True), "quality"),
        (Facts("I do not like the colour", "return", shipped=True, delivered=True), "preference"),
        (Facts("I refused the parcel, refund", "return", shipped=True), "refused"),
        (Facts("Where is it?", "delay", shipped=True), None),
    ],
)
def test_six_kinds_of_refund_are_told_apart(facts: Facts, kind: str | None) -> None:
    assert refund_kind(facts) == kind


def test_only_roles_with_the_right_are_escalated_to() -> None:
    able = {role for role, actions in ROLE_ACTIONS.items() if "case.decide" in actions}
    assert able == set(DECIDERS)


def test_a_refund_threat_goes_to_a_person_with_the_right_and_stops_automation(
    kit: Kit, ask: Callable[..., Case], agent: SignedIn, owner: SignedIn, committed: Committed
) -> None:
    case = ask("Refund me or I go to my lawyer.", route="return", total="20")
    assert (case.escalation, case.automation_stopped, case.priority) == ("threat", True, "high")
    with committed() as session:
        assert session.get_one(factories.Member, case.assignee_id).role == "owner"
    pause = rows(committed, Pause)[0]
    assert (pause.source, pause.case_id, pause.ends_at) == ("escalation", case.id, None)
    page = agent.get(f"/admin/cases/{case.id}").text
    assert "A public complaint or legal steps are threatened" in page
    assert agent.post(f"/admin/cases/{case.id}/lift").status_code == 403
    assert agent.post(f"/admin/pauses/{pause.id}/lift").status_code == 403
    assert reread(committed, case).automation_stopped
    # The same words again, or other strong ones, escalate nothing twice.
    with committed() as session:
        shop = session.get_one(Shop, case.shop_id)
        receive_message(session, shop, case.id, "My bank will hear of it!!!", by="customer:x")
    relay_events(kit)
    assert len(rows(committed, Pause)) == 1
    # Solving asks for no feedback while only people may write.
    agent.post(f"/admin/cases/{case.id}/answer", {"body": "We refund it today.", "solve": "1"})
    relay_events(kit)
    assert "case_feedback" not in [one.letter for one in rows(committed, Mail)]
    assert owner.post(f"/admin/cases/{case.id}/lift").status_code == 302
    kept = reread(committed, case)
    assert (kept.automation_stopped, kept.escalation) == (False, "threat")
    assert rows(committed, Pause)[0].lifted_by is not None


def test_a_small_refund_stays_with_the_front_line_but_nothing_is_automatic(
    ask: Callable[..., Case], committed: Committed
) -> None:
    case = ask("May I have a refund?", route="return", total="20")
    assert (case.escalation, case.automation_stopped) == (None, True)
    assert case.assignee_id is None


def test_later_words_escalate_a_calm_case(
    kit: Kit, ask: Callable[..., Case], owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    case = ask("Where is my parcel?", route="delay")
    assert case.escalation is None
    assert case.tags == ["shipping"]
    with committed() as session:
        receive_message(session, shop, case.id, "I will post this everywhere.", by="customer:x")
    relay_events(kit)
    assert reread(committed, case).escalation == "threat"


def test_anybody_who_works_on_cases_may_escalate_by_hand(
    agent: SignedIn, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        case = make_case(session, shop)
    agent.post(f"/admin/cases/{case.id}/escalate")
    assert reread(committed, case).escalation == "hand"


MUG = Rule(factories.new_id(), "a", {"words": ["mug"]}, {"tags": ["quality"], "priority": "high"})


def test_rules_run_in_order_and_the_first_word_stands() -> None:
    later = Rule(factories.new_id(), "b", {}, {"tags": ["damage"], "priority": "low"})
    found = outcome([MUG, later], Seen("damaged", "My MUG broke"))
    assert found.changes == {"tags": ["quality", "damage"], "priority": "high"}
    stop = Rule(MUG.id, "a", MUG.conditions, MUG.actions, stop=True)
    assert outcome([stop, later], Seen("damaged", "mug")).rules == [stop]
    assert outcome([MUG], Seen("damaged", "bowl")).rules == []


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({}, True),
        ({"routes": ["damaged", "delay"]}, True),
        ({"routes": ["delay"]}, False),
        ({"least_value": 50, "most_value": 100}, True),
        ({"least_value": 81}, False),
        ({"most_value": 79}, False),
        ({"order_tags": ["VIP"]}, True),
        ({"tags": ["damage"]}, True),
        ({"tags": ["refund"]}, False),
        ({"least_cases": 2}, True),
        ({"least_cases": 3}, False),
        ({"words": ["handle"], "routes": ["delay"]}, False),
    ],
)
def test_all_conditions_must_hold(conditions: dict[str, Any], holds: bool) -> None:
    seen = Seen("damaged", "The handle", Decimal(80), frozenset({"damage"}), frozenset({"vip"}), 2)
    assert bool(outcome([Rule(MUG.id, "x", conditions, {"escalate": True})], seen).rules) == holds


def test_a_rule_is_tried_on_past_cases_before_it_goes_live(
    kit: Kit, owner: SignedIn, ask: Callable[..., Case], committed: Committed, shop: Shop
) -> None:
    before = ask("The glaze has pinholes.", route="damaged")
    rule = {"name": "Glaze", "words": "glaze\nGlasur", "add_tags": ["quality"],
            "set_priority": "urgent", "escalate": "1", "pause_days": "5",
            "macro": "damaged"}  # fmt: skip
    saved = owner.post("/admin/helping/routing/new", rule)
    path = saved.location
    assert owner.post(f"{path}/live", {"live": "1"}).status_code == 409
    tried = owner.post(f"{path}/try")
    assert "1 of the newest 200 cases would be different" in tried.text
    assert "priority: urgent" in re.sub(r"\s+", " ", tried.text)
    assert reread(committed, before).priority == "normal"
    assert ask("Another glaze.", route="damaged").priority == "normal"  # not live yet
    assert owner.post(f"{path}/live", {"live": "1"}).status_code == 302
    case = ask("The glaze again.", route="damaged")
    assert (case.priority, case.escalation) == ("urgent", "rule")
    assert set(case.tags) == {"damage", "quality"}
    assert "rule" in [pause.source for pause in rows(committed, Pause)]
    assert '<option value="damaged" selected>' in owner.get(f"/admin/cases/{case.id}").text
    # A change takes it off again until it was tried once more.
    owner.post(path, rule | {"name": "Glaze 2"})
    assert [one.live for one in rows(committed, RoutingRule)] == [False]
    for wrong in ({"name": ""}, {"pause_days": "91"}, {"pause_days": "x"}, {"owner": "nobody"},
                  {"least_value": "5", "most_value": "4"}):  # fmt: skip
        assert owner.post("/admin/helping/routing/new", rule | wrong).status_code == 422, wrong
    assert owner.post("/admin/helping/routing/new", {"name": "No action"}).status_code == 422
    second = owner.post("/admin/helping/routing/new", rule | {"name": "Second"}).location
    owner.post(f"{second}/move", {"way": "up"})
    assert [one.name for one in sorted(rows(committed, RoutingRule), key=lambda r: r.position)] == [
        "Second", "Glaze 2"
    ]  # fmt: skip
    owner.post(f"{second}/remove")
    assert "Second" not in owner.get("/admin/helping/routing").text


def test_notes_about_escalation_stay_in_the_house(
    ask: Callable[..., Case], owner: SignedIn, committed: Committed
) -> None:
    ask("My lawyer will write.", route="delay")
    directions = [one.direction for one in rows(committed, CaseMessage)]
    assert directions == ["in", "note"]
    assert [one.letter for one in rows(committed, Mail)] == ["help_received"]

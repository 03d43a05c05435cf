"""Opening a case: one problem one conversation, its clock, and the word to the customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.support_hours import ShopHours
from reviewapp.outbox.letters import render
from reviewapp.outbox.shop_facts import shop_facts
from reviewapp.support.service import open_case
from tests import factories

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""10:00 in the shop's Berlin."""


@pytest.fixture
def asked(session):
    shop = factories.shop(session)
    request = factories.request(session, shop)

    def ask(**values: Any) -> Case:
        told = {
            "customer": session.get_one(Customer, request.customer_id),
            "request_id": request.id,
            "order_id": None,
            "route": "damaged",
            "message": "The handle is off.",
            "photos": [],
            "language": "en",
            "page_url": "https://reviews.example/r/x",
        }
        return open_case(session, values.pop("shop", shop), **told | values)

    return ask


def test_the_clock_runs_in_the_shops_hours(asked):
    with clock.frozen(MONDAY):
        assert asked(route="question").first_response_due_at == MONDAY + timedelta(days=1, hours=4)
        assert asked(route="chargeback").first_response_due_at == MONDAY + timedelta(days=1)


def test_the_customer_is_told_who_answers_and_by_when(session, asked):
    with clock.frozen(MONDAY):
        case = asked()
    mail = session.scalars(select(Mail)).one()
    assert mail.key == f"help_received:{case.id}"
    shop = session.get_one(factories.Shop, case.shop_id)
    text = render("help_received", "en", shop_facts(shop, None) | mail.params).text
    assert "Kiln & Clay will answer you by November 26, 2026" in text
    assert "The handle is off." in text


def test_a_shop_without_working_hours_promises_nothing(session, asked):
    shop = factories.shop(session)
    factories.add(session, ShopHours(shop_id=shop.id, week={}))
    with clock.frozen(MONDAY):
        case = asked(shop=shop)
    assert case.first_response_due_at == MONDAY + timedelta(days=7)
    assert session.scalars(select(Mail)).one().params["answer_by"] is None


def test_nobody_without_an_address_is_written_to(session, asked):
    shop = factories.shop(session)
    asked(shop=shop, customer=factories.customer(session, shop, email="a@b.example"))
    nameless = factories.customer(session, shop)
    nameless.email = None
    asked(route="delay", customer=nameless)
    assert len(session.scalars(select(Mail)).all()) == 1


def test_more_words_about_the_same_problem_join_its_case(session, asked):
    case = asked()
    case.state = "waiting"
    assert asked(message="And the glaze is chipped.") is case
    assert case.state == "open"
    bodies = [message.body for message in session.scalars(select(CaseMessage))]
    assert sorted(bodies) == ["And the glaze is chipped.", "The handle is off."]
    names = [event.name for event in session.scalars(select(OutboxEvent))]
    assert sorted(names) == ["case.message_received", "case.message_received", "case.opened"]


def test_the_same_words_again_change_nothing(session, asked):
    assert asked() is asked()
    assert len(session.scalars(select(CaseMessage)).all()) == 1


def test_the_same_words_after_an_answer_are_a_new_word(session, asked):
    case = asked(message="Any news?")
    told = {"shop_id": case.shop_id, "case_id": case.id, "direction": "out", "body": "Tomorrow."}
    factories.add(session, CaseMessage(**told))
    case.state = "waiting"
    assert asked(message="Any news?") is case
    assert case.state == "open"
    asked_twice = select(CaseMessage).where(CaseMessage.body == "Any news?")
    assert len(session.scalars(asked_twice).all()) == 2


def test_another_problem_is_another_case(asked):
    assert asked() is not asked(route="delay")


def test_a_solved_case_stays_solved_and_a_new_one_opens(asked):
    case = asked()
    case.state = "solved"
    again = asked()
    assert again is not case
    assert case.state == "solved"


def test_the_log_names_the_case_and_no_words(session, asked):
    case = asked()
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("case.opened", f"case:{case.id}")
    assert "handle" not in str(entry.detail)

"""Answering a case: what reaches the customer, what stops, what stays in the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.models.outbox import Mail, OutboxEvent
from tests.people import SignedIn
from tests.support.cases import ANSWER, make_case

Committed = Callable[[], Any]


@pytest.fixture
def case(committed: Committed, shop: Shop) -> Case:
    """A committed case."""
    with committed() as session:
        return make_case(session, shop)


def reread(committed: Committed, case: Case) -> Case:
    with committed() as session:
        return session.get_one(Case, case.id)


def test_an_answer_goes_to_the_customer_and_stops_the_clock(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    assert answer.status_code == 302
    with committed() as session:
        kept = session.get_one(Case, case.id)
        letter = session.scalars(select(Mail)).one()
        assert kept.first_responded_at is not None
        assert kept.state == "waiting"
        assert session.scalars(select(OutboxEvent.name)).all() == ["case.answered"]
        actions = session.scalars(select(AuditEntry.action)).all()
    assert letter.letter == "case_reply"
    assert letter.params["answer"] == ANSWER
    assert letter.params["message"] == "The handle broke."
    assert letter.params["answerer"] == "Agent"
    assert letter.params["page_url"].startswith("http://localhost/r/")
    assert actions == ["case.answered"]
    assert ANSWER in agent.get(f"/admin/cases/{case.id}").text


def test_the_link_in_an_answer_opens_the_customers_page(
    agent: SignedIn, client: FlaskClient, committed: Committed, case: Case
) -> None:
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    with committed() as session:
        link = session.scalars(select(Mail)).one().params["page_url"]
    assert client.get(link.removeprefix("http://localhost")).status_code == 200


def test_the_first_answer_is_the_first_for_ever(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    first = reread(committed, case).first_responded_at
    agent.post(f"/admin/cases/{case.id}/answer", {"body": "It left today; please keep the box."})
    assert reread(committed, case).first_responded_at == first


def test_a_button_pressed_twice_sends_one_letter(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    for _ in range(2):
        agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    with committed() as session:
        assert len(session.scalars(select(Mail)).all()) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "Write something first."),
        ("Hello [name], we will look into it.", "Fill in [name] before sending."),
        ("Hello {{name}}.", "Fill in {{name}} before sending."),
        ("We will refund you if you delete your review.", "help never depends on a review"),
        ("x" * 20_001, "At most 20,000 characters."),
    ],
)
def test_what_must_not_go_out_stays_on_the_page(
    agent: SignedIn, committed: Committed, case: Case, body: str, told: str
) -> None:
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": body})
    assert answer.status_code == 422
    assert told in answer.text
    assert body.replace("'", "&#39;")[:40] in answer.text
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []
        assert session.scalars(select(CaseMessage.direction)).all() == ["in"]
        assert session.get_one(Case, case.id).first_responded_at is None


def test_a_customer_without_an_address_is_not_lost_silently(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    with committed() as session:
        session.get_one(Customer, case.customer_id).email = None
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    assert answer.status_code == 409
    assert "There is no mail address of this customer" in answer.text
    assert ANSWER in answer.text


def test_checking_a_draft_shows_what_it_lacks_and_sends_nothing(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    page = agent.post(f"/admin/cases/{case.id}/check", {"body": "We are sorry about the handle."})
    assert page.status_code == 200
    assert len(re.findall("is-missing", page.text)) == 4
    assert "We are sorry about the handle." in page.text
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []


def test_a_promise_becomes_the_cases_next_clock(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    noon = _next_monday()
    local = noon.strftime("%Y-%m-%dT%H:%M")
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER, "next_update_at": local})
    assert reread(committed, case).next_update_due_at == noon


def _next_monday() -> datetime:
    """Noon of a Monday ahead, where the shop is."""
    today = clock.now().astimezone(ZoneInfo("Europe/Berlin"))
    monday = today + timedelta(days=7 - today.weekday())
    return monday.replace(hour=12, minute=0, second=0, microsecond=0)


def test_a_promise_for_a_time_at_which_nobody_works_is_refused(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    sunday = (_next_monday() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = agent.post(
        f"/admin/cases/{case.id}/answer", {"body": ANSWER, "next_update_at": sunday}
    )
    assert answer.status_code == 422
    assert "Nobody works then." in answer.text
    assert reread(committed, case).first_responded_at is None


@pytest.mark.parametrize(
    "typed", ["2020-01-01T09:00", "soon", "9999-99-99T00:00", "0001-01-01T00:00"]
)
def test_a_promise_must_lie_ahead(
    agent: SignedIn, committed: Committed, case: Case, typed: str
) -> None:
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER, "next_update_at": typed})
    assert answer.status_code == 422
    assert reread(committed, case).first_responded_at is None


def test_a_note_never_leaves_the_house(agent: SignedIn, committed: Committed, case: Case) -> None:
    agent.post(f"/admin/cases/{case.id}/note", {"body": "Third chip from batch 22."})
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []
        assert session.scalars(select(CaseMessage.direction)).all() == ["in", "note"]
        assert session.get_one(Case, case.id).first_responded_at is None
    assert "Third chip from batch 22." in agent.get(f"/admin/cases/{case.id}").text

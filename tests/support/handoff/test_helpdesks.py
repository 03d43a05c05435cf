"""Cases in other people's helpdesks: none lost, none doubled, whatever the other side does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewapp.app import create_app
from reviewapp.core import clock
from reviewapp.models.case import Case
from reviewapp.models.handoff import Handoff, Helpdesk
from reviewapp.models.outbox import Mail
from reviewapp.support.handoff import door
from reviewapp.support.handoff.accounts import UNDELIVERED
from reviewapp.support.handoff.service import try_again
from reviewapp.web.auth import SESSION_COOKIE
from tests import factories
from tests.support.handoff.conftest import Story


def test_a_new_case_becomes_a_ticket_with_its_words_and_facts(story: Story) -> None:
    story.open_case(tags=["wrong item"], priority="high")
    story.work()
    assert set(story.steps()) == {("create", "done"), ("word", "done"), ("facts", "done")}
    number = story.only_ticket()
    words = story.desk.words(number)
    assert [word for word in words if "The handle broke." in word] == words[:1]
    assert "Route: damaged" in words[1]
    assert "/admin/cases/" in words[1]
    assert "Damaged or wrong item" in str(story.desk.tickets[number])
    assert "wrong" in str(story.desk.tickets[number])


@pytest.mark.parametrize("fault", ["down", "unheard", "cut", "busy"])
def test_a_ticket_that_may_have_been_made_is_not_made_again(story: Story, fault: str) -> None:
    story.desk.faults = [fault]
    story.open_case()
    story.work()
    assert ("create", "waiting") in story.steps()
    story.work_for_hours()
    number = story.only_ticket()
    assert {state for _, state in story.steps()} == {"done"}
    assert sum("The handle broke." in word for word in story.desk.words(number)) == 1


@pytest.mark.parametrize("fault", ["down", "unheard", "cut", "busy"])
def test_a_word_that_may_have_arrived_is_not_said_again(story: Story, fault: str) -> None:
    case = story.open_case()
    story.work()
    story.desk.faulty, story.desk.faults = "POST PUT", [fault]
    story.customer_says(case, "And the lid is missing.")
    story.work_for_hours()
    words = story.desk.words(story.only_ticket())
    assert sum("And the lid is missing." in word for word in words) == 1
    assert {state for _, state in story.steps()} == {"done"}


def test_a_helpdesk_that_never_answers_holds_up_nobody_for_long(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "TIMEOUT_SECONDS", 0.2)
    story.desk.faults = ["slow"]
    story.open_case()
    story.work()
    assert ("create", "waiting") in story.steps()
    story.desk.patience.set()
    story.work_for_hours()
    assert sum("The handle" in word for word in story.desk.words(story.only_ticket())) == 1


def test_a_helpdesk_that_asks_to_slow_down_is_left_alone_for_as_long(story: Story) -> None:
    story.desk.faulty, story.desk.faults = "GET POST PUT", ["busy"]
    story.open_case()
    story.work()
    asked = len(story.desk.calls)
    story.open_case(route="delay")
    story.work(timedelta(seconds=36))
    assert len(story.desk.calls) == asked
    assert {state for _, state in story.steps()} == {"waiting"}
    story.work(timedelta(seconds=38))
    story.work_for_hours()
    assert {state for _, state in story.steps()} == {"done"}
    words = [word for number in story.desk.tickets for word in story.desk.words(number)]
    assert sum("The handle broke." in word for word in words) == 2


def test_an_answer_from_there_comes_into_the_case_once_and_does_not_go_back(story: Story) -> None:
    case = story.open_case()
    story.work()
    number = story.only_ticket()
    story.desk.agent_says(number, "A new mug leaves tomorrow. Just reply if anything is unclear.")
    story.desk.agent_says(number, "He sounds upset.", public=False)
    story.look()
    story.look(timedelta(hours=1))
    thread = story.thread(case.id)
    assert [body for direction, body in thread if direction == "out"] == [
        "A new mug leaves tomorrow. Just reply if anything is unclear."
    ]
    story.work_for_hours()
    assert sum("new mug leaves" in word for word in story.desk.words(number)) == 1
    with story.committed() as session:
        kept = session.get_one(Case, case.id)
        letters = session.query(Mail).filter_by(letter="case_reply").count()
    assert kept.first_responded_at is not None
    assert letters == (1 if story.desk.kind in UNDELIVERED else 0)


def test_solved_there_is_solved_here_and_the_other_way_round(story: Story) -> None:
    case = story.open_case()
    story.work()
    number = story.only_ticket()
    story.desk.agent_solves(number)
    story.look()
    assert story.state(case.id) == "solved"
    asked = len(story.desk.calls)
    story.work_for_hours()
    assert all(method == "GET" for method, _, _ in story.desk.calls[asked:])


def test_another_case_of_the_same_customer_joins_the_ticket(story: Story) -> None:
    first = story.open_case()
    story.work()
    with story.committed() as session:
        case = session.get_one(Case, first.id)
        request_id, customer_id = case.request_id, case.customer_id
    second = story.open_case(customer_id=customer_id, request_id=request_id, route="delay")
    story.work()
    words = story.desk.words(story.only_ticket())
    assert sum("The handle broke." in word for word in words) == 2
    assert any("Route: delay" in word for word in words)
    story.desk.agent_solves(story.only_ticket())
    story.look()
    assert (story.state(first.id), story.state(second.id)) == ("solved", "solved")


def test_a_wrong_key_is_told_and_tried_again_by_hand(story: Story) -> None:
    story.desk.opens = lambda headers: False  # type: ignore[method-assign]  # it lets nobody in
    story.open_case()
    story.work()
    assert ("create", "refused") in story.steps()
    assert not story.desk.tickets
    with story.committed() as session:
        handoff = session.query(Handoff).one()
        assert "401" in str(session.get_one(Helpdesk, handoff.helpdesk_id).last_error)
    del story.desk.opens
    with story.committed() as session:
        try_again(session, story.shop.id, handoff.id)
    story.work()
    assert {state for _, state in story.steps()} == {"done"}
    story.only_ticket()


def test_a_hook_makes_us_look_at_once(story: Story) -> None:
    case = story.open_case()
    story.work()
    number = story.only_ticket()
    story.desk.agent_says(number, "We are on it. Just reply if anything is unclear.")
    browser = create_app(kit=story.kit).test_client()
    path = f"/hooks/{story.added.hook}/{story.desk.kind}"
    sent = {
        "zendesk": {"ticket_id": number},
        "gorgias": {"ticket": {"id": number}},
        "chatwoot": {"event": "message_created", "id": 5, "conversation": {"id": number}},
        "freshdesk": {"freshdesk_webhook": {"ticket_id": number}},
    }[story.desk.kind]
    for _ in range(2):
        assert browser.post(path, json=sent).status_code == 204
    assert browser.post(f"/hooks/hk_wrong/{story.desk.kind}", json=sent).status_code == 404
    assert browser.post(path, data=b"{", content_type="application/json").status_code == 400
    story.look(timedelta(0))
    assert len(story.thread(case.id)) == 2


def test_the_key_and_the_address_are_tried(story: Story) -> None:
    with story.committed() as session:
        token, csrf = factories.signed_in_member(session, story.kit, story.shop, "owner")
    browser = create_app(kit=story.kit).test_client()
    browser.set_cookie(SESSION_COOKIE, token)
    path = f"/admin/helpdesks/{story.added.helpdesk.id}"
    tried = browser.post(f"{path}/check", headers={"X-CSRF-Token": csrf}, follow_redirects=True)
    assert "It works" in tried.text
    with story.committed() as session:
        assert session.get_one(Helpdesk, story.added.helpdesk.id).last_heard_at == clock.now()
    story.desk.opens = lambda headers: False  # type: ignore[method-assign]  # it lets nobody in
    tried = browser.post(f"{path}/check", headers={"X-CSRF-Token": csrf}, follow_redirects=True)
    assert "It does not work yet" in tried.text

"""Somebody noticed in what already runs is a task, until everybody in it has agreed (P5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from reviewapp.library.making import forget_bundles
from reviewapp.library.release_letter import PURPOSE
from reviewapp.library.taking_down import end_terms
from reviewapp.models.audit import AuditEntry
from reviewapp.models.library import TakeDown
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.outbox import Mail
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.outbox.mail import send_mail
from reviewapp.reactions import relay_events
from tests.collect.links import rows, said
from tests.library.test_exporting import Plan, refusals, taken

DESK = "/admin/library/take-downs"
YES = {"answer": "yes", "name": "Grace Quist"}


@pytest.fixture
def photo(kit, published, check_photo):
    check_photo()
    return rows(kit, MediaAsset)[0]


@pytest.fixture
def look(kit, owner, photo):
    """Note what is in the photo, as a marketer does; what follows is done."""

    def note(*found, people=1):
        sent = {"found": list(found), "people": people}
        answer = owner.post(f"/admin/library/assets/{photo.id}/look", sent)
        settle(kit)
        return answer

    return note


@pytest.fixture
def ask(kit, owner, photo):
    """Ask one more person; the link they answer at."""

    def send(use="ads", party="depicted"):
        asked = {"ask_party": party, "ask_use": use, "ask_language": "en"}
        answer = owner.post(f"/admin/library/assets/{photo.id}/questions", asked)
        assert answer.status_code == 303, answer.text
        settle(kit)
        newest = max(rows(kit, ReleaseAsk), key=lambda one: one.asked_at)
        return f"/d/{kit.links.sign(PURPOSE, newest.id)}"

    return send


def settle(kit):
    for _ in range(2):
        relay_events(kit)


def tasks(kit):
    """(reason, how it stands) of every task."""
    return sorted(
        (one.reason, "lifted" if one.lifted_at else "done" if one.done_at else "open")
        for one in rows(kit, TakeDown)
    )


def test_a_person_noticed_later_makes_each_recorded_use_a_task_that_their_yes_ends(
    client, kit, shop, owner, published, marketer, look, ask
):
    made = taken(kit, shop, published, marketer, Plan("ads", "Spring"), "photo")
    taken(kit, shop, published, marketer, Plan("ads", "Words alone"), "words")
    assert look("brands").status_code == 303
    assert tasks(kit) == []
    look("people")
    assert tasks(kit) == [("unreleased", "open")], "words show nobody"
    assert owner.get(f"/admin/library/exports/{made.id}/bundle.zip").status_code == 410
    (mail,) = rows(kit, Mail, Mail.letter == "take_down")
    assert (mail.params["place"], mail.params["unreleased"]) == ("Spring", True)
    send_mail(kit)
    shown = said(owner.get(DESK).text)
    assert "Somebody in it has not been asked, or has not agreed." in shown
    assert "Ask the people in it" in shown
    link = ask()
    assert tasks(kit) == [("unreleased", "open")]
    client.post(link, data=YES)
    settle(kit)
    assert tasks(kit) == [("unreleased", "lifted")]
    assert "Nothing to take down" in owner.get(DESK).text
    assert "Everybody in it agreed" in said(owner.get(f"{DESK}?done=1").text)
    acts = [one.action for one in rows(kit, AuditEntry) if one.action.startswith("take_down.")]
    assert acts == ["take_down.opened", "take_down.lifted"]
    assert taken(kit, shop, published, marketer, Plan("ads", "Summer"), "photo").state == "made"


def test_as_many_have_to_agree_as_were_counted(
    client, kit, shop, published, marketer, photo, look, ask
):
    taken(kit, shop, published, marketer, Plan("ads", "Spring"), "photo")
    look("people", people=2)
    client.post(ask(), data=YES)
    settle(kit)
    assert tasks(kit) == [("unreleased", "open")]
    assert refusals(kit, shop, published, marketer) == {"others"}
    client.post(ask(), data=YES)
    settle(kit)
    assert tasks(kit) == [("unreleased", "lifted")]
    look("people", people=3)
    assert tasks(kit) == [("unreleased", "open")], "counted higher: open again"
    look("people", people=2)
    assert tasks(kit) == [("unreleased", "lifted")]
    for wrong in ("0", "100", "-1", "two", "1" * 9):
        assert look("people", people=wrong).status_code == 422
    counted = [one.people for one in rows(kit, MediaDecision)]
    assert counted == [None, 2, 3, 2]


def test_one_more_who_is_asked_is_missing_until_they_agree_or_are_not_asked_any_more(
    client, kit, shop, owner, published, marketer, photo, ask
):
    taken(kit, shop, published, marketer, Plan("ads", "Spring"), "photo")
    ask(use="email")
    assert tasks(kit) == [], "another use"
    ask(use="ads", party="guardian")
    assert tasks(kit) == [("unreleased", "open")]
    asked = next(one for one in rows(kit, ReleaseAsk) if one.use == "ads")
    owner.post(f"/admin/library/assets/{photo.id}/questions/{asked.id}/take-back")
    settle(kit)
    assert tasks(kit) == [("unreleased", "lifted")]


def test_their_no_makes_it_a_task_that_no_yes_ends(
    client, kit, shop, author, published, marketer, look, ask
):
    taken(kit, shop, published, marketer, Plan("ads", "Spring"), "photo")
    look("people")
    client.post(ask(), data={"answer": "no"})
    settle(kit)
    assert tasks(kit) == [("objected", "open")]
    assert len(rows(kit, Mail, Mail.letter == "take_down")) == 1, "told once"
    look()
    client.post(ask(), data=YES)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "on"})
    settle(kit)
    assert tasks(kit) == [("objected", "open")]


def test_a_use_whose_last_day_came_first_comes_down_whoever_agrees(
    client, kit, shop, published, marketer, look, ask
):
    today = datetime.now(UTC).date()
    taken(kit, shop, published, marketer, Plan("ads", "Spring", today + timedelta(days=2)), "photo")
    look("people")
    link = ask()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4), tick=False):
        client.post(link, data=YES)
        settle(kit)
        assert tasks(kit) == [("unreleased", "open")]
        assert (end_terms(kit), end_terms(kit)) == (1, 0)
        assert tasks(kit) == [("term", "open")]


def test_what_is_not_released_in_time_is_late_and_what_was_taken_down_stays_so(
    client, kit, shop, owner, published, marketer, look, ask
):
    taken(kit, shop, published, marketer, Plan("ads", "Spring"), "photo")
    look("people")
    assert forget_bundles(kit) == 1
    (task,) = rows(kit, TakeDown)
    assert task.due_on > date.min
    with kit.database.transaction(shop.id) as session:
        session.get_one(TakeDown, task.id).due_on = datetime.now(UTC).date() - timedelta(days=1)
    assert "1 piece of content is late to come down" in said(owner.get("/admin/").text)
    owner.post(f"{DESK}/{task.id}", {"proof": "looked at it"})
    client.post(ask(), data=YES)
    settle(kit)
    assert tasks(kit) == [("unreleased", "done")]

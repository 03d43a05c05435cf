"""Promises: kept by the calendar, told before they break, wound anew when the shop changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.case_details import CaseAlarm
from reviewapp.models.outbox import Mail
from reviewapp.models.support_hours import Holiday, ShopHours
from reviewapp.reactions import relay_events
from reviewapp.support.alarms import watch_promises
from reviewapp.support.targets import as_typed
from tests import factories
from tests.people import SignedIn
from tests.support.cases import make_case

Committed = Callable[[], Any]
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


MONDAY_NOON = at("2026-11-23T12:00")


def opened(committed: Committed, shop: Shop, **values: Any) -> Case:
    """A delay opened on Monday at noon and promised by Thursday noon: 24 working hours."""
    told = {"route": "delay", "opened_at": MONDAY_NOON, "promised_at": at("2026-11-26T12:00"),
            "first_response_due_at": at("2026-11-26T12:00")}  # fmt: skip
    with committed() as session, clock.frozen(MONDAY_NOON):
        return make_case(session, shop, **told | values)


def reread(committed: Committed, case: Case) -> Case:
    with committed() as session:
        return session.get_one(Case, case.id)


def watch(kit: Kit, when: str) -> int:
    with clock.frozen(at(when)):
        return watch_promises(kit)


def letters(committed: Committed) -> list[Mail]:
    with committed() as session:
        found = select(Mail).where(Mail.letter == "case_due").order_by(Mail.id)
        return list(session.scalars(found))


def save_targets(owner: SignedIn, kit: Kit, shop: Shop, **changes: str) -> Any:
    answer = owner.post("/admin/helping/targets", as_typed(shop.settings) | changes)
    relay_events(kit)
    return answer


def test_the_owner_is_told_two_working_hours_before_a_promise_breaks_and_only_once(
    kit: Kit, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        jo = factories.member(session, shop, "agent", name="Jo", email="jo@kiln.example")
    case = opened(committed, shop, assignee_id=jo.id)
    assert watch(kit, "2026-11-26T09:59") == 0
    assert watch(kit, "2026-11-26T10:00") == 1
    assert watch(kit, "2026-11-26T10:05") == 0
    letter = letters(committed)[0]
    assert (letter.to_email, letter.params["count"]) == ("jo@kiln.example", "1")
    assert "Ada Quist" in letter.params["cases"]
    assert watch(kit, "2026-11-26T12:01") == 1
    assert len(letters(committed)) == 1
    with committed() as session:
        levels = select(CaseAlarm.level, CaseAlarm.promise).order_by(CaseAlarm.id)
        assert session.execute(levels).all() == [
            ("warning", "first_response"), ("breach", "first_response")
        ]  # fmt: skip
        assert session.scalars(select(CaseAlarm.case_id)).first() == case.id


def test_a_breach_that_nobody_was_warned_of_is_told(
    kit: Kit, committed: Committed, shop: Shop
) -> None:
    opened(committed, shop)
    assert watch(kit, "2026-11-27T10:00") == 1
    assert [one.to_email for one in letters(committed)] == [shop.email]


def test_a_weekend_before_the_promise_is_counted_as_no_time(
    kit: Kit, committed: Committed, shop: Shop
) -> None:
    opened(committed, shop, first_response_due_at=at("2026-11-30T10:00"), promised_at=None)
    assert watch(kit, "2026-11-27T15:59") == 0
    assert watch(kit, "2026-11-27T16:00") == 1  # one hour on Friday, one on Monday


def test_many_promises_make_one_letter(kit: Kit, committed: Committed, shop: Shop) -> None:
    for _ in range(3):
        opened(committed, shop)
    assert watch(kit, "2026-11-26T11:00") == 3
    assert [one.params["count"] for one in letters(committed)] == ["3"]


def test_update_and_resolution_clocks_ring_too(kit: Kit, committed: Committed, shop: Shop) -> None:
    opened(
        committed, shop, first_responded_at=MONDAY_NOON,
        next_update_due_at=at("2026-11-24T10:00"), resolution_due_at=at("2026-11-24T11:00"),
    )  # fmt: skip
    assert watch(kit, "2026-11-24T10:30") == 2
    with committed() as session:
        rung = session.execute(select(CaseAlarm.promise, CaseAlarm.level).order_by(CaseAlarm.id))
        assert rung.all() == [("resolution", "warning"), ("next_update", "breach")]


def test_a_shorter_target_hurries_open_cases_and_no_breach_goes_unseen(
    kit: Kit, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    case = opened(committed, shop)
    with clock.frozen(at("2026-11-24T10:00")):
        assert save_targets(owner, kit, shop, first_response_hours_delay="4").status_code == 302
    assert reread(committed, case).first_response_due_at == at("2026-11-23T16:00")
    assert watch(kit, "2026-11-24T10:01") == 1
    assert len(letters(committed)) == 1


def test_a_longer_target_never_takes_back_what_a_customer_was_told(
    kit: Kit, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    told, untold = opened(committed, shop), opened(committed, shop, promised_at=None)
    with clock.frozen(at("2026-11-24T10:00")):
        save_targets(owner, kit, shop, first_response_hours_delay="32")
    assert reread(committed, told).first_response_due_at == at("2026-11-26T12:00")
    assert reread(committed, untold).first_response_due_at == at("2026-11-27T12:00")


def test_a_new_holiday_on_the_promised_day_means_keeping_it_the_day_before(
    kit: Kit, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    case = opened(committed, shop)
    with clock.frozen(at("2026-11-24T10:00")):
        page = "/admin/helping/hours/holidays"
        owner.post(page, {"day_on": "2026-11-26", "name": "Move"})
        relay_events(kit)
    assert reread(committed, case).first_response_due_at == at("2026-11-25T17:00")


def test_waiting_for_the_customer_does_not_use_up_the_time_to_solve(
    kit: Kit, agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    case = opened(committed, shop, resolution_due_at=None)
    steps = (("2026-11-23T13:00", "waiting"), ("2026-11-24T13:00", "open"))
    for when, state in steps:
        with clock.frozen(at(when)):
            agent.post(f"/admin/cases/{case.id}/state", {"state": state})
    kept = reread(committed, case)
    assert kept.waited_minutes == 8 * 60
    assert kept.resolution_due_at == at("2026-12-08T12:00")  # 80 hours and 8 more
    assert kept.waiting_since is None


def test_the_week_is_kept_with_its_breaks_and_refused_where_it_makes_no_sense(
    kit: Kit, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    week = {"opens_1_0": "09:00", "closes_1_0": "12:00", "opens_1_1": "13:00",
            "closes_1_1": "17:00", "time_zone": "Asia/Kolkata"}  # fmt: skip
    assert owner.post("/admin/helping/hours/week", week).status_code == 302
    with committed() as session:
        kept = session.scalars(select(ShopHours)).one()
    assert kept.week == {"1": [["09:00", "12:00"], ["13:00", "17:00"]]}
    assert kept.time_zone == "Asia/Kolkata"
    for wrong, told in (
        ({"opens_1_1": "11:00"}, "These times overlap."),
        ({"opens_1_1": ""}, "Write both times as 09:00, or none."),
        ({"time_zone": "Mars/Olympus"}, "Such as Europe/Berlin."),
        (dict.fromkeys(week, ""), "Somebody must work at some time"),
    ):
        answer = owner.post("/admin/helping/hours/week", week | wrong)
        assert answer.status_code == 422
        assert told in answer.text


def test_public_holidays_are_taken_over_once(
    owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    path = "/admin/helping/hours/holidays/import"
    with clock.frozen(MONDAY_NOON):
        for _ in range(2):
            assert owner.post(path, {"calendar": "DE-BY", "year": "2026"}).status_code == 302
        assert owner.post(path, {"calendar": "DE-XX", "year": "2026"}).status_code == 422
        assert owner.post(path, {"calendar": "DE", "year": "1999"}).status_code == 422
        assert "Taken" not in owner.get("/admin/helping/hours").text
    with committed() as session:
        rows = session.execute(select(Holiday.day_on, Holiday.source)).all()
        one = session.scalars(select(Holiday)).first()
    assert (date(2026, 12, 25), "DE-BY") in rows
    assert len(rows) == len(set(rows)) > 10
    owner.post(f"/admin/helping/hours/holidays/{one.id}/remove")
    with committed() as session:
        assert len(session.scalars(select(Holiday)).all()) == len(rows) - 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("first_response_hours_delay", ""), ("first_response_hours_delay", "73"),
     ("resolution_hours_other", "0"), ("repeat_cases", "1"), ("high_value", "-3"),
     ("refund_limit", "٣")],
)  # fmt: skip
def test_a_target_that_makes_no_sense_is_refused_with_its_field(
    kit: Kit, owner: SignedIn, shop: Shop, field: str, value: str
) -> None:
    answer = save_targets(owner, kit, shop, **{field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_a_season_note_makes_promises_longer_while_it_lasts(
    kit: Kit, owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    note = {"title": "Christmas", "starts_on": "2026-11-20", "ends_on": "2026-12-24",
            "hours_added": "8", "requests": "slowed", "text_en": "A day longer."}  # fmt: skip
    case = opened(committed, shop, promised_at=None)
    assert owner.post("/admin/helping/seasons/new", note).status_code == 302
    relay_events(kit)
    assert reread(committed, case).first_response_due_at == at("2026-11-27T12:00")
    assert "Christmas" in owner.get("/admin/helping/seasons").text
    assert owner.get("/admin/helping/seasons/new").status_code == 200
    gating = {"text_en": "Please contact us before you post a review."}
    for wrong in ({"ends_on": "2026-11-01"}, {"hours_added": "99"}, {"title": ""}, gating,
                  {"requests": "never"}, {"starts_on": "soon"}):  # fmt: skip
        answer = owner.post("/admin/helping/seasons/new", note | wrong)
        assert answer.status_code == 422, wrong


def test_only_the_owner_of_the_shop_changes_what_it_promises(
    agent: SignedIn, moderator: SignedIn
) -> None:
    for person in (agent, moderator):
        for page in ("hours", "targets", "seasons"):
            assert person.get(f"/admin/helping/{page}").status_code == 403

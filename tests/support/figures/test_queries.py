"""The numbers of a period, against examples that were computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.case_feedback import CaseFeedback, NpsAnswer
from reviewapp.models.case_solution import CaseSolution
from reviewapp.models.support_hours import Holiday, SeasonNote
from reviewapp.support import merging
from reviewapp.support.figures.keeping import measure_earlier
from reviewapp.support.figures.outlook import outlook
from reviewapp.support.figures.queries import Numbers, Wanted, numbers
from reviewapp.support.figures.rules import Recommendation, Scale, Share, Times, weeks
from reviewapp.support.hours import hours_of
from tests import factories
from tests.support.figures.story import BERLIN, Desk, at

HOUR = 3600
NOW = "2026-11-27T12:00"
"""A Friday in the 48th week; four weeks back begin on Monday the 2nd."""


@pytest.fixture
def desk(session: Session) -> Desk:
    """An office from nine to five in Berlin."""
    shop = factories.shop(session)
    return Desk(session, shop, factories.member(session, shop, "agent"))


def numbers_of(desk: Desk, now: str = NOW, **chosen: Any) -> Numbers:
    desk.session.flush()
    shown = weeks(BERLIN, at(now), 4)
    return numbers(desk.session, Wanted(desk.shop.id, shown, at(now), **chosen))


def by_week(found: Numbers) -> dict[str, Any]:
    return {week.name: figures for week, figures in found.weeks.items()}


def test_an_empty_shop_has_numbers_that_say_nothing(desk: Desk) -> None:
    found = numbers_of(desk)
    assert found.all.opened == found.all.orders == found.all.solved == 0
    assert found.all.first_answer.median is found.all.satisfied.percent is None
    assert [week.name for week in found.weeks] == [f"2026-W{number}" for number in range(45, 49)]
    assert found.people == found.routes == {}


def test_times_count_while_the_team_works_and_not_while_it_waits(desk: Desk) -> None:
    # Asked on Friday at 16:00, answered on Monday at 10:00: one hour and one hour.
    case = desk.opened("2026-11-06T16:00")
    desk.answered(case, "2026-11-09T10:00")
    # The customer takes two days; solved two hours after they wrote: 2 + 2 hours of ours.
    desk.wrote(case, "2026-11-11T10:00")
    desk.solved(case, "2026-11-11T12:00")
    week = by_week(numbers_of(desk))
    # By the week it was opened in, and by the week it was solved in.
    assert week["2026-W45"].first_answer == Times(1, 2 * HOUR, 2 * HOUR)
    assert week["2026-W45"].first_in_time == Share(1, 1)
    assert week["2026-W46"].first_answer == Times()
    assert week["2026-W46"].solving == Times(1, 4 * HOUR, 4 * HOUR)
    assert week["2026-W46"].solved_in_time == Share(1, 1)
    # They wrote after the first answer: not at first contact.
    assert week["2026-W46"].first_contact == Share(0, 1)


def test_a_calendar_changed_later_changes_no_number(desk: Desk) -> None:
    case = desk.opened("2026-11-06T16:00")
    desk.answered(case, "2026-11-09T10:00")
    desk.solved(case, "2026-11-09T11:00")
    before = numbers_of(desk)
    day_on = at("2026-11-09T12:00").date()
    factories.add(desk.session, Holiday(shop_id=desk.shop.id, day_on=day_on))
    assert numbers_of(desk) == before
    assert before.all.solving.median == 2 * HOUR


def test_solved_at_first_contact_takes_one_answer_that_lasts_seven_days(desk: Desk) -> None:
    at_once, reopened, unanswered, late, young = (desk.opened("2026-11-09T09:00") for _ in range(5))
    for case in (at_once, reopened, late):
        desk.answered(case, "2026-11-09T10:00")
    for case in (at_once, reopened, unanswered, late):
        desk.solved(case, "2026-11-09T11:00")
    desk.wrote(reopened, "2026-11-16T10:59")
    desk.wrote(late, "2026-11-16T11:01")
    desk.answered(young, "2026-11-23T10:00")
    desk.solved(young, "2026-11-23T11:00")
    week = by_week(numbers_of(desk))
    # The one reopened within seven days, and the one that nobody answered, are none.
    assert week["2026-W46"].first_contact == Share(2, 4)
    assert week["2026-W46"].reopened == Share(1, 4)
    # Too early to say of what was solved less than seven days ago.
    assert week["2026-W48"].first_contact == week["2026-W48"].reopened == Share()
    assert week["2026-W48"].solved == 1
    # What was reopened is solved again: all its rounds count, and what lay between does not.
    desk.solved(reopened, "2026-11-16T12:00")
    assert by_week(numbers_of(desk))["2026-W47"].solving == Times(1, 2 * HOUR + 60, 2 * HOUR + 60)


def test_merged_cases_count_once_and_split_ones_were_opened_once(desk: Desk) -> None:
    first = desk.opened("2026-11-09T09:00")
    desk.answered(first, "2026-11-09T10:00")
    desk.solved(first, "2026-11-09T10:00")
    asked = {"customer_id": first.customer_id, "request_id": first.request_id}
    second = desk.opened("2026-11-10T09:00", **asked)
    with desk.on("2026-11-10T10:00"):
        merging.merge(desk.session, desk.shop, first, second, desk.by())
    found = numbers_of(desk).all
    assert (found.opened, found.solved) == (1, 1)
    # The first solution did not last: they wrote again about it.
    assert found.reopened == Share(1, 1)
    assert found.solving.count == 0
    third = desk.opened("2026-11-12T09:00")
    third.split_from_id = second.id
    assert numbers_of(desk).all.opened == 1


def test_an_unanswered_case_is_late_once_its_promise_broke(desk: Desk) -> None:
    desk.opened("2026-11-23T09:00")
    assert numbers_of(desk, "2026-11-25T16:59").all.first_in_time == Share()
    assert numbers_of(desk, "2026-11-25T17:01").all.first_in_time == Share(0, 1)


def test_numbers_by_kind_and_person_add_up_and_can_be_chosen(desk: Desk) -> None:
    other = factories.member(desk.session, desk.shop, "agent", name="Mia")
    kinds = ("delay", "delay", "return")
    cases = [desk.opened("2026-11-09T09:00", route=kind) for kind in kinds]
    cases[2].assignee_id = other.id
    for case in cases:
        desk.answered(case, "2026-11-09T10:00")
        desk.solved(case, "2026-11-09T11:00")
    for case, csat, effort, nps in zip(cases, (5, 3, 4), (1, 5, 3), (10, 6, 8), strict=True):
        shared = {"shop_id": desk.shop.id, "case_id": case.id, "created_at": at(NOW)}
        shared["created_at"] -= timedelta(days=10)
        person = {"member_id": case.assignee_id}
        factories.add(desk.session, CaseFeedback(**shared, **person, csat=csat, effort=effort))
        factories.add(desk.session, NpsAnswer(**shared, customer_id=case.customer_id, score=nps))
    for _ in range(4):
        factories.order(desk.session, desk.shop, ordered_at=at("2026-11-10T09:00"))
    found = numbers_of(desk)
    assert found.all.satisfied == Share(2, 3)
    assert found.all.satisfaction == Scale(3, 12)
    assert found.all.effort == Scale(3, 9)
    assert found.all.recommendation == Recommendation(3, 1, 1)
    assert {kind: figures.opened for kind, figures in found.routes.items()} == {
        "delay": 2, "return": 1,
    }  # fmt: skip
    assert found.routes["delay"].orders == found.all.orders == 4
    assert found.routes["return"].recommendation == Recommendation(1, 0, 0)
    # Whoever wrote the first answer; whoever owned the case when it was solved.
    assert found.people[desk.agent.id].first_answer.count == 3
    assert found.people[desk.agent.id].solved == 2
    assert found.people[other.id].solved == 1
    assert found.people[other.id].satisfied == Share(1, 1)
    assert found.people[other.id].orders is None
    chosen = numbers_of(desk, route="return", person=other.id).all
    assert (chosen.opened, chosen.solved, chosen.orders) == (0, 1, None)
    stranger = factories.shop(desk.session)
    assert numbers_of(Desk(desk.session, stranger, other)).all.solved == 0


def test_what_happened_before_numbers_were_kept_is_measured_later(
    kit: Kit, committed: Callable[[], Any], shop: Shop
) -> None:
    with committed() as session:
        desk = Desk(session, shop, factories.member(session, shop, "agent"))
        case = desk.opened("2026-11-06T16:00")
        desk.answered(case, "2026-11-09T10:00")
        desk.solved(case, "2026-11-09T12:00")
        row = session.scalars(select(CaseSolution)).one()
        measured = (case.first_response_seconds, row.working_seconds)
        case.first_response_seconds = row.working_seconds = None
    with desk.on(NOW):
        assert measure_earlier(kit) == 2
        assert measure_earlier(kit) == 0
    with committed() as session:
        answered = session.scalars(select(Case.first_response_seconds)).one()
        solved = session.scalars(select(CaseSolution.working_seconds)).one()
    # Two hours until the answer; it waited for the customer from then until it was solved.
    assert (answered, solved) == measured == (7200, 7200)


def test_on_the_days_of_a_season_note_last_year_counts(desk: Desk) -> None:
    note = {"starts_on": date(2026, 11, 25), "ends_on": date(2026, 11, 26), "title": "Sale"}
    factories.add(desk.session, SeasonNote(shop_id=desk.shop.id, **note))
    # 52 weeks before the Wednesday and the Thursday.
    for moment, cases in (("2025-11-26T09:00", 30), ("2025-11-27T09:00", 10)):
        for _ in range(cases):
            desk.opened(moment).state = "solved"
    case = desk.opened("2026-11-16T09:00")
    for _ in range(40):
        solved = CaseSolution(
            shop_id=desk.shop.id, case_id=case.id, number=1, route="delay", one_answer=True,
            solved_at=at("2026-11-17T12:00"), working_seconds=60,
        )  # fmt: skip
        factories.add(desk.session, solved)
    with desk.on("2026-11-24T00:00") as now:
        hours = hours_of(desk.session, desk.shop)
        found = outlook(desk.session, desk.shop, hours, now)
        usual = outlook(desk.session, desk.shop, hours, now, expected_arrivals={})
    assert found is not None
    assert usual is not None
    came = {day.day_on.day: round(day.arrivals, 2) for day in found.days}
    # Until five on Wednesday 17/24 of its 30; what follows of it, and 17/24 of 10, on Thursday.
    assert came[25] == round(30 * 17 / 24, 2)
    assert came[26] == round(30 * 7 / 24 + 10 * 17 / 24, 2)
    assert {round(day.arrivals, 2) for day in usual.days if day.day_on.weekday() == 2} == {0}


def test_the_migration_finds_the_last_solution_of_each_case(desk: Desk) -> None:
    asked_again, at_once = (desk.opened("2026-11-09T09:00") for _ in range(2))
    for case in (asked_again, at_once):
        desk.answered(case, "2026-11-09T10:00")
    desk.wrote(asked_again, "2026-11-09T11:00")
    for case in (asked_again, at_once):
        desk.solved(case, "2026-11-09T12:00")
    desk.opened("2026-11-09T09:00")
    told = select(
        CaseSolution.case_id, CaseSolution.number, CaseSolution.solved_at, CaseSolution.due_at,
        CaseSolution.member_id, CaseSolution.one_answer,
    ).order_by(CaseSolution.case_id)  # fmt: skip
    kept = desk.session.execute(told).all()
    desk.session.execute(delete(CaseSolution))
    step = import_module("reviewapp.migrations.versions.0031_case_numbers")
    desk.session.execute(text(step.SOLVED_BEFORE))
    assert desk.session.execute(told).all() == kept
    assert sorted(row.one_answer for row in kept) == [False, True]

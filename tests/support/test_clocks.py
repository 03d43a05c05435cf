"""The case clock: working hours only, holidays out, clock changes counted as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.support.clocks import (
    OFFICE,
    Hours,
    Season,
    due_at,
    elapsed,
    keepable,
    last_working_moment,
    overlapping,
    season_hours,
    spans,
    works_at,
)

BERLIN, NEW_YORK, KOLKATA = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours_from(
    days: Mapping[int, Any] | None = None, zone: ZoneInfo = BERLIN, **values: Any
) -> Hours:
    week = OFFICE if days is None else tuple(tuple(days.get(day, ())) for day in range(7))
    return Hours(zone=zone, week=week, **values)


def due(start: str, hours: float, calendar: Hours, zone: ZoneInfo = BERLIN) -> datetime | None:
    return due_at(calendar, at(start, zone), timedelta(hours=hours))


@pytest.mark.parametrize(
    ("opened", "hours", "expected"),
    [
        ("2026-11-23T10:00", 4, "2026-11-23T14:00"),
        ("2026-11-23T15:00", 4, "2026-11-24T11:00"),
        ("2026-11-23T09:00", 8, "2026-11-23T17:00"),
        ("2026-11-23T09:00", 24, "2026-11-25T17:00"),
        ("2026-11-20T16:00", 2, "2026-11-23T10:00"),
        ("2026-11-21T12:00", 1, "2026-11-23T10:00"),
        ("2026-11-23T03:00", 0, "2026-11-23T09:00"),
        ("2026-11-23T23:59", 1, "2026-11-24T10:00"),
    ],
)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, KOLKATA])
def test_only_working_hours_of_the_teams_zone_count(
    zone: ZoneInfo, opened: str, hours: float, expected: str
) -> None:
    assert due(opened, hours, hours_from(zone=zone), zone) == at(expected, zone)


def test_one_instant_is_due_at_three_moments_in_three_zones() -> None:
    noon_utc = datetime(2026, 11, 23, 12, tzinfo=UTC)
    found = [due_at(hours_from(zone=z), noon_utc, timedelta(hours=8)) for z in (BERLIN, NEW_YORK)]
    assert found == [at("2026-11-24T13:00"), at("2026-11-23T17:00", NEW_YORK)]
    # 17:30 in India: the day is over.
    assert due_at(hours_from(zone=KOLKATA), noon_utc, timedelta(hours=8)) == at(
        "2026-11-24T17:00", KOLKATA
    )


def test_a_lunch_break_is_no_working_time() -> None:
    split = hours_from({0: [(time(9), time(12)), (time(13), time(17))]})
    assert due("2026-11-23T11:00", 2, split) == at("2026-11-23T14:00")
    assert not works_at(split, at("2026-11-23T12:30"))


def test_a_holiday_is_passed_over() -> None:
    calendar = hours_from(holidays_on=frozenset({date(2026, 12, 25)}))
    assert due("2026-12-24T16:00", 2, calendar) == at("2026-12-28T10:00")
    assert elapsed(calendar, at("2026-12-24T16:00"), at("2026-12-28T10:00")) == timedelta(hours=2)


def test_the_hour_that_does_not_exist_is_not_counted() -> None:
    sunday = hours_from({6: [(time(1), time(4))]})
    assert due("2026-03-29T01:00", 2, sunday) == at("2026-03-29T04:00")
    assert elapsed(sunday, at("2026-03-28T00:00"), at("2026-03-30T00:00")) == timedelta(hours=2)


def test_the_hour_that_comes_twice_counts_twice() -> None:
    sunday = hours_from({6: [(time(1), time(4))]})
    assert due("2026-10-25T01:00", 4, sunday) == at("2026-10-25T04:00")
    assert elapsed(sunday, at("2026-10-24T00:00"), at("2026-10-26T00:00")) == timedelta(hours=4)


@pytest.mark.parametrize(
    ("friday", "monday"),
    [("2026-03-27T16:00", "2026-03-30T10:00"), ("2026-10-23T16:00", "2026-10-26T10:00")],
)
def test_office_hours_are_the_teams_hours_on_both_sides_of_a_clock_change(
    friday: str, monday: str
) -> None:
    assert due(friday, 2, hours_from()) == at(monday)


def test_a_night_shift_runs_into_the_next_day() -> None:
    nights = hours_from({0: [(time(22), time(6))]})
    assert due("2026-11-24T02:00", 3, nights) == at("2026-11-24T05:00")
    assert works_at(nights, at("2026-11-24T05:59"))
    assert last_working_moment(nights, at("2026-11-24T08:00")) == at("2026-11-24T06:00")


def test_hours_until_midnight_end_at_midnight() -> None:
    late = hours_from({0: [(time(20), time(0))]})
    assert due("2026-11-23T20:00", 4, late) == at("2026-11-24T00:00")


def test_a_team_that_never_works_promises_nothing() -> None:
    never = hours_from({})
    assert due("2026-11-23T10:00", 1, never) is None
    assert last_working_moment(never, at("2026-11-23T10:00")) is None
    assert not never.ever


def test_a_promise_for_a_day_off_must_be_kept_before_it() -> None:
    calendar = hours_from(holidays_on=frozenset({date(2026, 11, 25)}))
    told, now = at("2026-11-25T11:00"), at("2026-11-24T10:00")
    assert keepable(calendar, told, now) == at("2026-11-24T17:00")
    assert keepable(calendar, told, at("2026-11-24T18:00")) is None
    assert keepable(hours_from(), told, now) == told


def test_season_notes_add_hours_to_what_comes_in_while_they_last() -> None:
    season = Season(date(2026, 11, 23), date(2026, 12, 24), 8)
    calendar = hours_from(seasons=(season, Season(date(2026, 12, 24), date(2026, 12, 31), 4)))
    told = {day: season_hours(calendar, at(f"2026-{day}T12:00")) for day in ("11-22", "11-23",
            "12-24", "12-31")}  # fmt: skip
    assert told == {"11-22": 0, "11-23": 8, "12-24": 12, "12-31": 4}


def test_spans_that_share_time_are_told_apart_from_those_that_follow() -> None:
    assert overlapping([(time(9), time(13)), (time(12), time(17))])
    assert not overlapping([(time(13), time(17)), (time(9), time(13))])
    assert overlapping([(time(22), time(6)), (time(23), time(23, 30))])


SPANS = st.tuples(st.times(), st.times())
CALENDARS = st.builds(
    Hours,
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
    ).map(ZoneInfo),
    week=st.lists(st.lists(SPANS, max_size=2).map(tuple), min_size=7, max_size=7).map(tuple),
    holidays_on=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
)
INSTANTS = st.datetimes(
    datetime(2026, 1, 1),  # the strategy adds the zone
    datetime(2026, 12, 31),  # as above
    timezones=st.just(UTC),
)
LENGTHS = st.floats(0, 30).map(lambda hours: timedelta(hours=hours))


@given(INSTANTS, CALENDARS, LENGTHS)
def test_elapsed_until_the_due_moment_is_the_target(
    opened: datetime, calendar: Hours, target: timedelta
) -> None:
    promised = due_at(calendar, opened, target)
    if promised is not None:
        assert promised >= opened
        assert elapsed(calendar, opened, promised) == target
        assert works_at(calendar, promised)


@given(INSTANTS, CALENDARS, LENGTHS, LENGTHS)
def test_a_longer_target_is_never_due_earlier(
    opened: datetime, calendar: Hours, target: timedelta, more: timedelta
) -> None:
    sooner, later = due_at(calendar, opened, target), due_at(calendar, opened, target + more)
    assert sooner is None or later is None or sooner <= later


@given(INSTANTS, CALENDARS, st.lists(LENGTHS, min_size=2, max_size=2))
def test_elapsed_time_adds_up_and_never_runs_backwards(
    start: datetime, calendar: Hours, lengths: list[timedelta]
) -> None:
    middle, end = start + lengths[0], start + lengths[0] + lengths[1]
    parts = elapsed(calendar, start, middle), elapsed(calendar, middle, end)
    assert min(parts) >= timedelta(0)
    assert elapsed(calendar, start, end) == sum(parts, timedelta(0))
    assert elapsed(calendar, end, start) == timedelta(0)


@given(INSTANTS, CALENDARS, LENGTHS)
def test_what_is_due_within_the_warning_is_exactly_what_has_so_little_time_left(
    now: datetime, calendar: Hours, target: timedelta
) -> None:
    # The desk warns of all that is due before `due_at(now, 2 h)`: one comparison in SQL.
    horizon = due_at(calendar, now, timedelta(hours=2))
    promised = due_at(calendar, now, target)
    if horizon is not None and promised is not None:
        assert (promised <= horizon) == (elapsed(calendar, now, promised) <= timedelta(hours=2))


@given(INSTANTS, CALENDARS)
def test_working_times_follow_one_another(since: datetime, calendar: Hours) -> None:
    before = since
    for opens, closes in spans(calendar, since, 60):
        assert before <= opens < closes
        before = closes


@given(INSTANTS, CALENDARS)
def test_the_last_working_moment_is_the_last(at_: datetime, calendar: Hours) -> None:
    last = last_working_moment(calendar, at_)
    if last is not None:
        assert last <= at_
        assert elapsed(calendar, last, at_) == timedelta(0)
        assert works_at(calendar, last)

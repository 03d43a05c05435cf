"""The case clock: working hours only, holidays out, clock changes counted as they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.models.shop_settings import BusinessHours
from reviewapp.support.rules import first_response_due, working_times

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours()
"""Monday to Friday, 9 to 17."""


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
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
def test_only_working_hours_count(opened: str, hours: float, due: str) -> None:
    assert first_response_due(at(opened), hours, OFFICE, BERLIN) == at(due)


def test_a_holiday_is_passed_over() -> None:
    calendar = BusinessHours(holidays_on=("2026-12-25",))
    due = first_response_due(at("2026-12-24T16:00"), 2, calendar, BERLIN)
    assert due == at("2026-12-28T10:00")


def test_the_hour_that_does_not_exist_is_not_counted() -> None:
    sunday = BusinessHours(week={6: (time(1), time(4))})
    due = first_response_due(at("2026-03-29T01:00"), 2, sunday, BERLIN)
    assert due == at("2026-03-29T04:00")


def test_the_hour_that_comes_twice_counts_twice() -> None:
    sunday = BusinessHours(week={6: (time(1), time(4))})
    due = first_response_due(at("2026-10-25T01:00"), 4, sunday, BERLIN)
    assert due == at("2026-10-25T04:00")


def test_a_night_shift_runs_into_the_next_day() -> None:
    nights = BusinessHours(week={0: (time(22), time(6))})
    assert first_response_due(at("2026-11-24T02:00"), 3, nights, BERLIN) == at("2026-11-24T05:00")


def test_hours_until_midnight_end_at_midnight() -> None:
    late = BusinessHours(week={0: (time(20), time(0))})
    assert first_response_due(at("2026-11-23T20:00"), 4, late, BERLIN) == at("2026-11-24T00:00")


def test_a_team_that_never_works_promises_nothing() -> None:
    assert first_response_due(at("2026-11-23T10:00"), 1, BusinessHours(week={}), BERLIN) is None


CALENDARS = st.builds(
    BusinessHours,
    week=st.dictionaries(
        st.integers(0, 6), st.tuples(st.times(), st.times()), min_size=1, max_size=7
    ),
    holidays_on=st.lists(
        st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat), max_size=5
    ).map(tuple),
)
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
INSTANTS = st.datetimes(
    datetime(2026, 1, 1),  # the strategy adds the zone
    datetime(2026, 12, 31),  # as above
    timezones=st.just(UTC),
)


@given(INSTANTS, CALENDARS, ZONES, st.floats(0, 40))
def test_exactly_the_target_of_working_time_lies_before_the_due_moment(
    opened: datetime, calendar: BusinessHours, zone: ZoneInfo, hours: float
) -> None:
    due = first_response_due(opened, hours, calendar, zone)
    if due is None:
        return
    assert due >= opened
    worked = sum(
        (
            max(timedelta(0), min(closes, due) - max(opens, opened))
            for opens, closes in working_times(opened, calendar, zone)
        ),
        timedelta(0),
    )
    assert abs(worked - timedelta(hours=hours)) < timedelta(milliseconds=1)


@given(INSTANTS, CALENDARS, ZONES, st.floats(0, 20), st.floats(0, 20))
def test_a_longer_target_is_never_due_earlier(
    opened: datetime, calendar: BusinessHours, zone: ZoneInfo, hours: float, more: float
) -> None:
    sooner = first_response_due(opened, hours, calendar, zone)
    later = first_response_due(opened, hours + more, calendar, zone)
    assert sooner is None or later is None or sooner <= later


@given(INSTANTS, CALENDARS, ZONES)
def test_working_times_follow_one_another(
    since: datetime, calendar: BusinessHours, zone: ZoneInfo
) -> None:
    before = since
    for opens, closes in working_times(since, calendar, zone):
        assert before <= opens < closes
        before = closes

"""The look ahead: the queue played forward over the calendar, against examples by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.support.clocks import OFFICE, Hours, Season
from reviewapp.support.figures.forecast import AHEAD_DAYS, Pace, forecast
from tests.support.figures.story import BERLIN, at

OPEN = Hours(BERLIN)
MONDAY = at("2026-11-23T09:00")
NOBODY = [0.0] * 7


def pace(per_hour: float = 1, arrivals: list[float] | None = None, target: float = 8) -> Pace:
    return Pace(per_hour, arrivals or NOBODY, timedelta(hours=target))


def test_an_empty_queue_keeps_every_promise() -> None:
    found = forecast(OPEN, MONDAY, [], pace())
    assert (found.late_now, found.late_from, found.late) == (0, None, 0)
    assert [day.day_on.weekday() for day in found.days] == [0, 1, 2, 3, 4] * 2


def test_whoever_is_owed_last_waits_until_the_others_are_done() -> None:
    # Four cases due at 12:00 and one an hour: the third is done at 12:00, the fourth is late.
    found = forecast(OPEN, MONDAY, [at("2026-11-23T12:00")] * 4, pace())
    assert found.late_from == at("2026-11-23T12:00")
    assert found.late == 1
    assert found.days[0].left == 0
    # Due at 14:00 and handed in in any order: all four are kept.
    mixed = [at("2026-11-23T14:00"), at("2026-11-23T10:00")] * 2
    assert forecast(OPEN, MONDAY, mixed, pace()).late == 1
    assert forecast(OPEN, MONDAY, [at("2026-11-23T14:00")] * 4, pace()).late_from is None


def test_what_is_late_already_comes_first_and_is_told_apart() -> None:
    found = forecast(OPEN, MONDAY, [MONDAY - timedelta(days=3)] * 2 + [at("2026-11-23T11:30")],
                     pace())  # fmt: skip
    assert found.late_now == 2
    assert (found.late, found.late_from) == (1, at("2026-11-23T11:30"))


def test_more_coming_in_than_is_solved_is_late_from_some_moment_on() -> None:
    # Twelve come in on each day, eight are solved: the queue grows by four a working day.
    found = forecast(OPEN, MONDAY, [], pace(1, [12.0] * 5 + [0.0, 0.0]))
    assert found.late_from is not None
    assert found.late_from > MONDAY + timedelta(days=1)
    assert found.days[3].left > found.days[1].left > found.days[0].left
    assert found.days[1].arrivals == pytest.approx(12, abs=0.01)
    assert all(day.solved == pytest.approx(8) for day in found.days[1:5])
    # With two people more, nothing is late.
    assert forecast(OPEN, MONDAY, [], pace(3, [12.0] * 5 + [0.0, 0.0])).late == 0


def test_a_holiday_makes_a_promise_late_that_was_kept_without_it() -> None:
    owed = [at("2026-11-24T12:00")] * 10
    assert forecast(OPEN, MONDAY, owed, pace()).late == 0
    closed = Hours(BERLIN, holidays_on=frozenset({date(2026, 11, 24)}))
    found = forecast(closed, MONDAY, owed, pace())
    assert (found.late, found.late_from) == (2, at("2026-11-24T12:00"))
    assert date(2026, 11, 24) not in [day.day_on for day in found.days]


def test_a_season_note_gives_newcomers_more_time() -> None:
    busy = pace(1, [12.0] * 5 + [0.0, 0.0])
    note = Season(date(2026, 11, 23), date(2026, 12, 31), 72)
    usual, noted = (forecast(Hours(BERLIN, seasons=notes), MONDAY, [], busy) for notes in
                    ((), (note,)))  # fmt: skip
    assert usual.late > noted.late == 0


def test_a_weekend_s_cases_are_all_owed_on_monday() -> None:
    # From Friday 17:00 to Monday 9:00 come 4 * 7/24 + 8 + 4 * 9/24 = 10.7, due on Monday at 17:00;
    # eight are done by then.
    found = forecast(OPEN, MONDAY, [], pace(1, [4.0] * 7))
    assert found.late == 3
    assert found.late_from == at("2026-11-30T17:00")


def test_expected_arrivals_stand_in_place_of_the_usual_ones() -> None:
    four = pace(1, [4.0] * 5 + [0.0, 0.0])
    usual = forecast(OPEN, MONDAY, [], four)
    rush = forecast(OPEN, MONDAY, [], four, expected_arrivals={date(2026, 11, 25): 40.0})
    assert usual.late == 0
    assert rush.late > 0
    assert rush.late_from is not None
    assert rush.late_from >= at("2026-11-25T09:00")
    told = {day.day_on: day.arrivals for day in rush.days}
    assert told[date(2026, 11, 24)] == pytest.approx(4)
    # Evenly over the day: until 17:00 seventeen of 24 hours of the rush have passed, and seven of
    # the 4 that came the evening before.
    assert told[date(2026, 11, 25)] == pytest.approx(40 * 17 / 24 + 4 * 7 / 24)


def test_nobody_at_work_leaves_everything_as_it_is() -> None:
    never = Hours(BERLIN, week=((),) * 7)
    assert forecast(never, MONDAY, [MONDAY + timedelta(hours=1)], pace()).days == []
    still = forecast(OPEN, MONDAY, [at("2026-11-23T12:00")] * 2, pace(0))
    assert (still.late, still.late_from) == (2, at("2026-11-23T12:00"))


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(ZONES, STARTS, st.lists(st.integers(-50, 300), max_size=30), st.floats(0, 20),
       st.floats(0, 40))  # fmt: skip
def test_no_case_is_lost_or_made_up_over_clock_changes(
    zone: str, now: datetime, due_in: list[int], per_hour: float, a_day: float
) -> None:
    owed = [now + timedelta(hours=hours) for hours in due_in]
    found = forecast(
        Hours(ZoneInfo(zone), week=(*OFFICE[:6], ((time(22), time(2)),))),
        now, owed, pace(per_hour, [a_day] * 7),
    )  # fmt: skip
    came = sum(day.arrivals for day in found.days)
    done = sum(day.solved for day in found.days)
    assert found.days[-1].left == pytest.approx(len(owed) + came - done, abs=1e-6)
    assert came <= a_day * (AHEAD_DAYS + 0.1) + 1e-6
    assert found.late_now == sum(due <= now for due in owed)
    if found.late_from is not None:
        assert found.late_from > now
        assert found.late >= 1

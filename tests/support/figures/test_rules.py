"""Shares, times and scores, and when they say too little; weeks of three zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.support.figures.rules import (
    LEAST,
    Figures,
    Recommendation,
    Scale,
    Share,
    Times,
    times_of,
    weeks,
)

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Cairo")


def test_too_few_make_no_percentage_no_mean_and_no_score() -> None:
    assert Share(2, LEAST - 1).percent is Scale(LEAST - 1, 40).mean is None
    assert Times(LEAST - 1, 60, 90).p90 is Recommendation(LEAST - 1, 9, 0).score is None
    assert Figures(opened=3, orders=LEAST - 1).contact_rate is None
    assert Recommendation(LEAST - 1, 5, 4).margin is None


def test_from_ten_on_they_are_told() -> None:
    assert Share(9, 12).percent == 75
    assert Times(10, 60, 90).p90 == 90
    assert Scale(12, 50).mean == 4.2
    assert Figures(opened=3, orders=40).contact_rate == 7.5


def test_half_and_nine_of_ten_are_lengths_that_occurred() -> None:
    assert times_of([]) == Times()
    assert times_of([7]) == Times(1, 7, 7)
    assert times_of([4, 1, 3, 2]) == Times(4, 2, 4)
    assert times_of(range(10, 0, -1)) == Times(10, 5, 9)
    assert times_of(range(1, 12)) == Times(11, 6, 10)


def test_the_recommendation_has_a_margin_of_what_so_few_can_tell() -> None:
    # 60 of 100 promote, 20 detract: the mean is .4, the variance .8 - .16 = .64, the standard
    # error .8 / 10 = .08, and 1.96 times that is 15.7 points.
    found = Recommendation(100, 60, 20)
    assert (found.score, found.margin) == (40, 16)
    assert Recommendation(10, 10, 0).score == 100
    assert Recommendation(10, 10, 0).margin is None


@pytest.mark.parametrize(
    ("zone", "change", "hours"),
    [
        ("Europe/Berlin", "2026-03-25T12:00", 167),
        ("Europe/Berlin", "2026-10-21T12:00", 169),
        ("America/New_York", "2026-03-04T12:00", 167),
        ("America/New_York", "2026-10-28T12:00", 169),
        ("Asia/Kolkata", "2026-10-21T12:00", 168),
        ("Africa/Cairo", "2026-04-22T12:00", 167),
    ],
)
def test_a_week_is_as_long_as_its_clocks_make_it(zone: str, change: str, hours: int) -> None:
    here = ZoneInfo(zone)
    found = weeks(here, datetime.fromisoformat(change).replace(tzinfo=here), 1)[0]
    assert found.ends_at - found.starts_at == timedelta(hours=hours)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.integers(1, 60),
)
def test_weeks_leave_no_gap_and_end_with_this_one(now: datetime, name: str, count: int) -> None:
    zone = ZoneInfo(name)
    found = weeks(zone, now, count)
    assert len(found) == count
    assert found[-1].starts_at <= now < found[-1].ends_at
    for week, following in pairwise(found):
        assert week.ends_at == following.starts_at
    for week in found:
        begins = week.starts_at.astimezone(zone)
        assert begins.weekday() == 0
        assert week.name == f"{begins:%G-W%V}"


def test_a_year_may_have_fifty_three_weeks() -> None:
    found = weeks(ZoneInfo("Europe/Berlin"), datetime(2027, 1, 3, 22, tzinfo=UTC), 1)[0]
    assert found.name == "2026-W53"
    found = weeks(ZoneInfo("Europe/Berlin"), datetime(2027, 1, 3, 23, tzinfo=UTC), 1)[0]
    assert found.name == "2027-W01"

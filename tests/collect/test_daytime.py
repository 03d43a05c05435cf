from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.collect.daytime import customer_zone, in_daytime, main_zone

BERLIN, NEW_YORK, LORD_HOWE = (
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
)


def local(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
def test_inside_the_hours_nothing_moves(zone: ZoneInfo) -> None:
    at = local(zone, 2026, 6, 3, 14, 25)
    assert in_daytime(at, zone, 9, 19) == at


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
def test_the_evening_waits_for_the_morning(zone: ZoneInfo) -> None:
    assert in_daytime(local(zone, 2026, 6, 3, 19), zone, 9, 19) == local(zone, 2026, 6, 4, 9)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
def test_the_night_waits_for_the_morning(zone: ZoneInfo) -> None:
    assert in_daytime(local(zone, 2026, 6, 3, 3), zone, 9, 19) == local(zone, 2026, 6, 3, 9)


@pytest.mark.parametrize(
    ("zone", "eve", "night_hours"),
    [
        (BERLIN, (2026, 3, 28, 20), 12),
        (BERLIN, (2026, 10, 24, 20), 14),
        (NEW_YORK, (2026, 3, 7, 20), 12),
        (NEW_YORK, (2026, 10, 31, 20), 14),
        (LORD_HOWE, (2026, 10, 3, 20), 12.5),
        (LORD_HOWE, (2026, 4, 4, 20), 13.5),
    ],
)
def test_nights_in_which_the_clocks_change_end_at_nine_too(
    zone: ZoneInfo, eve: tuple[int, ...], night_hours: float
) -> None:
    evening = local(zone, *eve)
    opened = in_daytime(evening, zone, 9, 19)
    assert opened.astimezone(zone).hour == 9
    assert opened - evening.astimezone(UTC) == timedelta(hours=night_hours)


def test_hours_that_open_in_a_gap_open_with_the_jump() -> None:
    opened = in_daytime(local(BERLIN, 2026, 3, 29, 1), BERLIN, 2, 6)
    assert opened.astimezone(BERLIN) == local(BERLIN, 2026, 3, 29, 3)


def test_hours_that_lie_in_a_gap_are_those_of_the_next_day() -> None:
    opened = in_daytime(local(BERLIN, 2026, 3, 29, 1), BERLIN, 2, 3)
    assert opened.astimezone(BERLIN) == local(BERLIN, 2026, 3, 30, 2)


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
    ),
)
def test_the_moment_is_never_earlier_always_by_day_and_at_most_a_night_later(
    at: datetime, zone: str
) -> None:
    moment = in_daytime(at, ZoneInfo(zone), 9, 19)
    assert at <= moment <= at + timedelta(hours=15)
    assert 9 <= moment.astimezone(ZoneInfo(zone)).hour < 19


@pytest.mark.parametrize(
    ("known", "zone"),
    [
        (("Asia/Tokyo", "Europe/Paris", "BR", "Europe/Berlin"), "Asia/Tokyo"),
        ((None, "Europe/Paris", "BR", "Europe/Berlin"), "Europe/Paris"),
        ((None, None, "br", "Europe/Berlin"), "America/Sao_Paulo"),
        ((None, None, "AT", "Europe/Berlin"), "Europe/Vienna"),
        ((None, None, None, "Europe/Berlin"), "Europe/Berlin"),
        (("Mars/Olympus", "../etc/passwd", "XX", "nowhere"), "UTC"),
    ],
)
def test_the_zone_is_the_first_that_is_known(
    known: tuple[str | None, str | None, str | None, str], zone: str
) -> None:
    assert customer_zone(*known).key == zone


def test_every_country_with_people_has_a_main_zone() -> None:
    uninhabited = {"AQ", "UM", "001", "ZZ"}
    countries = set(get_global("territory_zones")) - uninhabited
    missing = {country for country in countries if main_zone(country) is None}
    assert missing == set()
    assert all(ZoneInfo(main_zone(country) or "") for country in countries)

"""How many cases a time to come will bring, from the same days of last year. Pure.

Last year's day is the one 52 weeks before: the same weekday, so that a Monday is held against a
Monday. What those days brought is multiplied by how much the shop has grown since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LAST_YEAR = timedelta(weeks=52)
GROWTH_DAYS = 28
"""Growth is the last four full weeks against the same four of last year."""
FEWEST = 20
"""With fewer than so many on either side a growth would be chance, and none is reckoned with."""


@dataclass(frozen=True)
class Growth:
    """This year's weeks over last year's; `by` says of what: `orders`, `cases` or `unknown`."""

    factor: float
    by: str


def last_years(day: date) -> date:
    """The day of last year that is held against this one."""
    return day - LAST_YEAR


def growth_weeks(as_of: date) -> tuple[date, date]:
    """First and last day of the four full weeks before `as_of`."""
    return as_of - timedelta(days=GROWTH_DAYS), as_of - timedelta(days=1)


def growth_from(counts: Iterable[tuple[str, int, int]]) -> Growth:
    """The first of (name, this year, last year) that has FEWEST on both sides; else none: 1."""
    for by, now, then in counts:
        if now >= FEWEST and then >= FEWEST:
            return Growth(now / then, by)
    return Growth(1.0, "unknown")


def expected_arrivals(
    days: Iterable[date], last_year: Mapping[date, int], growth: float
) -> dict[date, float]:
    """Cases expected on each of `days`; empty where last year brought none on any of them.

    `last_year` holds cases opened by day; a day that is not in it had none.
    """
    expected = {day: last_year.get(last_years(day), 0) * growth for day in days}
    return expected if any(expected.values()) else {}

"""Clocks of a case: when a first answer is due in the hours the team works (playbook 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from reviewapp.models.shop_settings import BusinessHours

HORIZON_DAYS = 400
"""How far ahead working time is looked for; a calendar without any has no due moment."""
ONE_DAY = timedelta(days=1)


def first_response_due(
    opened_at: datetime, target_hours: float, calendar: BusinessHours, zone: tzinfo
) -> datetime | None:
    """The instant (UTC) at which `target_hours` of working time have passed since `opened_at`.

    Time counts only while the team works: weekday hours in the shop's zone, holidays out, a day
    that the clocks make longer or shorter counted as long as it is. None: nobody ever works, so
    nothing can be promised.
    """
    left = timedelta(hours=target_hours)
    for opens_at, closes_at in working_times(opened_at, calendar, zone):
        starts_at = max(opens_at, opened_at)
        if closes_at - starts_at >= left:
            return starts_at + left
        left -= closes_at - starts_at
    return None


def working_times(
    since: datetime, calendar: BusinessHours, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Spans of work that end after `since`, in order, without overlap, as UTC instants.

    Hours that close at or before they open run into the next day.
    """
    first_on = since.astimezone(zone).date() - ONE_DAY
    worked_until = since
    for number in range(HORIZON_DAYS):
        day = first_on + number * ONE_DAY
        hours = calendar.week.get(day.weekday())
        if hours is None or day.isoformat() in calendar.holidays_on:
            continue
        opens, closes = hours
        closes_on = day if closes > opens else day + ONE_DAY
        opens_at = datetime.combine(day, opens, zone).astimezone(UTC)
        closes_at = datetime.combine(closes_on, closes, zone).astimezone(UTC)
        opens_at = max(opens_at, worked_until)
        if closes_at > opens_at:
            worked_until = closes_at
            yield opens_at, closes_at

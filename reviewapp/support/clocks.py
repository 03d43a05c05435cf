"""Clocks of a case: working time from one instant to another in the hours the team works. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

HORIZON_DAYS = 400
"""How far ahead working time is looked for; a calendar without any has no due moment."""
ONE_DAY = timedelta(days=1)
NO_TIME = timedelta(0)
Span = tuple[time, time]
OFFICE: tuple[tuple[Span, ...], ...] = ((((time(9), time(17)),),) * 5) + ((), ())
"""Monday to Friday, 9 to 17: how a shop works that never said otherwise."""


@dataclass(frozen=True)
class Season:
    """From one day to another, both included: hours on top of every first-response target."""

    starts_on: date
    ends_on: date
    hours_added: int


@dataclass(frozen=True)
class Hours:
    """When the team works, as values: no row, no session."""

    zone: tzinfo
    week: tuple[tuple[Span, ...], ...] = OFFICE
    """Seven days from Monday, each with its spans; one that closes at or before its opening runs
    into the next day."""
    holidays_on: frozenset[date] = frozenset()
    seasons: tuple[Season, ...] = ()

    @property
    def ever(self) -> bool:
        """Whether anybody works at any time; where not, nothing can be promised."""
        return any(self.week)


def due_at(hours: Hours, start: datetime, duration: timedelta) -> datetime | None:
    """The instant (UTC) at which `duration` of working time has passed since `start`.

    Time counts only while the team works: weekly hours in their zone, holidays out, a day that
    the clocks make longer or shorter counted as long as it is. None: nobody works within
    HORIZON_DAYS, so nothing can be promised.
    """
    left = duration
    for opens_at, closes_at in spans(hours, start):
        starts_at = max(opens_at, start)
        if closes_at - starts_at >= left:
            return starts_at + left
        left -= closes_at - starts_at
    return None


def elapsed(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Working time between two instants; none where the end lies before the start.

    `elapsed(hours, start, due_at(hours, start, duration)) == duration`.
    """
    days = max(0, (end - start).days) + 4
    return sum(
        (
            min(closes_at, end) - max(opens_at, start)
            for opens_at, closes_at in spans(hours, start, days)
            if opens_at < end
        ),
        NO_TIME,
    )


def works_at(hours: Hours, at: datetime) -> bool:
    """Whether somebody works at this instant; the moment of closing still counts."""
    return last_working_moment(hours, at) == at


def last_working_moment(hours: Hours, at: datetime) -> datetime | None:
    """The latest instant at or before `at` at which somebody works; None within HORIZON_DAYS."""
    for number in range(HORIZON_DAYS):
        day = at.astimezone(hours.zone).date() - number * ONE_DAY
        if any(opens <= at for opens, _ in _on(hours, day)):
            # A night shift of the day before may run on for longer than the spans of this day.
            both = (*_on(hours, day), *_on(hours, day - ONE_DAY))
            return min(at, max(closes for opens, closes in both if opens <= at))
    return None


def keepable(hours: Hours, told: datetime, now: datetime) -> datetime | None:
    """The time by which a promise made for `told` must be kept: never later than it was told.

    Where the team does not work at that time, the last moment before at which it does; None where
    no working time is left before it, so that the promise cannot be kept any more.
    """
    last = last_working_moment(hours, told)
    return last if last is not None and last > now else None


def season_hours(hours: Hours, at: datetime) -> int:
    """Hours that season notes add to first-response targets for what comes in at `at`."""
    day = at.astimezone(hours.zone).date()
    return sum(
        season.hours_added for season in hours.seasons if season.starts_on <= day <= season.ends_on
    )


def spans(
    hours: Hours, since: datetime, days: int = HORIZON_DAYS
) -> Iterator[tuple[datetime, datetime]]:
    """Spans of work that end after `since`, in order, without overlap, as UTC instants."""
    first_on = since.astimezone(hours.zone).date() - ONE_DAY
    worked_until = since
    for number in range(days):
        for opens_at, closes_at in _on(hours, first_on + number * ONE_DAY):
            opens_at = max(opens_at, worked_until)
            if closes_at > opens_at:
                worked_until = closes_at
                yield opens_at, closes_at


def overlapping(spans_of_a_day: Iterable[Span]) -> bool:
    """Whether two spans of one day share time, those past midnight taken until midnight."""
    ordered = sorted(spans_of_a_day)
    ends = [closes if closes > opens else time.max for opens, closes in ordered]
    return any(end > after for end, (after, _) in zip(ends, ordered[1:], strict=False))


def _on(hours: Hours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The spans that open on this day; a holiday has none."""
    if day in hours.holidays_on:
        return
    for opens, closes in hours.week[day.weekday()]:
        closes_on = day if closes > opens else day + ONE_DAY
        yield (
            datetime.combine(day, opens, hours.zone).astimezone(UTC),
            datetime.combine(closes_on, closes, hours.zone).astimezone(UTC),
        )

"""When the desk will be late at this pace: the queue played forward over the calendar. Pure.

One case is one piece of work. What is owed first is worked on first, at the pace of the last weeks,
while the team works; new cases come in as they did on the same weekdays, evenly over the day, and
are owed a first answer by the target. A promise is late when its moment passes before its turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush

from reviewapp.support.clocks import NO_TIME, Hours, due_at, season_hours, spans
from reviewapp.support.figures.rules import midnight

AHEAD_DAYS = 14
"""Days looked ahead, today included; further on, the past says little."""
STEP = timedelta(hours=1)
ONE_DAY = timedelta(days=1)
A_WHOLE_ONE = 1 - 1e-6
"""Newcomers are fractions of cases: only when they add up to one is a promise late."""


@dataclass(frozen=True)
class Pace:
    """How the last weeks went."""

    solved_per_hour: float
    """Cases solved for good in one hour of the team's working time."""
    arrivals: Sequence[float]
    """Cases opened on a Monday, …, on a Sunday."""
    target: timedelta
    """Working time within which a newcomer is owed a first answer."""


@dataclass
class Day:
    """What is expected of one day on which the team works."""

    day_on: date
    arrivals: float = 0
    """What came in since the team last worked included."""
    solved: float = 0
    late: float = 0
    """Promises whose moment passes on this day, or since the last one, before their turn."""
    left: float = 0
    """Cases still in the queue in the evening."""


@dataclass
class Outlook:
    """What happens at this pace."""

    late_now: int
    """Promises that are broken already."""
    late_from: datetime | None = None
    """When the first promise breaks; None: all are kept."""
    days: list[Day] = field(default_factory=list)

    @property
    def late(self) -> int:
        """Promises that will break within AHEAD_DAYS."""
        return round(sum(day.late for day in self.days))


def forecast(
    hours: Hours,
    now: datetime,
    owed: Sequence[datetime],
    pace: Pace,
    *,
    expected_arrivals: Mapping[date, float] | None = None,
) -> Outlook:
    """Play the queue forward from `now`.

    `owed` are the moments by which something is owed, one for each case that is in somebody's
    hands here. `expected_arrivals` are the cases expected on days of the team's zone, such as last
    year's season; they stand in place of the weekday's mean on the days they name.
    """
    expected = _expected(hours, now, pace, expected_arrivals or {})
    queue = _Queue(now, owed)
    outlook = Outlook(late_now=queue.late_now)
    came_until = now
    for starts_at, ends_at in _steps(hours, now):
        day = _day(outlook, starts_at.astimezone(hours.zone).date())
        came = _came(hours, expected, came_until, ends_at)
        came_until = ends_at
        target = pace.target + timedelta(hours=season_hours(hours, starts_at))
        queue.add(due_at(hours, starts_at, target) or ends_at, came)
        day.arrivals += came
        day.solved += queue.work(starts_at, ends_at, pace.solved_per_hour)
        day.late += queue.newly_late()
        day.left = queue.length
    outlook.late_from = queue.late_from
    if queue.late_from is None:
        for day in outlook.days:
            day.late = 0
    return outlook


class _Queue:
    """Cases by what is owed first; those that are late already come before all others."""

    def __init__(self, now: datetime, owed: Sequence[datetime]) -> None:
        self._waiting = [(due, 1.0) for due in owed if due > now]
        heapify(self._waiting)
        self.late_now = len(owed) - len(self._waiting)
        self.late_from: datetime | None = None
        self._late = float(self.late_now)
        self._broken, self._told = 0.0, 0.0

    @property
    def length(self) -> float:
        return self._late + sum(cases for _, cases in self._waiting)

    def add(self, due: datetime, cases: float) -> None:
        if cases > 0:
            heappush(self._waiting, (due, cases))

    def work(self, starts_at: datetime, ends_at: datetime, per_hour: float) -> float:
        """Work from one instant to another; how many cases that solves."""
        able = done = per_hour * ((ends_at - starts_at) / STEP)
        self._break_until(starts_at)
        from_late = min(able, self._late)
        self._late -= from_late
        able -= from_late
        while able > 0 and self._waiting:
            due, cases = heappop(self._waiting)
            worked = min(cases, able)
            able -= worked
            if cases > worked:
                heappush(self._waiting, (due, cases - worked))
            if due < ends_at - STEP * (able / per_hour):
                self._break(due, worked)
        self._break_until(ends_at)
        return done - able

    def newly_late(self) -> float:
        """Promises broken since this was last asked."""
        new, self._told = self._broken - self._told, self._broken
        return new

    def _break_until(self, until: datetime) -> None:
        while self._waiting and self._waiting[0][0] <= until:
            due, cases = heappop(self._waiting)
            self._late += cases
            self._break(due, cases)

    def _break(self, due: datetime, cases: float) -> None:
        self._broken += cases
        if self.late_from is None and self._broken >= A_WHOLE_ONE:
            self.late_from = due


def _steps(hours: Hours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working time ahead in pieces of at most one hour."""
    until = now + AHEAD_DAYS * ONE_DAY
    for opens_at, closes_at in spans(hours, now, AHEAD_DAYS + 2):
        starts_at, closes_at = max(opens_at, now), min(closes_at, until)
        while starts_at < closes_at:
            yield starts_at, min(starts_at + STEP, closes_at)
            starts_at += STEP


def _day(outlook: Outlook, day_on: date) -> Day:
    if not outlook.days or outlook.days[-1].day_on != day_on:
        outlook.days.append(Day(day_on))
    return outlook.days[-1]


def _expected(
    hours: Hours, now: datetime, pace: Pace, told: Mapping[date, float]
) -> dict[date, float]:
    first = now.astimezone(hours.zone).date()
    days = [first + number * ONE_DAY for number in range(AHEAD_DAYS + 2)]
    return {day: told.get(day, pace.arrivals[day.weekday()]) for day in days}


def _came(hours: Hours, expected: Mapping[date, float], since: datetime, until: datetime) -> float:
    """Cases that come in between two instants, each day's evenly over as long as it is."""
    day = since.astimezone(hours.zone).date()
    came = 0.0
    while (begins := midnight(hours.zone, day)) < until:
        ends = midnight(hours.zone, day + ONE_DAY)
        shared = max(NO_TIME, min(ends, until) - max(begins, since))
        came += expected.get(day, 0) * (shared / (ends - begins))
        day += ONE_DAY
    return came

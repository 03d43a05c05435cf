"""What the numbers of the desk are: shares, times and scores, and when they say too little. Pure.

The exact definitions are in `docs/cases-numbers.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import sqrt

LEAST = 10
"""Fewer than so many make no percentage, no mean and no ninth of ten: they are told as they are."""
SETTLED_AFTER = timedelta(days=7)
"""How long a solution must last to count; before that it is too early to say."""
SURE = 1.96
"""Standard errors either side that hold the true value 95 times in 100."""


@dataclass(frozen=True)
class Week:
    """An ISO week in a zone: from Monday's midnight (UTC instant) to the next."""

    starts_on: date
    starts_at: datetime
    ends_at: datetime

    @property
    def name(self) -> str:
        """Such as 2026-W48 (ISO 8601)."""
        year, number, _ = self.starts_on.isocalendar()
        return f"{year}-W{number:02}"


def weeks(zone: tzinfo, now: datetime, count: int) -> list[Week]:
    """The week of `now` and those before it, `count` in all, oldest first, without a gap."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(weeks=number) for number in range(1 - count, 2)]
    edges = [midnight(zone, day) for day in days]
    return [Week(*week) for week in zip(days, edges, edges[1:], strict=False)]


def midnight(zone: tzinfo, day: date) -> datetime:
    """The instant at which a day begins; where clocks skip midnight, the first there is."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int = 0
    of: int = 0

    @property
    def percent(self) -> int | None:
        """Whole percent; None where there are too few to say."""
        return round(100 * self.part / self.of) if self.of >= LEAST else None


@dataclass(frozen=True)
class Times:
    """Working time that something took, in seconds."""

    count: int = 0
    median: int | None = None
    longest_of_nine_in_ten: int | None = None

    @property
    def p90(self) -> int | None:
        """Nine of ten took no longer; None where there are too few to say."""
        return self.longest_of_nine_in_ten if self.count >= LEAST else None


def times_of(seconds: Iterable[int]) -> Times:
    """Of the lengths themselves: the least that half, and that nine of ten, did not exceed."""
    ordered = sorted(seconds)
    if not ordered:
        return Times()
    count = len(ordered)
    return Times(count, ordered[(count - 1) // 2], ordered[(9 * count - 1) // 10])


@dataclass(frozen=True)
class Scale:
    """Answers on a scale from 1 to 5."""

    count: int = 0
    total: int = 0

    @property
    def mean(self) -> float | None:
        """To one decimal; None where there are too few to say."""
        return round(self.total / self.count, 1) if self.count >= LEAST else None


@dataclass(frozen=True)
class Recommendation:
    """Net promoter score: 9 and 10 promote, 0 to 6 detract."""

    count: int = 0
    promoters: int = 0
    detractors: int = 0

    @property
    def score(self) -> int | None:
        """From -100 to 100; None where there are too few to say."""
        if self.count < LEAST:
            return None
        return round(100 * (self.promoters - self.detractors) / self.count)

    @property
    def margin(self) -> int | None:
        """So much either side, 95 times in 100; None with the score, and where all say the same.

        Of the mean of +1, 0 and -1 (normal approximation). Answers all alike have no spread, and
        a margin of nothing would promise what so few cannot.
        """
        if self.count < LEAST:
            return None
        mean = (self.promoters - self.detractors) / self.count
        spread = (self.promoters + self.detractors) / self.count - mean * mean
        return round(100 * SURE * sqrt(spread / self.count)) or None


@dataclass(frozen=True)
class Figures:
    """All numbers of one week, kind of problem or person, or of everything."""

    opened: int = 0
    orders: int | None = None
    """None where orders belong to no one in particular."""
    first_answer: Times = Times()
    first_in_time: Share = Share()
    solved: int = 0
    solving: Times = Times()
    solved_in_time: Share = Share()
    first_contact: Share = Share()
    reopened: Share = Share()
    satisfied: Share = Share()
    satisfaction: Scale = Scale()
    effort: Scale = Scale()
    recommendation: Recommendation = Recommendation()

    @property
    def judged(self) -> bool:
        """Whether there is anything to say about how well it went."""
        counts = (self.first_contact.of, self.reopened.of, self.satisfied.of)
        return any((*counts, self.effort.count, self.recommendation.count))

    @property
    def contact_rate(self) -> float | None:
        """Cases per hundred orders, to one decimal; None where there are too few orders to say."""
        if self.orders is None or self.orders < LEAST:
            return None
        return round(100 * self.opened / self.orders, 1)

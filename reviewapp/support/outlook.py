"""What a season is expected to bring, beside what it brought; and which requests wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Order
from reviewapp.models.review_request import ReviewRequest
from reviewapp.support.forecast import (
    Growth,
    expected_arrivals,
    growth_from,
    growth_weeks,
    last_years,
)
from reviewapp.support.hours import team_zone

ONE_DAY = timedelta(days=1)
MOST_ROWS = 14
"""A longer season is told by weeks."""
WAITING = ("season_held", "season_slowed")


@dataclass(frozen=True)
class Stretch:
    """A day or a week of the season; `arrived` is None while it has not begun."""

    starts_on: date
    ends_on: date
    last_year: int
    expected: float
    arrived: int | None


@dataclass(frozen=True)
class Outlook:
    """A season held against last year's; no stretches where last year has no cases then."""

    growth: Growth
    stretches: Sequence[Stretch]

    @property
    def last_year(self) -> int:
        """Cases of the same days of last year."""
        return sum(one.last_year for one in self.stretches)

    @property
    def expected(self) -> float:
        """Cases expected in all of it."""
        return sum(one.expected for one in self.stretches)

    @property
    def arrived(self) -> int:
        """Cases that have come so far."""
        return sum(one.arrived or 0 for one in self.stretches)


@dataclass(frozen=True)
class Waiting:
    """Review requests that wait for a season: why, how many, and until when at the latest."""

    reason: str
    count: int
    until: datetime


def forecast(
    session: Session, shop: Shop, days: Sequence[date]
) -> tuple[Mapping[date, float], Growth]:
    """Cases expected on each of `days` of the team's calendar, and the growth reckoned with."""
    zone = team_zone(session, shop)
    then = _by_day(session, shop, zone, Case.opened_at, last_years(days[0]), last_years(days[-1]))
    if not then:
        return {}, Growth(1.0, "unknown")
    growth = _growth(session, shop, zone, min(days[0], _today(zone)))
    return expected_arrivals(days, then, growth.factor), growth


def season_outlook(session: Session, shop: Shop, starts_on: date, ends_on: date) -> Outlook:
    """A season from its first to its last day, by days, or by weeks where it is long."""
    zone = team_zone(session, shop)
    days = [starts_on + ONE_DAY * number for number in range((ends_on - starts_on).days + 1)]
    expected, growth = forecast(session, shop, days)
    if not expected:
        return Outlook(growth, ())
    then = _by_day(session, shop, zone, Case.opened_at, last_years(starts_on), last_years(ends_on))
    now = _by_day(session, shop, zone, Case.opened_at, starts_on, ends_on)
    step, today = (1 if len(days) <= MOST_ROWS else 7), _today(zone)
    parts = [days[first : first + step] for first in range(0, len(days), step)]
    return Outlook(
        growth,
        [
            Stretch(
                part[0],
                part[-1],
                sum(then.get(last_years(day), 0) for day in part),
                sum(expected[day] for day in part),
                sum(now.get(day, 0) for day in part) if part[0] <= today else None,
            )
            for part in parts
        ],
    )


def waiting_requests(session: Session, shop_id: UUID) -> Sequence[Waiting]:
    """What a season holds back now, by reason."""
    found = (
        select(ReviewRequest.reason, func.count(), func.max(ReviewRequest.send_at))
        .where(
            ReviewRequest.shop_id == shop_id,
            ReviewRequest.state == "planned",
            ReviewRequest.reason.in_(WAITING),
        )
        .group_by(ReviewRequest.reason)
        .order_by(ReviewRequest.reason)
    )
    return [
        Waiting(reason, count, until)
        for reason, count, until in session.execute(found)
        if reason and until
    ]


def _growth(session: Session, shop: Shop, zone: tzinfo, as_of: date) -> Growth:
    """By orders, which come before cases; else by cases."""
    since, until = growth_weeks(as_of)
    weeks = ((since, until), (last_years(since), last_years(until)))
    counts = []
    for name, moment in (("orders", Order.ordered_at), ("cases", Case.opened_at)):
        now, then = (sum(_by_day(session, shop, zone, moment, *each).values()) for each in weeks)
        counts.append((name, now, then))
    return growth_from(counts)


def _by_day(
    session: Session,
    shop: Shop,
    zone: tzinfo,
    moment: InstrumentedAttribute[datetime],
    first: date,
    last: date,
) -> dict[date, int]:
    """How many happened on each day from `first` to `last`, by the team's calendar.

    Cases that were merged into another count with that one.
    """
    day = cast(func.timezone(str(zone), moment), Date)
    begins, ends = (datetime.combine(on, time(), zone) for on in (first, last + ONE_DAY))
    found = (
        select(day, func.count())
        .where(moment.class_.shop_id == shop.id, moment >= begins, moment < ends)
        .group_by(day)
    )
    if moment is Case.opened_at:
        found = found.where(Case.merged_into_id.is_(None))
    rows = session.execute(found)
    return {on: count for on, count in rows}  # noqa: C416  # a row is no pair to dict()'s types


def _today(zone: tzinfo) -> date:
    return clock.now().astimezone(zone).date()

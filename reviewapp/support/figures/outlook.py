"""The forecast of one shop: its queue as it stands, and the pace of the last weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.case_solution import CaseSolution
from reviewapp.support.clocks import NO_TIME, Hours, elapsed
from reviewapp.support.figures.forecast import (
    AHEAD_DAYS,
    ONE_DAY,
    STEP,
    Outlook,
    Pace,
    forecast,
)
from reviewapp.support.figures.queries import place_among
from reviewapp.support.figures.rules import LEAST, midnight
from reviewapp.support.outlook import forecast as last_year_lets_expect

NOTHING = datetime(9000, 1, 1, tzinfo=UTC)
"""Before the moment that stands for nothing owed (`NOTHING_OWED`)."""
LOOKED_BACK_WEEKS = 6
"""Whole weeks up to today's midnight, so that each weekday counts equally often."""


def outlook(
    session: Session,
    shop: Shop,
    hours: Hours,
    now: datetime,
    *,
    expected_arrivals: Mapping[date, float] | None = None,
) -> Outlook | None:
    """What happens if the desk goes on as in the last weeks; None where too little is known.

    `expected_arrivals`: cases expected on days of the team's zone, in place of the usual ones;
    None takes last year's on the days of season notes.
    """
    pace = pace_of(session, shop, hours, now)
    if pace is None:
        return None
    owed = session.scalars(
        select(Case.promise_due_at).where(
            Case.shop_id == shop.id, Case.state != "solved", Case.promise_due_at < NOTHING
        )
    ).all()
    if expected_arrivals is None:
        expected_arrivals = _of_seasons(session, shop, hours, now)
    return forecast(hours, now, owed, pace, expected_arrivals=expected_arrivals)


def _of_seasons(session: Session, shop: Shop, hours: Hours, now: datetime) -> Mapping[date, float]:
    """What last year lets expect on the days ahead that a season note covers."""
    today = now.astimezone(hours.zone).date()
    ahead = [today + number * ONE_DAY for number in range(AHEAD_DAYS + 1)]
    days = [
        day for day in ahead if any(one.starts_on <= day <= one.ends_on for one in hours.seasons)
    ]
    return last_year_lets_expect(session, shop, days)[0] if days else {}


def pace_of(session: Session, shop: Shop, hours: Hours, now: datetime) -> Pace | None:
    """How the last whole weeks went; None before there is one, or with too few solved cases."""
    today = now.astimezone(hours.zone).date()
    first_at = session.scalar(select(func.min(Case.opened_at)).where(Case.shop_id == shop.id))
    if first_at is None:
        return None
    known_days = (today - first_at.astimezone(hours.zone).date()).days
    weeks = min(LOOKED_BACK_WEEKS, known_days // 7)
    days = [today - number * ONE_DAY for number in range(7 * weeks, 0, -1)]
    if not days:
        return None
    since, until = midnight(hours.zone, days[0]), midnight(hours.zone, today)
    solved, worked = _solved(session, shop, since, until), elapsed(hours, since, until)
    if solved < LEAST or worked == NO_TIME:
        return None
    opened = _opened(session, shop, hours, days)
    arrivals = [0.0] * 7
    for (day, _), count in opened.items():
        arrivals[day.weekday()] += count / weeks
    return Pace(solved / (worked / STEP), arrivals, _target(shop, opened))


def _solved(session: Session, shop: Shop, since: datetime, until: datetime) -> int:
    """Cases solved for good: what was reopened has to be done again."""
    return session.scalar(
        select(func.count()).where(
            CaseSolution.shop_id == shop.id,
            CaseSolution.solved_at >= since,
            CaseSolution.solved_at < until,
            CaseSolution.reopened_at.is_(None),
        )
    ) or 0  # fmt: skip


def _opened(
    session: Session, shop: Shop, hours: Hours, days: Sequence[date]
) -> Counter[tuple[date, str]]:
    """Cases opened on each of these days, by kind; merged ones are one problem."""
    edges = [midnight(hours.zone, day) for day in (*days, days[-1] + ONE_DAY)]
    place = place_among(edges, Case.opened_at)
    rows = session.execute(
        select(place, Case.route, func.count())
        .where(
            Case.shop_id == shop.id,
            Case.opened_at >= edges[0],
            Case.opened_at < edges[-1],
            Case.merged_into_id.is_(None),
        )
        .group_by(place, Case.route)
    )
    return Counter({(days[number - 1], route): count for number, route, count in rows})


def _target(shop: Shop, opened: Counter[tuple[date, str]]) -> timedelta:
    """The mean target of a first answer for the kinds of problem that came in."""
    targets = shop.settings.first_response_hours
    wanted = sum(
        count * targets.get(route, targets["other"]) for (_, route), count in opened.items()
    )
    return timedelta(hours=wanted / opened.total() if opened else targets["other"])

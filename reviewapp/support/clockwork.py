"""Winding a case's clocks from what happened, by the targets and the calendar in force. Pure.

Each clock follows from facts on the case (when it was opened, what was promised, how long it
waited), so that a changed target or a new holiday is one more winding and nothing is guessed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from reviewapp.models.case import Case
from reviewapp.models.shop_settings import ShopSettings
from reviewapp.support.clocks import Hours, due_at, elapsed, keepable, season_hours

UNPROMISED = timedelta(days=7)
"""The desk's own limit where the calendar knows no working time; nobody is told of it."""
WARNED_AHEAD = timedelta(hours=2)
"""Working time before a promise breaks at which its owner is warned."""


def wind(case: Case, settings: ShopSettings, hours: Hours, now: datetime) -> None:
    """Set the three moments by which something is owed.

    What a customer was told is never moved to later while the calendar can keep it. A shorter
    target may be broken at once, and is then shown and told as late. What was answered or solved
    keeps the moment it had.
    """
    if case.first_responded_at is None:
        case.first_response_due_at = _first_response_due(case, settings, hours, now)
    if case.state != "solved":
        case.next_update_due_at = _next_update_due(case, settings, hours, now)
        begun = case.reopened_at or case.opened_at
        target = _target(settings.resolution_hours, case.route)
        waited = timedelta(minutes=case.waited_minutes or 0)
        case.resolution_due_at = due_at(hours, begun, target + waited)


def first_response_by(
    settings: ShopSettings, hours: Hours, route: str, at: datetime
) -> datetime | None:
    """When what comes in at `at` is answered at the latest; None: nothing can be promised."""
    target = _target(settings.first_response_hours, route)
    return due_at(hours, at, target + timedelta(hours=season_hours(hours, at)))


def next_update_by(
    settings: ShopSettings, hours: Hours, route: str, at: datetime
) -> datetime | None:
    """When a customer who wrote, or was answered, at `at` hears again at the latest."""
    return due_at(hours, at, _target(settings.next_update_hours, route))


def begin_waiting(case: Case, now: datetime) -> None:
    """From now on the case waits for the customer: its resolution clock stands still."""
    case.state = "waiting"
    case.waiting_since = case.waiting_since or now


def end_waiting(case: Case, hours: Hours, now: datetime) -> None:
    """What it waited does not count against us."""
    if case.waiting_since is not None:
        waited = elapsed(hours, case.waiting_since, now)
        case.waited_minutes = (case.waited_minutes or 0) + round(waited.total_seconds() / 60)
        case.waiting_since = None


def _first_response_due(
    case: Case, settings: ShopSettings, hours: Hours, now: datetime
) -> datetime:
    due = first_response_by(settings, hours, case.route, case.opened_at)
    due = due or case.opened_at + UNPROMISED
    told = case.promised_at
    if told is None:
        return due
    if told <= now:
        return min(told, due)
    kept = keepable(hours, told, now)
    return due if kept is None else min(kept, due)


def _next_update_due(
    case: Case, settings: ShopSettings, hours: Hours, now: datetime
) -> datetime | None:
    told, asked = case.next_update_promised_at, case.unanswered_since
    found = []
    if told is not None:
        found.append((keepable(hours, told, now) if told > now else None) or told)
    if asked is not None and case.first_responded_at is not None:
        found.append(next_update_by(settings, hours, case.route, asked) or asked + UNPROMISED)
    return min(found, default=None)


def _target(hours_by_route: dict[str, int], route: str) -> timedelta:
    return timedelta(hours=hours_by_route.get(route, hours_by_route["other"]))

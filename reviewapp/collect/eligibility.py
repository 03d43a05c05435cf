"""Whether a message may leave at this very moment: asked again when it is due (playbook 2; G2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from reviewapp.collect.agenda import Asked, asked_lately, capped
from reviewapp.collect.daytime import in_daytime
from reviewapp.collect.rules import LONGEST_DELAY, Plan
from reviewapp.collect.season_rules import Wait

if TYPE_CHECKING:
    from reviewapp.models.shop_settings import ShopSettings

RECHECK = timedelta(days=1)
"""How often a delayed request looks whether it may go."""


class Facts(NamedTuple):
    """A due message as the decision sees it; request and reminder alike (G3).

    `original_at` is the moment it was planned for before any delay; `waits_for` is `open_case`,
    `pause` or None; `season` is what the whole shop waits for; `history` leaves the message itself
    out.
    """

    request_id: UUID
    original_at: datetime
    responded: bool
    plans: Sequence[Plan]
    history: Sequence[Asked]
    waits_for: str | None
    season: Wait | None
    zone: ZoneInfo


class Verdict(NamedTuple):
    """What to do; `at` when later, `products` when sent."""

    action: Literal["send", "later", "skip", "cancel"]
    reason: str | None = None
    at: datetime | None = None
    products: frozenset[UUID] = frozenset()


def may_send(facts: Facts, settings: ShopSettings, now: datetime) -> Verdict:
    """Send, later, skip or cancel, and why."""
    if facts.responded:
        return Verdict("cancel", "responded")
    asking = [plan for plan in facts.plans if plan.state == "planned"]
    if not asking:
        return _never(facts.plans)
    products = frozenset().union(*(plan.products for plan in asking))
    if not products:
        return Verdict("later", "awaiting_delivery", now + RECHECK)
    others = [asked for asked in facts.history if asked.request_id != facts.request_id]
    products -= asked_lately(others, now, settings)
    if not products:
        return Verdict("skip", "same_product")
    if capped([asked.at for asked in facts.history], now, settings):
        return Verdict("skip", "frequency_cap")
    return _delayed(facts, settings, now) or Verdict("send", products=products)


def _never(plans: Sequence[Plan]) -> Verdict:
    if not plans:
        return Verdict("skip", "no_lines")
    state, reason = plans[0].state, plans[0].reason
    return Verdict("cancel" if state == "cancelled" else "skip", reason)


def _delayed(facts: Facts, settings: ShopSettings, now: datetime) -> Verdict | None:
    """A delay ends at its bound, whatever it waited for (G2); the night always waits."""
    bound = facts.original_at + min(timedelta(days=settings.delay_days), LONGEST_DELAY)
    if now < bound:
        if facts.waits_for:
            at = min(now + RECHECK, bound)
            return Verdict("later", facts.waits_for, _daytime(at, facts.zone, settings))
        if facts.season and facts.season.until > now:
            at = min(facts.season.until, bound)
            return Verdict("later", facts.season.reason, _daytime(at, facts.zone, settings))
        last_at = max((asked.at for asked in facts.history), default=None)
        free_at = last_at + timedelta(days=settings.merge_days) if last_at else now
        if free_at > now:
            at = min(free_at, bound)
            return Verdict("later", "spacing", _daytime(at, facts.zone, settings))
    opens_at = _daytime(now, facts.zone, settings)
    return Verdict("later", "outside_hours", opens_at) if opens_at > now else None


def _daytime(at: datetime, zone: ZoneInfo, settings: ShopSettings) -> datetime:
    return in_daytime(at, zone, settings.send_from_hour, settings.send_until_hour)

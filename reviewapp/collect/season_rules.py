"""A busy season holds or slows the requests of a whole shop, for everyone alike (pure; G1, G2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

PACE = 2
"""Slowed requests go out at a half of their pace: planned t into the season, sent 2 t into it."""
REASONS = {"held": "season_held", "slowed": "season_slowed"}
"""What a season note asks for → the reason that stands with a request meanwhile."""


class Season(NamedTuple):
    """A season note as asking sees it: from one instant up to another, `slowed` or `held`."""

    starts_at: datetime
    ends_at: datetime
    requests: str


class Wait(NamedTuple):
    """What a request waits for, and until when."""

    reason: str
    until: datetime


def season_wait(seasons: Iterable[Season], planned_for: datetime, now: datetime) -> Wait | None:
    """Until when a message planned for `planned_for` waits; of several seasons the last counts.

    Held: until the season ends. Slowed: twice as far into the season as planned, so that the rate
    halves without anybody being passed over; this may end after the season, which spreads what
    waited. The bound of G2 is not known here: `eligibility` keeps it.
    """
    waits = [wait for season in seasons if (wait := _wait(season, planned_for, now))]
    return max(waits, key=lambda wait: wait.until, default=None)


def _wait(season: Season, planned_for: datetime, now: datetime) -> Wait | None:
    until = season.ends_at if season.starts_at <= now else now
    if season.requests == "slowed":
        within = season.starts_at <= planned_for < season.ends_at
        until = season.starts_at + PACE * (planned_for - season.starts_at) if within else now
    return Wait(REASONS[season.requests], until) if until > now else None

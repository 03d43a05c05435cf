"""When work on an asset that failed is worth another attempt, and when that is; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

LEASE = timedelta(minutes=5)
"""How long a claimed asset waits before another worker may take it."""
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""Between one attempt and the next: an outage of a day loses nothing."""
MOST_ATTEMPTS = len(DELAYS) + 1
PASSING = {
    "outside_failed": MOST_ATTEMPTS,  # a bucket that refuses or is silent, a broken disk
    "no_room": MOST_ATTEMPTS,
    "unavailable": MOST_ATTEMPTS,  # no decoder could be started
    "image_took_too_long": 3,  # a busy machine; or a file made to take long
    "video_took_too_long": 2,
    "video_too_demanding": 2,  # where memory is shared, it may be there next time
}
"""Failures that may pass, and how many attempts each is worth; all others are final."""


def can_pass(code: str, attempts: int) -> bool:
    """Whether another attempt can help after `attempts` of them ended with `code`."""
    return attempts < PASSING.get(code, 0)


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after `attempts` attempts, the first being 1."""
    return now + DELAYS[min(attempts, len(DELAYS)) - 1]

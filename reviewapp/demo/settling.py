"""Moving the demo's clock so that everything due on the way happens at its own hour."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.demo.backlog import backlog_is_empty
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest
from reviewapp.worker import run_all

SHORTEST_STEP = timedelta(minutes=20)
LONGEST_STEP = timedelta(days=1)
STEPS_SECONDS = 60.0
"""After this the clock goes the rest of its way in one step."""
SETTLE_SECONDS = 60.0
PAUSE_SECONDS = 0.1


def go_forward(kit: Kit, by: timedelta) -> tuple[datetime, bool]:
    """Move the clock by `by`, from one due moment to the next; (now, whether all is worked off).

    In one leap a letter due on Tuesday at ten would be looked at on Friday night, and wait for
    the morning: so it goes out on Tuesday, as it would have.
    """
    until, deadline = clock.now() + by, time.monotonic() + STEPS_SECONDS
    settle(kit)
    while (now := clock.now()) < until:
        at = until if time.monotonic() > deadline else min(next_moment(kit, now), until)
        clock.advance(max(at - now, timedelta(0)))
        settled = settle(kit)
        if at == until:
            return clock.now(), settled
    return clock.now(), settle(kit)


def next_moment(kit: Kit, now: datetime) -> datetime:
    """When the next thing becomes due, a day ahead at most."""
    upcoming = (
        select(func.min(ReviewRequest.send_at)).where(ReviewRequest.state == "planned"),
        select(func.min(Mail.send_at)).where(Mail.state == "planned"),
        select(func.min(OutboxEvent.due_at)).where(OutboxEvent.state == "pending"),
        select(func.min(Review.decide_by)).where(Review.waiting_since.is_not(None)),
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        moments = [session.scalar(query) for query in upcoming]
    ahead = [moment for moment in moments if moment is not None and moment > now]
    nearest = min([*ahead, now + LONGEST_STEP])
    return max(nearest, now + SHORTEST_STEP)


def settle(kit: Kit) -> bool:
    """Do what is due, here and beside the workers, until nothing is left; whether it ended."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        run_all(kit, backlog_is_empty, rounds=1)
        if backlog_is_empty(kit):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)

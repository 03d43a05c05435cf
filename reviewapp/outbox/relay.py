"""Working off events: each reaction in a transaction of its own, exactly once in its effect.

What is done to files or over the network is `Outside` one instead, and bears being done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, exactly_one, rows_changed
from reviewapp.core.kit import Kit
from reviewapp.models.outbox import OutboxEvent


@dataclass(frozen=True)
class Outside:
    """A reaction that no transaction waits for: it acts first and is noted as done after.

    Killed in between it is done again, so it has to end in the same state every time.
    """

    act: Callable[[Kit, OutboxEvent], None]


Reaction = Callable[[Session, Kit, OutboxEvent], None] | Outside

BATCH = 100
LEASE = timedelta(seconds=60)
"""How long a claimed event waits before another worker may take it."""
RETRY = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600))

log = structlog.get_logger()


def relay_events(kit: Kit, after: Mapping[str, Sequence[Reaction]]) -> int:
    """Work off all due events in batches; returns how many reactions ran."""
    ran = 0
    while batch := _claim(kit):
        for event in batch:
            ran += _react(kit, event, after.get(event.name, ()))
    return ran


def _claim(kit: Kit) -> list[OutboxEvent]:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        due = (
            select(OutboxEvent.id)
            .where(OutboxEvent.state == "pending", OutboxEvent.due_at <= now)
            .order_by(OutboxEvent.due_at, OutboxEvent.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        claimed = session.scalars(
            update(OutboxEvent)
            .where(OutboxEvent.id.in_(due.scalar_subquery()))
            .values(claimed_at=now, due_at=now + LEASE)
            .returning(OutboxEvent)
        )
        return sorted(claimed, key=lambda event: event.id)


def _react(kit: Kit, event: OutboxEvent, reactions: Sequence[Reaction]) -> int:
    ran = 0
    for reaction in reactions:
        name = (reaction.act if isinstance(reaction, Outside) else reaction).__name__
        if name in event.done:
            continue
        try:
            _do(kit, event, reaction, name)
        except Exception as error:  # any failure must leave the event to be tried again
            log.exception(
                "reaction.failed",
                reaction=name,
                event_name=event.name,
                shop_id=str(event.shop_id),
            )
            _postpone(kit, event, f"{name}: {error!r}"[:500])
            return ran
        ran += 1
    with kit.database.transaction(event.shop_id) as session:
        session.execute(update(OutboxEvent).where(OutboxEvent.id == event.id).values(state="done"))
    return ran


def _do(kit: Kit, event: OutboxEvent, reaction: Reaction, name: str) -> None:
    if isinstance(reaction, Outside):
        reaction.act(kit, event)
        with kit.database.transaction(event.shop_id) as session:
            _mark_done(session, event.id, name)
        return
    with kit.database.transaction(event.shop_id) as session:
        _mark_done(session, event.id, name)
        reaction(session, kit, event)


def _mark_done(session: Session, event_id: UUID, name: str) -> None:
    mark = (
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id, ~OutboxEvent.done.contains([name]))
        .values(done=func.array_append(OutboxEvent.done, name))
    )
    exactly_one(rows_changed(session, mark))


def _postpone(kit: Kit, event: OutboxEvent, error: str) -> None:
    attempts = event.attempts + 1
    spent = attempts > len(RETRY)
    with kit.database.transaction(event.shop_id) as session:
        session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id == event.id)
            .values(
                attempts=attempts,
                last_error=error,
                state="failed" if spent else "pending",
                due_at=clock.now() + RETRY[min(attempts, len(RETRY)) - 1],
            )
        )

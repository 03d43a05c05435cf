"""Telling that something happened, in the same transaction as the change itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.core.db import ping_after_commit
from reviewapp.models.outbox import OutboxEvent


def emit(session: Session, name: str, *, shop_id: UUID, **payload: Any) -> OutboxEvent:
    """Write the event `name` (`noun.past`) with references only; reactions follow the commit."""
    event = OutboxEvent(
        shop_id=shop_id,
        name=name,
        payload={
            key: str(value) if isinstance(value, UUID) else value for key, value in payload.items()
        },
    )
    session.add(event)
    ping_after_commit(session, "events")
    return event

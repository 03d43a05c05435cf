"""The fairness alarm on the home page: read from the log, there for everyone, never dismissed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.models.audit import FAIRNESS, AuditEntry


def fairness_alarm(session: Session, shop_id: UUID) -> AuditEntry | None:
    """The newest check's entry where it raised, or still stands by, an alarm (G29)."""
    newest = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.shop_id == shop_id, text(FAIRNESS))
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).first()
    return newest if newest is not None and newest.action == "fairness.alarm" else None

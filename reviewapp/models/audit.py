"""The hash-chained log (G30)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

FAIRNESS = "action IN ('fairness.alarm', 'fairness.checked')"
"""The monitor's entries; written out where they are asked for, so that their index serves."""


class AuditEntry(OwnedByShop, Base):
    """Who did what when, by reference only; append-only, each row hashed with the one before."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("shop_id", "number"),
        Index("ix_audit_entry_subject", "shop_id", "subject", "number"),
        Index("ix_audit_entry_fairness", "shop_id", "number", postgresql_where=text(FAIRNESS)),
    )

    number: Mapped[int]
    """1, 2, 3 … within the shop, without a gap."""
    actor: Mapped[str]
    """member:{id}, key:{id}, customer:{id}, clock or system."""
    action: Mapped[str]
    subject: Mapped[str]
    """{kind}:{id} of what it happened to."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """No personal data: ids, codes, hashes and versions only."""
    previous_hash: Mapped[str]
    hash: Mapped[str]
    """SHA-256 over the previous hash and the canonical JSON of the row."""

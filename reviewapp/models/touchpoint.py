"""A word to a satisfied customer some time after their purchase, where the shop chose so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

TOUCHPOINT_STATES = ("planned", "sent", "skipped")


class Touchpoint(OwnedByShop, Base):
    """At most one for a purchase; marketing, so a pause stops it for good (playbook 6)."""

    __tablename__ = "touchpoint"
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint(f"state IN {TOUCHPOINT_STATES}", name="state"),
        Index("ix_touchpoint_customer_id", "customer_id"),
        Index("ix_touchpoint_planned", "due_at", postgresql_where=text("state = 'planned'")),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("review_request.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="planned", server_default="planned")
    reason: Mapped[str | None]
    """Why it was skipped."""

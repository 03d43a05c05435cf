"""The outbox: events with the reactions still owed, and letters other than requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.core import clock
from reviewapp.models.base import DELIVERY_STATES, Base, Delivery, OwnedByShop

EVENT_STATES = ("pending", "done", "failed")


class OutboxEvent(OwnedByShop, Base):
    """Something that happened, written with the change itself; the truth behind the queue."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        CheckConstraint(f"state IN {EVENT_STATES}", name="state"),
        Index("ix_outbox_event_due", "due_at", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_outbox_event_shop", "shop_id", "id"),
    )

    name: Mapped[str]
    """`noun.past`, such as review.submitted."""
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="pending")
    done: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Names of the reactions that are through; each was committed with its own effect."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class Mail(Delivery, OwnedByShop, Base):
    """One letter that is not a request: same states, same bookkeeping, unique by key."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        Index("ix_mail_due", "send_at", postgresql_where=text("state = 'planned'")),
        Index("ix_mail_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index(
            "ix_mail_reader",
            "customer_id",
            "sending_at",
            postgresql_where=text("case_id IS NOT NULL"),
        ),
        Index("ix_mail_case_message_id", "case_message_id"),
        Index("ix_mail_claimed", "claimed_at", postgresql_where=text("state = 'claimed'")),
    )

    key: Mapped[str]
    """What makes it unique, such as help_received:{case id}."""
    letter: Mapped[str]
    to_email: Mapped[str]
    to_name: Mapped[str | None]
    language: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    """The conversation it belongs to: replies to it find their case."""
    case_message_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("case_message.id", ondelete="SET NULL")
    )
    """The turn that it carries; None: written by the product itself."""

"""Support cases, their messages, pauses of a customer's automation, and incidents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.catalog import Customer, Order
    from reviewapp.models.media import MediaAsset

ROUTES = ("question", "delay", "return", "damaged", "chargeback", "other")
CASE_STATES = ("open", "waiting", "solved")


class Case(OwnedByShop, Base):
    """One problem of one customer, with its clocks (playbook 4)."""

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint(f"route IN {ROUTES}", name="route"),
        CheckConstraint(f"state IN {CASE_STATES}", name="state"),
        Index(
            "ix_case_due",
            "shop_id",
            "first_response_due_at",
            postgresql_where=text("state <> 'solved' AND first_responded_at IS NULL"),
        ),
        Index("ix_case_shop", "shop_id", "state", "opened_at", "id"),
        Index("ix_case_customer_id", "customer_id"),
        Index("ix_case_request_id", "request_id"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("order.id", ondelete="SET NULL"))
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="SET NULL")
    )
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.id", ondelete="SET NULL"))
    route: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    language: Mapped[str] = mapped_column(default="en")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_response_due_at: Mapped[datetime]
    first_responded_at: Mapped[datetime | None]
    next_update_due_at: Mapped[datetime | None]
    """After the first answer: when the customer was told to hear from us again."""
    solved_at: Mapped[datetime | None]

    customer: Mapped[Customer] = relationship(lazy="raise")
    order: Mapped[Order | None] = relationship(lazy="raise")
    messages: Mapped[list[CaseMessage]] = relationship(lazy="raise", order_by="CaseMessage.id")


class CaseMessage(OwnedByShop, Base):
    """One turn of the conversation, or a note among the team."""

    __tablename__ = "case_message"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out', 'note')", name="direction"),
        Index("ix_case_message_case_id", "case_id"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    direction: Mapped[str]
    body: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

    media: Mapped[list[MediaAsset]] = relationship(
        lazy="raise",
        primaryjoin="foreign(MediaAsset.case_message_id) == CaseMessage.id",
        viewonly=True,
        order_by="MediaAsset.id",
    )


class Pause(OwnedByShop, Base):
    """Stops everything automatic for a customer; review requests by at most 14 days (G2)."""

    __tablename__ = "pause"
    __table_args__ = (Index("ix_pause_customer_id", "customer_id"),)

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    reason: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime | None]


class Incident(OwnedByShop, Base):
    """A low public review being put right: answered, repaired, and only then at rest (playbook 5).

    Opened after the review was published; nothing about deciding ever reads it (G12).
    """

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("review_id"),
        Index("ix_incident_shop", "shop_id", "opened_at", "id"),
        Index("ix_incident_case_id", "case_id"),
        Index("ix_incident_customer_id", "customer_id"),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    pause_id: Mapped[UUID | None] = mapped_column(ForeignKey("pause.id", ondelete="SET NULL"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    reply_due_at: Mapped[datetime | None]
    """When the public answer is due; None: the review is not shown any more."""
    replied_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """Answered and repaired: automation has resumed."""

    case: Mapped[Case | None] = relationship(lazy="raise")
    pause: Mapped[Pause | None] = relationship(lazy="raise")

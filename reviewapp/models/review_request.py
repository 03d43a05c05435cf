"""Requests and reminders, and the private answers to "how did it go?"."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import DELIVERY_STATES, Base, Delivery, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.catalog import Customer, Order

TRIGGERS = ("delivered", "estimated", "none")


class ReviewRequest(Delivery, OwnedByShop, Base):
    """One message that asks one person: `step` 0 is the request, 1 and 2 its reminders.

    Every order ends in exactly one step-0 row, sent or not, with the reason (playbook 2). All
    that an auditor asks for stands here: trigger, delivery time, usage window, template version,
    language, send time, incentive and its disclosure.
    """

    __tablename__ = "review_request"
    __table_args__ = (
        UniqueConstraint("shop_id", "key", "step"),
        CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
        CheckConstraint("state NOT IN ('skipped', 'cancelled') OR reason IS NOT NULL", name="why"),
        CheckConstraint("step BETWEEN 0 AND 2", name="step"),
        CheckConstraint(f"trigger IN {TRIGGERS}", name="trigger"),
        Index("ix_review_request_due", "send_at", postgresql_where="state = 'planned'"),
        Index("ix_review_request_claimed", "claimed_at", postgresql_where="state = 'claimed'"),
        Index(
            "ix_review_request_remind",
            "sent_at",
            postgresql_where="state = 'sent' AND NOT followed_up",
        ),
        Index("ix_review_request_shop", "shop_id", "created_at", "id"),
        Index("ix_review_request_customer", "customer_id", "sent_at"),
    )

    key: Mapped[str]
    """What makes it unique: the anchor order's id; merged orders share it."""
    step: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="CASCADE")
    )
    """The step-0 request whose link and orders a reminder shares."""
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"))
    language: Mapped[str]
    trigger: Mapped[str] = mapped_column(default="none")
    delivered_at: Mapped[datetime | None]
    """The delivery (or its estimate) that started the usage window."""
    usage_days: Mapped[int | None]
    delayed_since: Mapped[datetime | None]
    delay_reason: Mapped[str | None]
    template_version: Mapped[str | None]
    incentive: Mapped[str | None]
    incentive_disclosure: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    """After this the link still takes a review, marked unverified (G9)."""
    responded_at: Mapped[datetime | None]
    """First answer, review or help through the link; stops reminders."""
    form_sent_at: Mapped[datetime | None]
    """When the review form was first sent through the link, taken or with faults (G29)."""
    followed_up: Mapped[bool] = mapped_column(default=False)
    """The next reminder row exists, or none is due."""

    customer: Mapped[Customer] = relationship(lazy="raise")
    orders: Mapped[list[Order]] = relationship(
        lazy="raise",
        primaryjoin="foreign(Order.request_id) == ReviewRequest.id",
        viewonly=True,
        order_by="Order.id",
    )


class ExperienceAnswer(OwnedByShop, Base):
    """The private answer (1–5); never published, averaged or exported (G10)."""

    __tablename__ = "experience_answer"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        Index("ix_experience_answer_request_id", "request_id"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("review_request.id", ondelete="CASCADE"))
    score: Mapped[int | None]
    """None: the question was skipped."""
    variant: Mapped[str]
    """Which answer page was shown: SHA-256 over the rendered blocks (G30)."""

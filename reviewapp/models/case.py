"""Support cases, their messages, pauses of a customer's automation, and incidents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.catalog import Customer, Order
    from reviewapp.models.media import MediaAsset

ROUTES = ("question", "delay", "return", "damaged", "chargeback", "other")
CASE_STATES = ("open", "waiting", "solved")
PRIORITIES = ("low", "normal", "high", "urgent")
TAGS = (
    "sizing",
    "shipping",
    "damage",
    "wrong item",
    "refund",
    "exchange",
    "payment",
    "usage",
    "quality",
    "support",
    "negative-review risk",
)
"""What every shop tags with (playbook 4); a shop's own tags stand beside them."""
REFUND_KINDS = (
    "before_shipping",
    "shipping_exception",
    "damage",
    "quality",
    "preference",
    "refused",
)
"""Six things a refund request can be; told apart before anything is promised (playbook 4)."""
ESCALATIONS = (
    "chargeback",
    "threat",
    "refund",
    "cluster",
    "high_value",
    "repeat",
    "upset",
    "rule",
    "hand",
)
"""Why a person must take a case, the weightiest first (playbook 4, 10)."""
PAUSE_SOURCES = ("hand", "incident", "escalation", "friction", "rule")
NOTHING_OWED = "9999-01-01 00:00:00+00"
"""Where nothing is owed, the place after every promise."""
_PROMISE_DUE = (
    f"CASE WHEN state = 'solved' THEN '{NOTHING_OWED}'::timestamptz "
    "WHEN first_responded_at IS NULL THEN first_response_due_at "
    "WHEN state = 'waiting' THEN "
    f"coalesce(next_update_due_at, '{NOTHING_OWED}'::timestamptz) "
    "ELSE least(coalesce(next_update_due_at, "
    f"'{NOTHING_OWED}'::timestamptz), coalesce(resolution_due_at, '{NOTHING_OWED}'::timestamptz)) "
    "END"
)
_UNSOLVED = text("state <> 'solved'")


class Case(OwnedByShop, Base):
    """One problem of one customer, with its clocks (playbook 4)."""

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint(f"route IN {ROUTES}", name="route"),
        CheckConstraint(f"state IN {CASE_STATES}", name="state"),
        CheckConstraint(f"priority IN {PRIORITIES}", name="priority"),
        CheckConstraint(f"refund_kind IN {REFUND_KINDS}", name="refund_kind"),
        CheckConstraint(f"escalation IN {ESCALATIONS}", name="escalation"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        Index(
            "ix_case_due",
            "shop_id",
            "first_response_due_at",
            postgresql_where=text("state <> 'solved' AND first_responded_at IS NULL"),
        ),
        Index(
            "ix_case_unmeasured",
            "shop_id",
            postgresql_where=text(
                "first_responded_at IS NOT NULL AND first_response_seconds IS NULL "
                "AND split_from_id IS NULL AND merged_into_id IS NULL"
            ),
        ),
        Index("ix_case_promise", "shop_id", "state", "promise_due_at", "id"),
        Index("ix_case_owed", "shop_id", "promise_due_at", "id", postgresql_where=_UNSOLVED),
        Index(
            "ix_case_owner_owed",
            "shop_id",
            "assignee_id",
            "promise_due_at",
            "id",
            postgresql_where=_UNSOLVED,
        ),
        Index(
            "ix_case_escalated",
            "shop_id",
            "promise_due_at",
            "id",
            postgresql_where=text("state <> 'solved' AND automation_stopped"),
        ),
        Index("ix_case_opened", "shop_id", "opened_at", "id"),
        Index("ix_case_route", "shop_id", "route", "opened_at", "id"),
        Index("ix_case_owner", "shop_id", "assignee_id", "opened_at", "id"),
        Index("ix_case_priority", "shop_id", "priority", "opened_at", "id"),
        Index(
            "ix_case_follow_up",
            "shop_id",
            "follow_up_on",
            "id",
            postgresql_where=text("follow_up_on IS NOT NULL"),
        ),
        Index("ix_case_order_id", "order_id"),
        Index(
            "ix_case_merged", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")
        ),
        Index("ix_case_split", "split_from_id", postgresql_where=text("split_from_id IS NOT NULL")),
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
    first_response_seconds: Mapped[int | None]
    """Working time until the first answer, by the calendar of that moment. None with an answer:
    from before this was kept and not measured yet, or the answer of the case it was split from."""
    first_responder_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    """Who wrote the first answer; None: nobody yet, or somebody outside."""
    next_update_due_at: Mapped[datetime | None]
    """After the first answer: when the customer must hear from us again."""
    next_update_promised_at: Mapped[datetime | None]
    """The time they were told in our last answer."""
    unanswered_since: Mapped[datetime | None]
    """Their oldest word since our last answer; the base of the next update's target."""
    resolution_due_at: Mapped[datetime | None]
    """When it should be solved; what the case waited for the customer does not count."""
    promise_due_at: Mapped[datetime] = mapped_column(Computed(_PROMISE_DUE, persisted=True))
    """What is owed next, kept by the database: the order of every list."""
    promised_at: Mapped[datetime | None]
    """By when the customer was told to be answered; None: they were told no time."""
    waiting_since: Mapped[datetime | None]
    waited_minutes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Working time spent waiting for the customer since it was opened or last reopened."""
    solved_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    reopened_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    follow_up_on: Mapped[date | None]
    """A day of the shop on which somebody looks at it again, solved or not."""

    priority: Mapped[str] = mapped_column(default="normal", server_default="normal")
    value: Mapped[Decimal | None]
    """The order's total when the case was opened, in the order's currency."""
    order_line_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default=text("'{}'")
    )
    """The lines it is about; empty: the whole order, or none."""
    refund_kind: Mapped[str | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    """The case that carries on with this one's conversation."""
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    escalated_at: Mapped[datetime | None]
    escalation: Mapped[str | None]
    """Why a person must take it; kept after it was lifted."""
    automation_stopped: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Nothing is sent by itself until a person lifts it (playbook 10)."""

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
    macro: Mapped[str | None]
    """The saved answer it began with, as `key/language/version`."""
    message_id: Mapped[str | None]
    """Of the mail it came or went by, with angle brackets (RFC 5322 3.6.4)."""
    in_reply_to: Mapped[str | None]
    subject: Mapped[str | None]
    """Of the mail it came by; answers repeat it."""
    sender: Mapped[str | None]
    """The address it came from, where it is not the customer's own."""
    quoted: Mapped[str | None]
    """What stood under the words: quoted letters, a signature; shown on demand."""

    media: Mapped[list[MediaAsset]] = relationship(
        lazy="raise",
        primaryjoin="foreign(MediaAsset.case_message_id) == CaseMessage.id",
        viewonly=True,
        order_by="MediaAsset.id",
    )


class Pause(OwnedByShop, Base):
    """Stops everything automatic for a customer; review requests by at most 14 days (G2)."""

    __tablename__ = "pause"
    __table_args__ = (
        CheckConstraint(f"source IN {PAUSE_SOURCES}", name="source"),
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        Index("ix_pause_customer_id", "customer_id"),
        Index("ix_pause_shop", "shop_id", "starts_at", "id"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("case.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    source: Mapped[str] = mapped_column(default="hand", server_default="hand")
    reason: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime | None]
    """None: until a person lifts it."""
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))


class Incident(OwnedByShop, Base):
    """A low public review being put right: answered, repaired, and only then at rest (playbook 5).

    Opened after the review was published; nothing about deciding ever reads it (G12).
    """

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("review_id"),
        Index("ix_incident_shop", "shop_id", "opened_at", "id"),
        Index("ix_incident_open", "shop_id", "id", postgresql_where=text("closed_at IS NULL")),
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

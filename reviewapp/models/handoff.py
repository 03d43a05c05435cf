"""Helpdesks a shop hands cases to, the cases handed over, and each step of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.case import Case

HELPDESK_KINDS = ("mail", "webhook", "zendesk", "gorgias", "chatwoot", "freshdesk")
HELPDESK_STATES = ("active", "paused", "removed")
STEP_KINDS = ("create", "word", "facts", "state")
STEP_STATES = ("waiting", "done", "refused")


class Helpdesk(OwnedByShop, Base):
    """One account at one helpdesk; its key is sealed, and never shown again."""

    __tablename__ = "helpdesk"
    __table_args__ = (
        CheckConstraint(f"kind IN {HELPDESK_KINDS}", name="kind"),
        CheckConstraint(f"state IN {HELPDESK_STATES}", name="state"),
        Index("ix_helpdesk_shop", "shop_id", "id"),
        Index("ix_helpdesk_hook", "hook_digest", unique=True),
    )

    kind: Mapped[str]
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    address: Mapped[str]
    """Where it is: an https address, or the mail address of the kind "mail"."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the kind wants beside it: `user`, `account`, `inbox`."""
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    hook_digest: Mapped[str | None]
    """SHA-256 of the address's secret part under which it tells us of changes."""
    by_itself: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether every new case goes there, or only those a person hands over."""
    routes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """By itself only for these routes; empty: all."""
    cool_down_minutes: Mapped[int] = mapped_column(default=60, server_default=text("60"))
    """Within it, another case of the same customer joins the ticket there is."""
    busy_until: Mapped[datetime | None]
    """Until when it asked us to wait."""
    last_heard_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class Handoff(OwnedByShop, Base):
    """One case at one helpdesk."""

    __tablename__ = "handoff"
    __table_args__ = (
        UniqueConstraint("helpdesk_id", "case_id"),
        CheckConstraint("joins_id <> id", name="joins_another"),
        Index("ix_handoff_case_id", "case_id"),
        Index("ix_handoff_joins_id", "joins_id"),
        Index("ix_handoff_ticket", "helpdesk_id", "ticket_id"),
        Index(
            "ix_handoff_look",
            "look_at",
            postgresql_where=text("look_at IS NOT NULL"),
        ),
    )

    helpdesk_id: Mapped[UUID] = mapped_column(ForeignKey("helpdesk.id", ondelete="CASCADE"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    joins_id: Mapped[UUID | None] = mapped_column(ForeignKey("handoff.id", ondelete="SET NULL"))
    """The handoff whose ticket this case's words go into: one person, one ticket."""
    ticket_id: Mapped[str | None]
    ticket_url: Mapped[str | None]
    ticket_state: Mapped[str] = mapped_column(default="open", server_default="open")
    """As last seen or set over there, in our words."""
    last_word_at: Mapped[datetime] = mapped_column(default=clock.now)
    look_at: Mapped[datetime | None]
    """When to look at the ticket next; None: it is at rest, or tells us by itself."""
    looks: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    helpdesk: Mapped[Helpdesk] = relationship(lazy="raise")
    case: Mapped[Case] = relationship(lazy="raise")


class HandoffStep(OwnedByShop, Base):
    """One thing to be done over there; the steps of a handoff are done in their order."""

    __tablename__ = "handoff_step"
    __table_args__ = (
        UniqueConstraint("handoff_id", "kind", "message_id"),
        CheckConstraint(f"kind IN {STEP_KINDS}", name="kind"),
        CheckConstraint(f"state IN {STEP_STATES}", name="state"),
        Index(
            "ix_handoff_step_due", "due_at", "number", postgresql_where=text("state = 'waiting'")
        ),
        Index(
            "ix_handoff_step_owed", "handoff_id", "number", postgresql_where=text("state <> 'done'")
        ),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity())
    """Their order; ids made within one millisecond have none."""
    handoff_id: Mapped[UUID] = mapped_column(ForeignKey("handoff.id", ondelete="CASCADE"))
    kind: Mapped[str]
    message_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("case_message.id", ondelete="CASCADE")
    )
    wanted: Mapped[str | None]
    """The state a step of the kind "state" sets."""
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_error: Mapped[str | None]


class HandoffAnswer(OwnedByShop, Base):
    """What somebody wrote over there, taken into the case once."""

    __tablename__ = "handoff_answer"
    __table_args__ = (
        UniqueConstraint("handoff_id", "external_id"),
        Index("ix_handoff_answer_message_id", "message_id"),
    )

    handoff_id: Mapped[UUID] = mapped_column(ForeignKey("handoff.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("case_message.id", ondelete="CASCADE"))
    author: Mapped[str | None]
    written_at: Mapped[datetime]

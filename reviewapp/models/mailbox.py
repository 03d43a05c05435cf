"""Where a shop's mail comes in, and every mail that came: what it was taken for and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

CONNECTION_KINDS = ("imap", "hook")
CONNECTION_STATES = ("active", "paused")
SECURITIES = ("tls", "starttls", "plain")
STRANGERS = ("open", "wait")
"""What becomes of a stranger's message: a case of its own, or it waits for a person."""
MAIL_STATES = ("received", "done", "waiting", "stopped", "dismissed", "failed")
"""received: not looked at yet · done: at its case, or its report is noted · waiting: for a person ·
stopped: never answered, no case · dismissed: a person looked and let it be · failed: given up."""


class MailConnection(OwnedByShop, Base):
    """One mailbox that is fetched by IMAP, or a program that posts raw mails."""

    __tablename__ = "mail_connection"
    __table_args__ = (
        UniqueConstraint("shop_id", "address"),
        CheckConstraint(f"kind IN {CONNECTION_KINDS}", name="kind"),
        CheckConstraint(f"state IN {CONNECTION_STATES}", name="state"),
        CheckConstraint(f"security IN {SECURITIES}", name="security"),
        CheckConstraint(f"strangers IN {STRANGERS}", name="strangers"),
        Index(
            "ix_mail_connection_due",
            "fetch_at",
            postgresql_where=text("kind = 'imap' AND state = 'active'"),
        ),
    )

    kind: Mapped[str]
    address: Mapped[str]
    """Where customers write to; answers are asked for there."""
    plus_addresses: Mapped[bool] = mapped_column(default=True)
    """Whether `name+anything@` reaches the same mailbox (RFC 5233)."""
    strangers: Mapped[str] = mapped_column(default="open")
    state: Mapped[str] = mapped_column(default="active")
    host: Mapped[str | None]
    port: Mapped[int | None]
    security: Mapped[str] = mapped_column(default="tls")
    username: Mapped[str | None]
    folder: Mapped[str] = mapped_column(default="INBOX")
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """The password, or the secret of who posts; sealed, bound to this row."""
    uid_validity: Mapped[int | None] = mapped_column(BigInteger)
    last_uid: Mapped[int | None] = mapped_column(BigInteger)
    """The newest mail that is safely here, as the server numbers it (RFC 3501 2.3.1.1)."""
    fetch_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_at: Mapped[datetime | None]
    """Since when a worker fetches; after a lease another may."""
    fetched_at: Mapped[datetime | None]
    """The last fetch, or post, that went well."""
    failures: Mapped[int] = mapped_column(default=0)
    """Failed fetches in a row."""
    last_error: Mapped[str | None]


class InboundMail(OwnedByShop, Base):
    """One mail that came in; the raw mail lies sealed in storage for a while."""

    __tablename__ = "inbound_mail"
    __table_args__ = (
        UniqueConstraint("connection_id", "key"),
        CheckConstraint(f"state IN {MAIL_STATES}", name="state"),
        Index("ix_inbound_mail_shop", "shop_id", "created_at", "id"),
        Index("ix_inbound_mail_due", "due_at", postgresql_where=text("state = 'received'")),
        Index("ix_inbound_mail_waiting", "shop_id", "id", postgresql_where=text("state='waiting'")),
        Index("ix_inbound_mail_sender", "shop_id", "sender_digest", "created_at"),
        Index("ix_inbound_mail_case_id", "case_id"),
        Index("ix_inbound_mail_customer_id", "customer_id"),
        Index("ix_inbound_mail_raw", "created_at", postgresql_where=text("raw_key IS NOT NULL")),
    )

    connection_id: Mapped[UUID] = mapped_column(
        ForeignKey("mail_connection.id", ondelete="CASCADE")
    )
    key: Mapped[str]
    """What makes it one mail: its Message-ID, or a digest where it has none."""
    state: Mapped[str] = mapped_column(default="received")
    kind: Mapped[str | None]
    """What it is taken for, of `inbox.kinds.KINDS`; None: not looked at yet."""
    reason: Mapped[str | None]
    """Why, as a stable word."""
    told: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """What a report says: [{recipient, action, status, words}]."""
    message_id: Mapped[str | None]
    sender: Mapped[str | None]
    """The address in From, which anybody can write; forgotten together with the raw mail."""
    sender_digest: Mapped[str | None]
    subject: Mapped[str | None]
    byte_count: Mapped[int] = mapped_column(BigInteger)
    raw_key: Mapped[str | None]
    """Where it lies sealed; None: its time is over, or it was too large."""
    raw_key_id: Mapped[str | None]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id", ondelete="SET NULL"))
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]

    connection: Mapped[MailConnection] = relationship(lazy="raise")

"""What many tables share: an id, an owner shop, and the bookkeeping of one delivery."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from reviewapp.core import clock
from reviewapp.core.db import Base
from reviewapp.core.ids import new_id

__all__ = ["Base", "Delivery", "OwnedByShop"]


class OwnedByShop:
    """Rows of one shop: the id is a UUIDv7, `shop_id` is what row-level security reads."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @declared_attr
    @classmethod
    def shop_id(cls) -> Mapped[UUID]:
        """The owner; composite lookups are always (shop_id, …)."""
        return mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=False)


class Delivery:
    """One message to one address: planned → claimed → sent | unknown | skipped | cancelled.

    `sending_at` is written just before the message's DATA; a row claimed without it was never
    handed over, a row with it and no answer is `unknown` and never resent by itself.
    """

    state: Mapped[str] = mapped_column(default="planned", server_default="planned")
    reason: Mapped[str | None]
    send_at: Mapped[datetime | None]
    claim_id: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    message_id: Mapped[str | None]
    smtp_answer: Mapped[str | None]


DELIVERY_STATES = ("planned", "claimed", "sent", "unknown", "skipped", "cancelled")

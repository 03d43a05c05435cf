"""Rules that sort cases as they come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop


class RoutingRule(OwnedByShop, Base):
    """When all conditions hold, do all actions; tried on past cases before it goes live."""

    __tablename__ = "routing_rule"
    __table_args__ = (Index("ix_routing_rule_shop", "shop_id", "position", "id"),)

    name: Mapped[str]
    position: Mapped[int]
    """Rules run from the lowest number to the highest; the first word on a matter stands."""
    live: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`routes`, `words`, `least_value`, `order_tags`, `least_cases`, …: all of them hold."""
    actions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`route`, `tags`, `priority`, `owner`, `macro`, `escalate`, `pause_days`."""
    stop: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """No later rule is looked at when this one applied."""
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    tried_at: Mapped[datetime | None]
    """When it was last tried on past cases; it goes live only if that was after its change."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

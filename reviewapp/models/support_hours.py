"""When the team works: weekly hours, holidays, and notes for a season."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

REQUESTS_IN_SEASON = ("as_usual", "slowed", "held")
MOST_HOURS_ADDED = 72


class ShopHours(OwnedByShop, Base):
    """One shop's working week; a shop without a row works Monday to Friday, 9 to 17."""

    __tablename__ = "shop_hours"
    __table_args__ = (UniqueConstraint("shop_id"),)

    time_zone: Mapped[str | None]
    """IANA name of where the team sits; None: the shop's own."""
    week: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Weekday ("0" is Monday) → [["09:00", "12:00"], ["13:00", "17:00"]]; a closing time at or
    before the opening one lies on the next day."""


class Holiday(OwnedByShop, Base):
    """A day on which nobody works."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("shop_id", "day_on"),)

    day_on: Mapped[date]
    name: Mapped[str] = mapped_column(default="", server_default="")
    source: Mapped[str] = mapped_column(default="hand", server_default="hand")
    """`hand`, or the public calendar it was taken from, such as `DE-BY`."""


class SeasonNote(OwnedByShop, Base):
    """What is different for a while: longer answers, slower requests, and how it is told."""

    __tablename__ = "season_note"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(
            f"first_response_hours_added BETWEEN 0 AND {MOST_HOURS_ADDED}", name="hours_added"
        ),
        CheckConstraint(f"requests IN {REQUESTS_IN_SEASON}", name="requests"),
        Index("ix_season_note_shop", "shop_id", "starts_on", "id"),
    )

    title: Mapped[str]
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Language → what customers are told."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day of it, in the team's zone."""
    first_response_hours_added: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Working hours on top of each route's target for a first answer."""
    requests: Mapped[str] = mapped_column(default="as_usual", server_default="as_usual")
    """Review requests meanwhile: slowed or held for everybody alike, within G2."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

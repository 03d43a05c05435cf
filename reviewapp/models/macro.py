"""A shop's saved answers for cases, every version kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class Macro(OwnedByShop, Base):
    """One version for a key and language; the newest is in force.

    An empty one goes back to the shipped text, or takes a shop's own macro out of use.
    """

    __tablename__ = "macro"
    __table_args__ = (
        UniqueConstraint("shop_id", "key", "language", "version"),
        CheckConstraint("version > 0", name="version"),
    )

    key: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    body: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

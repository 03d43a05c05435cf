"""A shop's own beginnings of public answers, every version kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class ReplyTemplate(OwnedByShop, Base):
    """One version for a kind and language; the newest is in force, an empty one means: shipped."""

    __tablename__ = "reply_template"
    __table_args__ = (
        UniqueConstraint("shop_id", "kind", "language", "version"),
        CheckConstraint("version > 0", name="version"),
    )

    kind: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    body: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

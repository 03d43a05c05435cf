"""A shop's policies, every version of them: what was in force when somebody bought."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

POLICY_KINDS = ("returns", "shipping", "refunds", "terms", "privacy")


class PolicyVersion(OwnedByShop, Base):
    """One text of one policy in one language; append-only, in force until the next begins."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("shop_id", "kind", "language", "number"),
        CheckConstraint(f"kind IN {POLICY_KINDS}", name="kind"),
    )

    kind: Mapped[str]
    language: Mapped[str]
    number: Mapped[int]
    """1, 2, 3 … of this policy in this language."""
    body: Mapped[str]
    url: Mapped[str | None]
    """Where shoppers read it."""
    in_force_from: Mapped[datetime]
    sha256: Mapped[str]
    """Over the UTF-8 text."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

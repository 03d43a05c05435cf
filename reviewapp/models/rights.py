"""The permission ledger: who allowed which use of which very file, under which very text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

USES = ("site", "email", "homepage", "social", "ads", "marketplace", "print", "partners")
ENTRY_KINDS = ("asked", "granted", "declined", "withdrawn", "expired", "superseded")


class PermissionEntry(OwnedByShop, Base):
    """One act on one use of one asset (or the words); append-only, a change is a new row (P3)."""

    __tablename__ = "permission_entry"
    __table_args__ = (
        CheckConstraint(f"kind IN {ENTRY_KINDS}", name="kind"),
        CheckConstraint(f"use IN {USES}", name="use"),
        Index("ix_permission_entry_review_id", "review_id"),
        Index("ix_permission_entry_asset_id", "asset_id"),
    )

    kind: Mapped[str]
    use: Mapped[str]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("media_asset.id", ondelete="SET NULL"))
    """None: the words of the review."""
    subject_sha256: Mapped[str]
    """SHA-256 of the very file, or of the review version's canonical text (P2)."""
    text_version: Mapped[str]
    text_language: Mapped[str]
    text_sha256: Mapped[str]
    """Of the licence text exactly as it was shown."""
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How it was given: page version, request id, action."""

"""The permission ledger: who allowed which use of which very file, under which very text."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

USES = ("site", "email", "homepage", "social", "ads", "marketplace", "print", "partners")
ENTRY_KINDS = ("asked", "granted", "declined", "withdrawn", "expired", "superseded")
PARTIES = ("author", "depicted", "guardian")
"""Who gives a permission: the author, a person in the picture, or the guardian of a child."""
WORLD = "001"
"""Everywhere, as UN M.49 and CLDR write it; other territories are ISO 3166-1 alpha-2."""
EDITS = ("crop", "resize", "subtitle", "translate")
"""What may be done to a file; the words of a review are never changed (G15)."""


class PermissionEntry(OwnedByShop, Base):
    """One act on one use of one asset (or the words); append-only, a change is a new row (P3).

    The rows of a shop are a hash chain like the log's. They name persons, reviews and files by id
    only, without foreign keys: the ledger outlives what it speaks of, and an erasure leaves it
    as it was written. What is personal lies in `PermissionDetail`, bound by a salted hash.
    """

    __tablename__ = "permission_entry"
    __table_args__ = (
        CheckConstraint(f"kind IN {ENTRY_KINDS}", name="kind"),
        CheckConstraint(f"use IN {USES}", name="use"),
        CheckConstraint(f"party IN {PARTIES}", name="party"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="term"),
        UniqueConstraint("shop_id", "number"),
        Index("ix_permission_entry_review_id", "review_id"),
        Index("ix_permission_entry_asset_id", "asset_id"),
        Index(
            "ix_permission_entry_ends_at",
            "ends_at",
            postgresql_where=text("kind = 'granted' AND ends_at IS NOT NULL"),
        ),
    )

    number: Mapped[int]
    """1, 2, 3 … within the shop, without a gap."""
    kind: Mapped[str]
    use: Mapped[str]
    party: Mapped[str] = mapped_column(default="author", server_default="author")
    customer_id: Mapped[UUID | None]
    review_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    """None: the words of the review."""
    subject_sha256: Mapped[str]
    """SHA-256 of the very file, or of the review version's canonical text (P2)."""
    text_version: Mapped[str]
    text_language: Mapped[str]
    text_sha256: Mapped[str]
    """Of the licence text exactly as it was shown."""
    territory: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=lambda: [WORLD], server_default=text("'{001}'")
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """None: until it is taken back."""
    edits: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=lambda: ["crop", "resize"], server_default=text("'{crop,resize}'")
    )
    ai_training: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether models may be trained on it; only ever by a text that grants it by name (P2)."""
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How it was given, by reference: request id, page version, action, Message-ID."""
    proof_sha256: Mapped[str | None]
    """Salted, over the address and agent in `PermissionDetail`; None: none were there."""
    credit_sha256: Mapped[str | None]
    """Salted, over the credit line in `PermissionDetail`; None: no name is to be shown."""
    previous_hash: Mapped[str]
    hash: Mapped[str]
    """SHA-256 over the previous hash and the canonical JSON of the row."""

    @property
    def person(self) -> str:
        """Whose word it is among those in the picture: the id of the question they were asked.

        Empty for the author, and for what was signed on paper.
        """
        return str(self.proof.get("person", ""))

    @property
    def paper(self) -> str:
        """Where a release that was signed on paper lies; empty for all else."""
        return str(self.proof.get("reference", ""))

    @property
    def renews(self) -> str:
        """Hash of the grant whose running term it asks, or agrees, to make longer; else empty."""
        return str(self.proof.get("renews", ""))


class PermissionDetail(Base):
    """What is personal in an entry: goes with its erasure or its time, the hashes stay."""

    __tablename__ = "permission_detail"
    __table_args__ = (
        Index(
            "ix_permission_detail_kept_until",
            "kept_until",
            postgresql_where=text("address IS NOT NULL OR agent IS NOT NULL"),
        ),
    )

    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("permission_entry.id", ondelete="CASCADE"), primary_key=True
    )
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    salt: Mapped[str]
    """32 random bytes in hex: without it the hashes tell nothing of what they cover."""
    credit_line: Mapped[str | None]
    """The name shown with the content."""
    address: Mapped[str | None]
    agent: Mapped[str | None]
    kept_until: Mapped[datetime]
    """When address and agent are taken out; the entry's proof is then its ids and times."""


class LicenceWording(OwnedByShop, Base):
    """A shop's own words in the slots of the licence texts of one language; append-only.

    Edition 3 is version "2.3" of the text, where "2" is the version of the shipped words.
    """

    __tablename__ = "licence_wording"
    __table_args__ = (UniqueConstraint("shop_id", "language", "edition"),)

    language: Mapped[str]
    shipped_version: Mapped[str]
    """Of the words around the slots when it was written."""
    edition: Mapped[int]
    """1, 2, 3 … within the shop and language."""
    shop_name: Mapped[str]
    """All three empty: back to the standard text."""
    contact: Mapped[str]
    friendly: Mapped[str]
    changed_by: Mapped[str]
    """Who did, as the log names them."""


class StandingRight(Base):
    """What the ledger's fold leaves of one use of one subject: kept up with every entry.

    For searching only; whoever lets something out folds the ledger itself.
    """

    __tablename__ = "standing_right"
    __table_args__ = (Index("ix_standing_right_use", "shop_id", "use", "ends_at"),)

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_sha256: Mapped[str] = mapped_column(primary_key=True)
    use: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    entry_hash: Mapped[str]
    """Of the entry that granted it."""

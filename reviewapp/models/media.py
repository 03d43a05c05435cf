"""Photos (and later films): staged, attached, rendered, shown only when published."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, OwnedByShop

MEDIA_STATES = ("staged", "attached", "ready", "failed", "hidden")


class MediaAsset(OwnedByShop, Base):
    """One clean picture: re-encoded on arrival, no metadata in any stored byte (P4)."""

    __tablename__ = "media_asset"
    __table_args__ = (
        CheckConstraint(f"state IN {MEDIA_STATES}", name="state"),
        Index("ix_media_asset_review_id", "review_id"),
        Index("ix_media_asset_request_id", "request_id"),
        Index("ix_media_asset_case_message_id", "case_message_id"),
        Index("ix_media_asset_staged", "created_at", postgresql_where=text("state = 'staged'")),
    )

    kind: Mapped[str] = mapped_column(default="photo")
    state: Mapped[str] = mapped_column(default="staged")
    failure: Mapped[str | None]
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="SET NULL")
    )
    """The link it came through; only that link may attach it."""
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    case_message_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("case_message.id", ondelete="CASCADE")
    )
    sha256: Mapped[str]
    """Of the stored clean master; permissions bind to it (P2)."""
    key: Mapped[str]
    """Where the master lies in private storage; a content hash."""
    content_type: Mapped[str]
    byte_count: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    placeholder: Mapped[str]
    """A tiny data URL shown until the picture is there."""
    dominant_color: Mapped[str]
    dhash: Mapped[int | None] = mapped_column(BigInteger)
    """Perceptual hash as a signed 64-bit number."""
    hidden_reason: Mapped[str | None]
    attached_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    """When a worker took it for rendering; after a lease another may."""

    renditions: Mapped[list[Rendition]] = relationship(lazy="raise", order_by="Rendition.width")


class Rendition(OwnedByShop, Base):
    """One size and format of an asset, public once its review is published."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("asset_id", "width", "content_type"),)

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    width: Mapped[int]
    height: Mapped[int]
    content_type: Mapped[str]
    byte_count: Mapped[int]
    key: Mapped[str]
    """Content-hash key, the same in private storage and in the published folder."""

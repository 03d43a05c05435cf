"""Which products' published documents are behind what the database says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Integer

from reviewapp.models.base import Base


class Publication(Base):
    """One product's place on the storefront: dirty from the change until it is written."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_dirty", "dirty_at", postgresql_where=text("dirty_at IS NOT NULL")),
    )

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    dirty_at: Mapped[datetime | None]
    """The oldest change not yet written; None: the documents are current."""
    dirty_chunks: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    """Chunk numbers that changed; the head is always rewritten."""
    revision: Mapped[int] = mapped_column(default=0)
    """Raised by every change; a write settles only the revision it read."""
    claimed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

"""Which products' published documents are behind what the database says."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Integer

from reviewapp.models.base import Base

SHORTEST_PAUSE = timedelta(milliseconds=500)
"""Between two writes of one document; it grows while a burst lasts."""


class Publication(Base):
    """One product's place on the storefront: dirty from the change until it is written."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_dirty", "dirty_at", postgresql_where=text("dirty_at IS NOT NULL")),
        Index("ix_publication_key_hash", "shop_id", "key_hash"),
    )

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[int] = mapped_column(BigInteger)
    """32 bits of the product's document key; the star shards cut this range evenly."""
    dirty_at: Mapped[datetime | None]
    """The oldest change not yet written; None: the documents are current."""
    dirty_chunks: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    """Chunk numbers that changed; the head is always rewritten."""
    dirty_questions: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the questions changed too."""
    revision: Mapped[int] = mapped_column(default=0)
    """Raised by every change; a write settles only the revision it read."""
    claimed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    pause: Mapped[timedelta] = mapped_column(
        default=SHORTEST_PAUSE, server_default=text("'500 milliseconds'")
    )
    """How long after `published_at` the next write may come."""


class ShopDocument(Base):
    """A published document of the whole shop (star shard, policy), and whether it is behind."""

    __tablename__ = "shop_document"
    __table_args__ = (
        Index("ix_shop_document_dirty", "dirty_at", postgresql_where=text("dirty_at IS NOT NULL")),
    )

    shop_id: Mapped[UUID] = mapped_column(
        ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(primary_key=True)
    """Below the shop's folder, such as `stars/0.json` or `policy.html`."""
    dirty_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    pause: Mapped[timedelta] = mapped_column(
        default=SHORTEST_PAUSE, server_default=text("'500 milliseconds'")
    )
    """How long after `published_at` the next write may come."""


class CachePurge(Base):
    """A surrogate key whose documents a CDN is to forget; gone once the CDN has said yes."""

    __tablename__ = "cache_purge"
    __table_args__ = (Index("ix_cache_purge_due", "due_at"),)

    shop_id: Mapped[UUID] = mapped_column(
        ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(primary_key=True)
    """A published address without the shop's folder, such as `products/MUG/head.json`."""
    surrogate_key: Mapped[str]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When it is asked for (again); also the lease of who is asking just now."""
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))

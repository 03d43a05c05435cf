"""Hand-picked selections of published reviews, shown as such beside the true aggregate (G17)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class Collection(OwnedByShop, Base):
    """A selection with a title; `key` names it in tags and in the published folder."""

    __tablename__ = "collection"
    __table_args__ = (UniqueConstraint("shop_id", "key"),)

    key: Mapped[str]
    """Lower case letters, digits and hyphens; never changed: storefronts name it."""
    title: Mapped[str]


class CollectionItem(OwnedByShop, Base):
    """One picked review; shown only while it is published."""

    __tablename__ = "collection_item"
    __table_args__ = (
        UniqueConstraint("collection_id", "review_id"),
        Index("ix_collection_item_review_id", "review_id"),
    )

    collection_id: Mapped[UUID] = mapped_column(ForeignKey("collection.id", ondelete="CASCADE"))
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Order as picked, from 0; holes are fine."""

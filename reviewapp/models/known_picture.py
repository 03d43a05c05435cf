"""Pictures a shop has seen, to be known again, and what a person should look at in one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

SIGNAL_KINDS = ("same_picture", "product_picture", "blurred", "dark")


class KnownPicture(OwnedByShop, Base):
    """A picture the shop has seen, a customer's or a product's, to be recognised again."""

    __tablename__ = "known_picture"
    __table_args__ = (
        UniqueConstraint("asset_id"),
        UniqueConstraint("product_id"),
        CheckConstraint("(asset_id IS NULL) <> (product_id IS NULL)", name="of_one"),
        Index(
            "ix_known_picture_next_try_at",
            "next_try_at",
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
    )

    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    image_url: Mapped[str | None]
    """Where the product's picture was, or is to be, fetched from."""
    phash: Mapped[int | None] = mapped_column(BigInteger)
    """None until it was fetched, and for pictures too plain to be told apart."""
    failure: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    next_try_at: Mapped[datetime | None]
    """When to fetch it; None: done, or given up."""


class PictureBand(Base):
    """One band of a known picture's hash: two that differ little are equal in one of them.

    Plain equality on numbers is what an index can serve behind row-level security.
    """

    __tablename__ = "picture_band"
    __table_args__ = (Index("ix_picture_band_value", "shop_id", "band", "value"),)

    picture_id: Mapped[UUID] = mapped_column(
        ForeignKey("known_picture.id", ondelete="CASCADE"), primary_key=True
    )
    band: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    value: Mapped[int]


class MediaSignal(OwnedByShop, Base):
    """Something about a picture for a person to look at; never a verdict (playbook 5)."""

    __tablename__ = "media_signal"
    __table_args__ = (
        CheckConstraint(f"kind IN {SIGNAL_KINDS}", name="kind"),
        UniqueConstraint(
            "asset_id",
            "kind",
            "match_asset_id",
            "match_product_id",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_media_signal_match_asset_id", "match_asset_id"),
        Index("ix_media_signal_match_product_id", "match_product_id"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    kind: Mapped[str]
    distance: Mapped[int | None]
    """How many of 64 bits of the hashes differ."""
    match_asset_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("media_asset.id", ondelete="CASCADE")
    )
    match_product_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE")
    )

"""Products, customers, orders and their lines, the events on them, and mail suppressions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.listing import RatingSummary

EVENT_TYPES = ("shipped", "delivered", "cancelled", "lost", "refunded", "returned")
SUPPRESSION_REASONS = ("unsubscribed", "bounced", "complained")


class Product(OwnedByShop, Base):
    """Something sold; reviews stay with it (G24)."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_product_group", "shop_id", "item_group_id"),
        Index("ix_product_listing_id", "listing_id"),
        Index("ix_product_title", "shop_id", "title", "id"),
    )

    external_id: Mapped[str]
    source: Mapped[str] = mapped_column(default="api")
    title: Mapped[str]
    url: Mapped[str | None]
    image_url: Mapped[str | None]
    brand: Mapped[str | None]
    gtin: Mapped[str | None]
    mpn: Mapped[str | None]
    sku: Mapped[str | None]
    product_type: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    usage_days: Mapped[int | None]
    """The usage window of this very product; else its type's, tag's or the shop's."""
    excluded: Mapped[bool] = mapped_column(default=False)
    """Asked of nobody, for everyone alike (G1)."""
    item_group_id: Mapped[str | None]
    """What variants of one product have in common in the shop's system (Google's name for it)."""
    listing_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    """The product whose set of reviews is shown here; None: its own (G24)."""
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    summary: Mapped[RatingSummary | None] = relationship(
        lazy="raise",
        primaryjoin="foreign(RatingSummary.product_id) == "
        "func.coalesce(Product.listing_id, Product.id)",
        viewonly=True,
        uselist=False,
    )


class Customer(OwnedByShop, Base):
    """A buyer, known by mail address."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("shop_id", "email_digest"),
        Index(
            "ix_customer_erasing",
            "id",
            postgresql_where=text("erasing_since IS NOT NULL AND erased_at IS NULL"),
        ),
    )

    email: Mapped[str | None]
    """None when the source never told one, or after an erasure."""
    email_digest: Mapped[str]
    """SHA-256 of the address; of the source's customer id where there is no address."""
    name: Mapped[str | None]
    locale: Mapped[str | None]
    country: Mapped[str | None]
    time_zone: Mapped[str | None]
    erasing_since: Mapped[datetime | None]
    """When the erasure was asked for: from then on nothing of theirs is shown or sent."""
    erased_at: Mapped[datetime | None]
    """When it was done; the digest stays, so that nothing is asked of them again."""


class Order(OwnedByShop, Base):
    """A purchase; what became of it is told by its lines."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_order_customer_id", "customer_id"),
        Index("ix_order_request_id", "request_id"),
        Index("ix_order_placed", "shop_id", "ordered_at"),
        Index("ix_order_unplanned", "shop_id", "id", postgresql_where="planning_due"),
    )

    external_id: Mapped[str]
    source: Mapped[str] = mapped_column(default="api")
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"))
    ordered_at: Mapped[datetime]
    promised_at: Mapped[datetime | None]
    """When the shop promised the parcel; dates the estimate where no delivery event comes."""
    currency: Mapped[str | None]
    total: Mapped[Decimal | None]
    locale: Mapped[str | None]
    country: Mapped[str | None]
    time_zone: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    tracking: Mapped[str | None]
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="SET NULL")
    )
    """The one request that asks about this order; an order never gets a second (playbook 2)."""
    planning_due: Mapped[bool] = mapped_column(default=True)
    """Something changed since the order was last planned."""

    customer: Mapped[Customer] = relationship(lazy="raise")
    lines: Mapped[list[OrderLine]] = relationship(
        lazy="raise", order_by="OrderLine.id", back_populates="order"
    )


class OrderLine(OwnedByShop, Base):
    """One product in an order; each fact is the first instant it was told, in any order."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "external_id"),
        Index("ix_order_line_product_id", "product_id"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    price: Mapped[Decimal | None]
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship(lazy="raise", back_populates="lines")
    product: Mapped[Product] = relationship(lazy="raise")


class OrderEvent(OwnedByShop, Base):
    """An event as it was told, once; the evidence behind the lines' facts."""

    __tablename__ = "order_event"
    __table_args__ = (
        UniqueConstraint("order_id", "digest"),
        CheckConstraint(f"type IN {EVENT_TYPES}", name="type"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    type: Mapped[str]
    at: Mapped[datetime]
    lines: Mapped[list[Any]]
    """External ids of the lines it is about; empty: the whole order."""
    tracking: Mapped[str | None]
    digest: Mapped[str]
    """SHA-256 over type, instant and lines: the same event again changes nothing."""


class Suppression(OwnedByShop, Base):
    """An address that is not written to any more; looked up again at the moment of sending."""

    __tablename__ = "suppression"
    __table_args__ = (
        UniqueConstraint("shop_id", "email_digest", "reason"),
        CheckConstraint(f"reason IN {SUPPRESSION_REASONS}", name="reason"),
    )

    email_digest: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[str | None]
    lifted_at: Mapped[datetime | None]

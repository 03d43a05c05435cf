"""Products and orders to be read."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.models.catalog import Order, OrderLine, Product


def products(shop_id: UUID) -> Select[Product]:
    """All products of a shop with the numbers of their reviews, in no order yet."""
    return select(Product).where(Product.shop_id == shop_id).options(joinedload(Product.summary))


def order(session: Session, shop_id: UUID, external_id: str) -> Order | None:
    """An order with its buyer, lines and their products."""
    return session.scalar(
        select(Order)
        .where(Order.shop_id == shop_id, Order.external_id == external_id)
        .options(
            joinedload(Order.customer),
            selectinload(Order.lines).joinedload(OrderLine.product),
        )
        .execution_options(populate_existing=True)
    )

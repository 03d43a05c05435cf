"""Taking in products; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.ids import new_id
from reviewapp.integrations.grouping import likeness, regroup, watch_identity
from reviewapp.models.catalog import Order, OrderLine, Product
from reviewapp.models.review_request import ReviewRequest
from reviewapp.outbox.messages import emit

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
PLANNED_BY_PRODUCT = ("product_type", "tags", "usage_days", "excluded")
SHOWN_OF_PRODUCT = ("title", "url", "image_url", "brand", "gtin", "mpn", "sku")
REPLANNED_FOR = timedelta(days=400)
"""Older orders are not planned anew when their product changes: their time to be asked is over."""


def put_product(
    session: Session,
    shop_id: UUID,
    external_id: str,
    facts: Mapping[str, Any],
    *,
    by: str = "system",
) -> tuple[Product, str]:
    """Create or change it; Conflict where it joins a group of different products (G24)."""
    created = session.scalar(
        insert(Product)
        .values(
            id=new_id(),
            shop_id=shop_id,
            external_id=external_id,
            title=external_id,
            tags=[],
        )
        .on_conflict_do_nothing(index_elements=["shop_id", "external_id"])
        .returning(Product.id)
    )
    product = session.scalars(
        select(Product)
        .where(Product.shop_id == shop_id, Product.external_id == external_id)
        .with_for_update()
    ).one()
    before, left = likeness(product), product.item_group_id
    changed = change(product, facts)
    if "item_group_id" in changed:
        session.flush()
        regroup(session, product, left, by=by)
    if created is not None:
        return product, CREATED
    watch_identity(session, product, before, by=by)
    if changed & set(PLANNED_BY_PRODUCT):
        _plan_orders_of_product(session, product)
    if changed & set(SHOWN_OF_PRODUCT):
        emit(session, "product.changed", shop_id=shop_id, product_id=product.id)
    return product, UPDATED if changed else UNCHANGED


def _plan_orders_of_product(session: Session, product: Product) -> None:
    """Plan anew the orders with this product whose request has not gone out."""
    with_product = select(OrderLine.order_id).where(OrderLine.product_id == product.id)
    waiting = select(ReviewRequest.id).where(ReviewRequest.state == "planned")
    session.execute(
        update(Order)
        .where(
            Order.id.in_(with_product),
            Order.ordered_at > clock.now() - REPLANNED_FOR,
            Order.request_id.is_(None) | Order.request_id.in_(waiting),
        )
        .values(planning_due=True)
        .execution_options(synchronize_session=False)
    )
    ping_after_commit(session, "plan")


def change(row: Any, values: Mapping[str, Any]) -> set[str]:
    """Set what differs; the names that changed."""
    changed = {name for name, value in values.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, values[name])
    return changed

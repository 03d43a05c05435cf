"""Products, orders and imports to be looked at: lists by search, one order with its course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from reviewapp.core.errors import NotFound
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine, Product
from reviewapp.models.integration import ImportRun
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review_request import ReviewRequest

Rows = Select[*tuple[Any, ...]]


def product_rows(shop_id: UUID, pattern: str) -> Rows:
    """Products with their summary, found by title, number or type."""
    found = (
        select(Product, RatingSummary)
        .outerjoin(RatingSummary, RatingSummary.product_id == Product.id)
        .where(Product.shop_id == shop_id)
    )
    columns = (Product.title, Product.external_id, Product.sku, Product.product_type)
    return found.where(_any_like(columns, pattern)) if pattern else found


def order_rows(shop_id: UUID, pattern: str) -> Rows:
    """Orders with buyer, request, and how many lines there are and have arrived."""
    arrived = func.count(OrderLine.delivered_at)
    lines = (
        select(func.count(OrderLine.id).label("all"), arrived.label("arrived"))
        .where(OrderLine.order_id == Order.id)
        .lateral()
    )
    found = (
        select(Order, Customer, ReviewRequest, lines.c.all, lines.c.arrived)
        .join(Customer, Customer.id == Order.customer_id)
        .outerjoin(ReviewRequest, ReviewRequest.id == Order.request_id)
        .join(lines, lines.c.all >= 0)
        .where(Order.shop_id == shop_id)
    )
    columns = (Order.external_id, Customer.name, Customer.email, Order.tracking)
    return found.where(_any_like(columns, pattern)) if pattern else found


def order_of(session: Session, shop_id: UUID, order_id: UUID) -> Order:
    """One order with buyer, lines and products; NotFound for another shop's."""
    found = session.scalar(
        select(Order)
        .where(Order.shop_id == shop_id, Order.id == order_id)
        .options(
            joinedload(Order.customer), selectinload(Order.lines).joinedload(OrderLine.product)
        )
    )
    if found is None:
        raise NotFound()
    return found


def events_of(session: Session, order: Order) -> Sequence[OrderEvent]:
    """What was told of an order, in the order in which it happened."""
    return session.scalars(
        select(OrderEvent)
        .where(OrderEvent.order_id == order.id)
        .order_by(OrderEvent.at, OrderEvent.id)
    ).all()


def import_rows(shop_id: UUID) -> Rows:
    """Imports of a shop."""
    return select(ImportRun).where(ImportRun.shop_id == shop_id)


def import_of(session: Session, shop_id: UUID, run_id: UUID) -> ImportRun:
    """One import with its bad rows; NotFound for another shop's."""
    found = session.scalar(import_rows(shop_id).where(ImportRun.id == run_id))
    if found is None:
        raise NotFound()
    run: ImportRun = found
    return run


def newest_import(session: Session, shop_id: UUID) -> ImportRun | None:
    """The import that was begun last."""
    return session.scalar(import_rows(shop_id).order_by(ImportRun.id.desc()).limit(1))


def _any_like(columns: Sequence[InstrumentedAttribute[Any]], pattern: str) -> ColumnElement[bool]:
    return or_(*(column.ilike(pattern) for column in columns))

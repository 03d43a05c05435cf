"""The one source of every feed: published reviews as the values that formats are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.core.i18n import translator
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.widgets.feeds.entry import FeedReview, FeedShop
from reviewapp.widgets.product_view import product_facts, shop_facts
from reviewapp.widgets.queries import SHOWN_COLUMNS
from reviewapp.widgets.reader import OWN_SOURCES, Reader
from reviewapp.widgets.rules import chunk_of

AT_ONCE = 500
"""Rows held in memory."""


def feed_shop(shop: Shop, public_url: str) -> FeedShop:
    """What feeds tell of a stored shop."""
    facts = shop_facts(shop, public_url)
    return FeedShop(facts, translator(facts.language))


def whole(shop: Shop) -> Select[Any]:
    """All published reviews, product by product, oldest first."""
    return _published(shop).order_by(Review.listing_id, Review.position)


def newest(shop: Shop, limit: int) -> Select[Any]:
    """The latest published ones of the shop, whatever their stars (G18)."""
    placed = _published(shop).where(Review.store_position.is_not(None))
    return placed.order_by(Review.store_position.desc()).limit(limit)


def entries(
    session: Session, shop: Shop, told: FeedShop, wanted: Select[Any]
) -> Iterator[FeedReview]:
    """The reviews of `wanted`, read in one statement so that a feed shows one instant."""
    reader = Reader(told.words, shop.time_zone)
    folder = f"{told.facts.base_url}/products"
    rows = session.execute(wanted.execution_options(yield_per=AT_ONCE))
    for batch in rows.partitions():
        products = _products(session, {row.product_id for row in batch})
        for row in batch:
            product = products[row.product_id]
            page = f"{folder}/{product.key}/page-{chunk_of(row.position)}.html"
            own = row.source in OWN_SOURCES
            yield FeedReview(
                review=reader.bare(row),
                product=product,
                submitted_at=row.submitted_at,
                anonymous=not row.display_name.strip(),
                invited=bool(row.order_line_id or row.request_id) if own else None,
                address=f"{page}#review-{row.id}",
                published_at=row.published_at,
                edited_at=row.edited_at,
            )


def _published(shop: Shop) -> Select[Any]:
    return select(
        *SHOWN_COLUMNS, Review.order_line_id, Review.request_id, Review.published_at
    ).where(Review.shop_id == shop.id, Review.state == "published", Review.position.is_not(None))


def _products(session: Session, ids: set[UUID]) -> dict[UUID, Any]:
    found = session.scalars(select(Product).where(Product.id.in_(ids)))
    return {product.id: product_facts(product) for product in found}

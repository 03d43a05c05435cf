"""Every product's documents anew after the shop itself changed: in batches, each its own event.

A batch marks what is behind and tells of the next one, a while later: whatever else changes
meanwhile waits for one batch, not for all products of the shop.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.widget import Publication
from reviewapp.outbox.messages import emit
from reviewapp.widgets.marks import mark_products
from reviewapp.widgets.rules import chunk_of

TOLD_BY_PRODUCTS = frozenset(
    {"name", "url", "locale", "time_zone", "color", "questions_by_product_type"}
)
"""What of a shop stands in its products' documents: names, links, words, days, answers' labels."""
BATCH = 100
BETWEEN = timedelta(seconds=5)
"""About as long as a batch takes to be written."""


def outdate_products(session: Session, shop_id: UUID) -> None:
    """Have every product of the shop written anew; the same again changes nothing but marks."""
    emit(session, "storefront.outdated", shop_id=shop_id)


def mark_next_products(session: Session, shop_id: UUID, after: UUID | None) -> int:
    """Mark the documents of the next products in the order of their ids; how many there were.

    The listings' summaries are held first, in the order of their ids too, as every change to a
    review does: no chunk can begin between counting them and marking.
    """
    listing = func.coalesce(Product.listing_id, Product.id)
    shown = (
        select(Product.id, listing.label("listing_id"))
        .join(Publication, Publication.product_id == Product.id)
        .where(Product.shop_id == shop_id)
        .order_by(Product.id)
        .limit(BATCH)
    )
    rows = session.execute(shown.where(Product.id > after) if after else shown).all()
    held = session.execute(
        select(RatingSummary.product_id, RatingSummary.next_position)
        .where(RatingSummary.product_id.in_({row.listing_id for row in rows}))
        .order_by(RatingSummary.product_id)
        .with_for_update()
    ).all()
    chunks = {listing_id: chunk_of(placed - 1) + 1 for listing_id, placed in held if placed}
    mark_products(session, {row.id: range(chunks.get(row.listing_id, 0)) for row in rows})
    if len(rows) == BATCH:
        following = emit(session, "storefront.outdated", shop_id=shop_id, after=rows[-1].id)
        following.due_at = clock.now() + BETWEEN
    return len(rows)

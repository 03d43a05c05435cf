"""Moving a product's reviews to the listing it is shown with, and back (G24)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reviewapp.models.catalog import Product
from reviewapp.models.listing import ReviewAttribute
from reviewapp.models.review import Review
from reviewapp.widgets.counting import locked_summary, recount_listing
from reviewapp.widgets.marks import mark_listing, mark_product
from reviewapp.widgets.rules import chunk_of


def move_to_listing(session: Session, product_id: UUID) -> None:
    """Bring all reviews of a product into the listing it belongs to; repeated, nothing changes.

    The listings are placed anew by the day of publication: a set that joins must not look newer
    than it is. Only counts and places change, `product_id` never does.
    """
    product = session.get(Product, product_id)
    if product is None:
        return
    listing_id = product.listing_id or product.id
    left = set(
        session.scalars(
            select(Review.listing_id)
            .where(Review.product_id == product_id, Review.listing_id != listing_id)
            .distinct()
        )
    )
    before = {}
    # In the order of their ids, so that two moves cannot wait for one another.
    for held in sorted({listing_id, *(each for each in left if each)}):
        before[held] = locked_summary(session, held).next_position
    _take_out(session, product_id, listing_id)
    for held in before:
        _place_anew(session, held)
    chunks = max(chunk_of(max(before.values(), default=0)), 0) + 1
    for held in before:
        chunks = max(chunks, recount_listing(session, held))
    # Chunks that a listing has no more are asked for too: they are taken away.
    for held in before:
        mark_listing(session, held, range(chunks), questions=True)
    mark_product(session, product_id, range(chunks))


def _take_out(session: Session, product_id: UUID, listing_id: UUID) -> None:
    elsewhere = (Review.product_id == product_id, Review.listing_id != listing_id)
    session.execute(
        delete(ReviewAttribute).where(
            ReviewAttribute.review_id.in_(select(Review.id).where(*elsewhere))
        )
    )
    session.execute(
        update(Review)
        .where(*elsewhere)
        .values(listing_id=None, position=None, counted_rating=None)
        .execution_options(synchronize_session=False)
    )


def _place_anew(session: Session, listing_id: UUID) -> None:
    """Every shown review of the listing gets a new place; withdrawn ones keep none."""
    session.execute(
        update(Review)
        .where(Review.listing_id == listing_id, Review.position.is_not(None))
        .values(position=None, counted_rating=None)
        .execution_options(synchronize_session=False)
    )
    summary = locked_summary(session, listing_id)
    summary.next_position = 0
    session.flush()

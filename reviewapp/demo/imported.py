"""The older reviews of the collection, taken over as an import: marked, never verified (G23)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.collect.versions import Words
from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.demo.catalogue import Said, buyer
from reviewapp.demo.story import FIRST_DAY, imported_reviews
from reviewapp.models.catalog import Product
from reviewapp.models.integration import ImportRun
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.widgets.counting import recount_listing

SOURCE = "Women’s Clothing Reviews (CC0)"
"""As it is named under each of them."""
OLDEST_DAY = 640
FIRST_BUYER = 2000


def import_older(session: Session, shop_id: UUID) -> int:
    """Put the older reviews in as published, with their own dates; returns how many."""
    products = dict(
        session.execute(
            select(Product.external_id, Product.id).where(Product.shop_id == shop_id)
        ).all()
    )
    told = imported_reviews()
    now = clock.now()
    span = OLDEST_DAY - FIRST_DAY - 1
    for place, said in enumerate(told):
        written_at = now - timedelta(days=span * (1 - place / len(told)), minutes=place * 37 % 600)
        review = Review(
            id=new_id(),
            shop_id=shop_id,
            product_id=products[said.product],
            locale="en",
            state="published",
            source=SOURCE,
            external_id=str(said.source_row),
            submitted_at=written_at,
            decided_at=now,
            published_at=written_at,
            **vars(_words(said, place)),
        )
        session.add(review)
        session.add(_version(review, _words(said, place)))
    session.add(
        ImportRun(
            shop_id=shop_id, kind="reviews", layout="demo", file_name="reviews.json",
            row_count=len(told), created_count=len(told), finished_at=now,
        )
    )  # fmt: skip
    session.flush()
    for product_id in products.values():
        recount_listing(session, product_id)
    return len(told)


def _words(said: Said, place: int) -> Words:
    name = buyer(FIRST_BUYER + place).display_name
    return Words(said.rating, said.title, said.body, {}, name)


def _version(review: Review, words: Words) -> ReviewVersion:
    return ReviewVersion(
        shop_id=review.shop_id, review_id=review.id, version=1, sha256=words.sha256, **vars(words)
    )

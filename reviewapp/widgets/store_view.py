"""What documents show across products: all reviews of the shop, hand-picked selections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from reviewapp.core.i18n import negotiate, translator
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.collection import Collection
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review import Review
from reviewapp.rights.leaving import free_for
from reviewapp.widgets.collections import SELECTION_USE
from reviewapp.widgets.figures import store_summary
from reviewapp.widgets.marks import STORE_PAGE, mark_shop, store_page_number, store_page_path
from reviewapp.widgets.product_view import PRODUCT_COLUMNS, product_facts, shop_facts
from reviewapp.widgets.queries import picked_rows, store_rows, summary_of
from reviewapp.widgets.reader import Reader, ReviewRow
from reviewapp.widgets.rules import CHUNK_SIZE, chunk_of
from reviewapp.widgets.values import (
    CollectionView,
    ProductFacts,
    PublishedReview,
    StoreView,
)
from reviewapp.widgets.writer import shop_folder

PLACED_AT_ONCE = 2000


def place_in_store(session: Session, shop_id: UUID, *, limit: int = PLACED_AT_ONCE) -> bool:
    """Give published reviews their places among all of the shop; their pages are behind then.

    At most `limit` of them; whether there may be more.

    The shop's row is held, so that two publishers never hand out one place twice.
    """
    session.execute(select(Shop.id).where(Shop.id == shop_id).with_for_update(key_share=True))
    first = _last_place(session, shop_id) + 1
    unplaced = (
        select(
            Review.id,
            func.row_number()
            .over(order_by=(Review.published_at, Review.submitted_at, Review.id))
            .label("ordinal"),
        )
        .where(
            Review.shop_id == shop_id,
            Review.state == "published",
            Review.store_position.is_(None),
            Review.position.is_not(None),
        )
        .order_by(Review.published_at, Review.submitted_at, Review.id)
        .limit(limit)
        .subquery()
    )
    placed = session.execute(
        update(Review)
        .where(Review.id == unplaced.c.id)
        .values(store_position=first + unplaced.c.ordinal - 1)
        .returning(Review.id)
        .execution_options(synchronize_session=False)
    ).all()
    if placed:  # the page before them too: it names its newer neighbour
        pages = range(max(chunk_of(first - 1), 0), chunk_of(first + len(placed) - 1) + 1)
        if len(placed) == limit:
            # What is still to be placed is no burst.
            mark_shop(session, shop_id, [STORE_PAGE], at_once=True)
        mark_shop(session, shop_id, [store_page_path(number) for number in pages])
    return len(placed) == limit


class StorePages:
    """The store's pages, within one transaction; its numbers are read once for all of them."""

    def __init__(self, session: Session, shop: Shop, *, public_url: str) -> None:
        self._session = session
        self._shop = shop
        self._facts = shop_facts(shop, public_url)
        self._summary = store_summary(session, shop.id)
        self._last = chunk_of(_last_place(session, shop.id))

    def page(self, path: str) -> StoreView:
        """The store's page (its numbers and newest reviews) or one page of all its reviews."""
        number = store_page_number(path)
        rows = store_rows(self._session, self._shop.id, number)
        older: int | None
        newer: int | None = None
        if number is None:
            older = chunk_of(rows[-1].store_position) if len(rows) > CHUNK_SIZE else None
        else:
            older = number - 1 if number else None
            newer = number + 1 if number < self._last else None
        return StoreView(
            shop=self._facts,
            number=number,
            summary=self._summary,
            reviews=_with_products(self._session, self._shop, rows[:CHUNK_SIZE]),
            older=older,
            newer=newer,
        )


def _last_place(session: Session, shop_id: UUID) -> int:
    """The highest place given so far; -1 before the first."""
    last = session.scalar(select(func.max(Review.store_position)).where(Review.shop_id == shop_id))
    return -1 if last is None else last


def collection_view(
    session: Session, shop: Shop, key: str, *, public_url: str
) -> CollectionView | None:
    """A selection; its numbers are those of all reviews it was picked from (G17).

    Only what its author allows on other pages of the website, words and files apart (P1).
    """
    found = session.execute(
        select(Collection.id, Collection.title).where(
            Collection.shop_id == shop.id, Collection.key == key
        )
    ).first()
    if found is None:
        return None
    picked = picked_rows(session, found.id)
    free = free_for(session, [row.id for row in picked], SELECTION_USE)
    picked = [row for row in picked if row.id in free.words]
    reviews = _with_products(session, shop, picked, free.files)
    listings = {row.listing_id for row in picked}
    folder = f"{public_url}/{shop_folder(shop.widget_key)}"
    if len(listings) == 1:
        summary = summary_of(session.get(RatingSummary, listings.pop()))
        page = f"products/{reviews[0][0].key}/index.html"
    else:
        summary, page = store_summary(session, shop.id), STORE_PAGE
    return CollectionView(found.title, summary, reviews, f"{folder}/{page}")


def _with_products(
    session: Session,
    shop: Shop,
    rows: Sequence[ReviewRow],
    only: frozenset[UUID] | None = None,
) -> tuple[tuple[ProductFacts, PublishedReview], ...]:
    ids = {row.product_id for row in rows}
    products: Any = session.execute(_PRODUCTS, {"ids": list(ids)})
    facts = {product.id: product_facts(product) for product in products}
    reader = Reader(translator(negotiate(shop.locale)), shop.time_zone)
    values = reader.in_order(session, rows, only)
    return tuple((facts[row.product_id], value) for row, value in zip(rows, values, strict=True))


_PRODUCTS = select(*PRODUCT_COLUMNS).where(Product.id == any_(bindparam("ids", type_=ARRAY(Uuid))))

"""Marking documents as behind what the database says; a worker is woken after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    String,
    any_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.models.catalog import Product
from reviewapp.models.collection import Collection
from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets.mark_statements import MARKS, MARKS_OF_SHOP
from reviewapp.widgets.rules import chunk_of, key_hash, product_key, shard_count, shard_of

ERRAND = "publish"
"""What a worker is woken for; see `publishing.publish_due`."""
POLICY, TRANSPARENCY, STORE = "policy.html", "transparency.json", "store.json"
THEME = "theme.css"
FIGURES_PAGE = "transparency.html"
FAQ = "faq.html"
STARS_FOLDER, COLLECTIONS_FOLDER, STORE_FOLDER = "stars/", "collections/", "reviews/"
SITEMAPS_FOLDER = "sitemaps/"
STORE_PAGE = f"{STORE_FOLDER}index.html"
SITEMAP = "sitemap.xml"
FEEDS, NEWS = "feeds/google-product-reviews.xml", "feeds/new-reviews.rss"
"""Each stands for all feeds that are written with it, from one reading of the reviews."""
SLOW = (TRANSPARENCY, FIGURES_PAGE, SITEMAP, FEEDS)
"""Written once an hour at most: each reads everything the shop has published."""


def mark_listing(
    session: Session,
    listing_id: UUID,
    chunks: Sequence[int],
    *,
    at: datetime | None = None,
    at_once: bool = False,
    questions: bool = False,
) -> None:
    """Note that the head and these chunks are behind, for every product shown with this listing.

    `at` in the future lets the change wait, with others like it, for a later write; `at_once`
    lets it wait for no burst to end.
    """
    found = session.execute(_SHOWN_WITH, {"listing_id": listing_id}).all()
    _mark(session, found, chunks, at or clock.now(), questions, at_once=at_once)


def mark_listings_anew(session: Session, chunks: Mapping[UUID, int]) -> None:
    """Have all files of these listings written, also those that hold the same bytes already.

    `chunks` is how many each of them has. Who holds one of them just now, or died with it, is
    not waited for: a publisher that cannot settle its claim marks the product again.
    Products are locked in the order of their ids.
    """
    listing = func.coalesce(Product.listing_id, Product.id).label("listing_id")
    own = Product.id.in_(chunks) & Product.listing_id.is_(None)
    shown = select(*_PRODUCT.selected_columns, listing).where(
        or_(own, Product.listing_id.in_(chunks))
    )
    now = clock.now()
    for row in session.execute(shown.order_by(Product.id)).all():
        _mark(session, [row], range(chunks[row.listing_id]), now, questions=True, anew=True)


def mark_product(session: Session, product_id: UUID, chunks: Sequence[int]) -> None:
    """The same for the documents of this very product alone."""
    found = session.execute(_ONE, {"product_id": product_id}).all()
    _mark(session, found, chunks, clock.now(), questions=False)


def mark_products(session: Session, chunks: Mapping[UUID, Sequence[int]]) -> None:
    """All documents of these very products, questions too, with these chunks of each."""
    found = session.execute(_PRODUCT.where(Product.id.in_(chunks)).order_by(Product.id)).all()
    for row in found:
        _mark(session, [row], chunks[row.id], clock.now(), questions=True)


def _mark(
    session: Session,
    products: Sequence[Any],
    chunks: Sequence[int],
    at: datetime,
    questions: bool,
    *,
    at_once: bool = False,
    anew: bool = False,
) -> None:
    if not products:
        return
    told = {
        "product_ids": [row.id for row in products],
        "hashes": [key_hash(product_key(row.external_id)) for row in products],
        "shop_id": products[0].shop_id,
        "at": at,
        "chunks": list(chunks),
        "questions": questions,
    }
    behind = session.scalars(MARKS[at_once or anew, anew], told)
    _wake(session, behind, at, at_once=at_once or anew)


def _wake(
    session: Session, behind: Iterable[datetime | None], at: datetime, *, at_once: bool
) -> None:
    """Wake a worker, unless all was behind before: it waits for its turn and is looked for."""
    if at_once or any(since == at for since in behind):
        ping_after_commit(session, ERRAND)


_PRODUCT = select(Product.id, Product.shop_id, Product.external_id)
_ONE = _PRODUCT.where(Product.id == bindparam("product_id"))
_SHOWN_WITH = _PRODUCT.where(
    or_(
        (Product.id == bindparam("listing_id")) & Product.listing_id.is_(None),
        Product.listing_id == bindparam("listing_id"),
    )
).order_by(Product.id)


def mark_shop(
    session: Session,
    shop_id: UUID,
    paths: Sequence[str],
    *,
    at: datetime | None = None,
    at_once: bool = False,
    anew: bool = False,
) -> None:
    """Note that these documents of the whole shop are behind.

    `at` in the future lets the change wait; `at_once` lets it wait for no burst and no hour,
    `anew` not even for who holds them just now.
    """
    since = at or clock.now()
    told = {"shop_id": shop_id, "paths": sorted(paths), "at": since, "slow": list(SLOW)}
    behind = session.scalars(MARKS_OF_SHOP[at_once or anew, anew], told)
    _wake(session, behind, since, at_once=at_once or anew)


def outdated_shards(
    session: Session, shop_id: UUID, hashes: Iterable[int], *, grown: bool
) -> list[str]:
    """The star shards with these key hashes; all of them when the shop outgrew those it had.

    `grown`: some product had no documents before, so that the number of shards may change, and
    the sitemaps are behind too.
    """
    before = shards_of(session, shop_id)
    after = len(shard_paths(session, shop_id)) if grown else before
    moved = range(after) if after > before else {shard_of(hashed, before) for hashed in hashes}
    paths = [f"{STARS_FOLDER}{shard}.json" for shard in moved]
    if grown:
        paths += [SITEMAP, *(f"{SITEMAPS_FOLDER}{shard}.xml" for shard in moved)]
    return paths


_MOST_SHARDS = 20
_SHARDS_BY_LAST = {f"{STARS_FOLDER}{2**power - 1}.json": 2**power for power in range(_MOST_SHARDS)}
_LAST_SHARDS = select(ShopDocument.path).where(
    ShopDocument.shop_id == bindparam("shop_id"),
    ShopDocument.path == any_(bindparam("paths", type_=ARRAY(String))),
)


def shards_of(session: Session, shop_id: UUID) -> int:
    """How many star shards the shop has; at least one.

    Their number is a power of two: asked for is which last ones there are, since counting would
    read the shop's whole list of documents.
    """
    told = {"shop_id": shop_id, "paths": list(_SHARDS_BY_LAST)}
    found = session.scalars(_LAST_SHARDS, told)
    return max((_SHARDS_BY_LAST[path] for path in found), default=1)


def shard_paths(session: Session, shop_id: UUID) -> list[str]:
    """The star shards the shop should have; never fewer than it has, since tags remember."""
    products = session.scalar(select(func.count()).where(Publication.shop_id == shop_id)) or 0
    shards = max(shards_of(session, shop_id), shard_count(products))
    return [f"{STARS_FOLDER}{shard}.json" for shard in range(shards)]


def shard_of_path(path: str) -> int:
    """The shard that a path such as `stars/3.json` or `sitemaps/3.xml` names."""
    return int(path.rpartition("/")[2].partition(".")[0])


def store_paths(store_position: int | None) -> list[str]:
    """The store's numbers, its newest reviews, and the page of the review with this place."""
    page = [] if store_position is None else [store_page_path(chunk_of(store_position))]
    return [STORE, STORE_PAGE, *page]


def store_page_path(number: int) -> str:
    """One page of all reviews of the shop, numbered from the oldest."""
    return f"{STORE_FOLDER}page-{number}.html"


def store_page_number(path: str) -> int | None:
    """The number a path of `store_page_path` names; None for the store's first page."""
    if path == STORE_PAGE:
        return None
    return int(path.removeprefix(f"{STORE_FOLDER}page-").removesuffix(".html"))


def collection_path(key: str) -> str:
    """The document of a hand-picked selection."""
    return f"{COLLECTIONS_FOLDER}{key}.json"


def collection_key(path: str) -> str:
    """The selection that a path of `collection_path` names."""
    return path.removeprefix(COLLECTIONS_FOLDER).removesuffix(".json")


def shop_paths(session: Session, shop_id: UUID) -> list[str]:
    """Every document of the whole shop that there is or should be."""
    known = session.scalars(select(ShopDocument.path).where(ShopDocument.shop_id == shop_id))
    picked = session.scalars(select(Collection.key).where(Collection.shop_id == shop_id))
    own = {POLICY, THEME, TRANSPARENCY, FIGURES_PAGE, STORE, STORE_PAGE, FAQ, SITEMAP, FEEDS, NEWS}
    stars = shard_paths(session, shop_id)
    maps = [f"{SITEMAPS_FOLDER}{shard}.xml" for shard in range(len(stars))]
    return sorted({*known, *own, *map(collection_path, picked), *stars, *maps})

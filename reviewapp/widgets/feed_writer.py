"""Writing a shop's feed: all published reviews in one stream, memory flat, complete each run."""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any
from uuid import UUID

import brotli
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.i18n import negotiate, translator
from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.core.storage import Storage
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.widgets import feed
from reviewapp.widgets.documents import FORMAT
from reviewapp.widgets.feed import FeedReview
from reviewapp.widgets.marks import FEED, FEED_REPORT
from reviewapp.widgets.product_view import product_facts
from reviewapp.widgets.queries import SHOWN_COLUMNS
from reviewapp.widgets.reader import OWN_SOURCES, Reader
from reviewapp.widgets.rules import chunk_of
from reviewapp.widgets.writer import (
    BROTLI_QUALITY,
    GZIP_LEVEL,
    put_document,
    put_file,
    shop_folder,
)

AT_ONCE = 500
"""Rows held in memory."""
COPIED = 1 << 18


def write_feed(kit: Kit, shop_id: UUID) -> dict[str, Any]:
    """Write the feed and its report; returns the report.

    One statement reads all reviews, so that the file shows one instant. It goes to a temporary
    file first: the bucket is asked only when the transaction is over.
    """
    with tempfile.TemporaryDirectory(prefix="feed-") as folder:
        path = Path(folder) / "feed.xml"
        with kit.database.transaction(shop_id) as session, path.open("wb") as file:
            shop = session.get_one(Shop, shop_id)
            told = _write(session, shop, file, kit.settings.public_url)
        target = f"{shop_folder(shop.widget_key)}/"
        _put_with_twins(kit.published, target + FEED, path)
        put_document(
            kit.published, target + FEED_REPORT, canonical_bytes({"format": FORMAT} | told)
        )
    return told


def _write(session: Session, shop: Shop, file: IO[bytes], public_url: str) -> dict[str, Any]:
    omitted: Counter[tuple[str, int]] = Counter()
    written = 0
    file.write(feed.head(shop.name).encode())
    for entry in _entries(session, shop, f"{public_url}/{shop_folder(shop.widget_key)}"):
        reason = feed.omission(entry)
        if reason:
            omitted[reason, entry.review.rating] += 1
            continue
        file.write(feed.entry_xml(entry).encode())
        written += 1
    file.write(feed.TAIL.encode())
    return feed.report(written, omitted)


def _entries(session: Session, shop: Shop, base_url: str) -> Iterator[FeedReview]:
    reader = Reader(translator(negotiate(shop.locale)), shop.time_zone)
    rows = session.execute(
        select(*SHOWN_COLUMNS, Review.order_line_id, Review.request_id)
        .where(
            Review.shop_id == shop.id,
            Review.state == "published",
            Review.position.is_not(None),
        )
        .order_by(Review.listing_id, Review.position)
        .execution_options(yield_per=AT_ONCE)
    )
    for batch in rows.partitions():
        products = _products(session, {row.product_id for row in batch})
        for row in batch:
            product = products[row.product_id]
            page = f"{base_url}/products/{product.key}/page-{chunk_of(row.position)}.html"
            own = row.source in OWN_SOURCES
            yield FeedReview(
                review=reader.bare(row),
                product=product,
                submitted_at=row.submitted_at,
                anonymous=not row.display_name.strip(),
                invited=bool(row.order_line_id or row.request_id) if own else None,
                address=f"{page}#review-{row.id}",
            )


def _products(session: Session, ids: set[UUID]) -> dict[UUID, Any]:
    found = session.scalars(select(Product).where(Product.id.in_(ids)))
    return {product.id: product_facts(product) for product in found}


def _put_with_twins(published: Storage, target: str, path: Path) -> None:
    """As `put_document` does, but never with the whole file in memory."""
    brotlied, gzipped = path.with_suffix(".br"), path.with_suffix(".gz")
    compressor = brotli.Compressor(quality=BROTLI_QUALITY)
    with path.open("rb") as plain, brotlied.open("wb") as packed:
        while part := plain.read(COPIED):
            packed.write(compressor.process(part))
        packed.write(compressor.finish())
    with path.open("rb") as plain, gzipped.open("wb") as raw, gzip.GzipFile(
        filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=raw, mtime=0
    ) as packed:  # fmt: skip
        copyfileobj(plain, packed, COPIED)
    for coding, file in (("br", brotlied), ("gzip", gzipped), ("", path)):
        with file.open("rb") as stream:
            put_file(published, target, stream, coding=coding)

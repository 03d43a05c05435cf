"""Meta's product review feed for Shops, as CSV and as JSON. Pure.

Columns and keys are those of Meta's two schemas; they differ in `created_at` / `createdAt`, and
only JSON requires a title. Photos are left out (P1), and so is whatever tells authors apart.
"""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlsplit

import orjson

from reviewapp.widgets.feeds.entry import (
    NO_ADDRESS,
    NO_TITLE,
    NO_WORDS,
    STAFF,
    Exporter,
    FeedReview,
    FeedShop,
    clean,
    gtin_of,
    instant,
    product_address,
    sku_of,
    without_words,
)

COLUMNS = (
    "aggregator", "store.name", "store.id", "store.storeUrls", "reviewID", "rating", "title",
    "content", "created_at", "updated_at", "incentivized", "reviewer.name",
    "reviewer.isAnonymous", "product.name", "product.url", "product.imageUrls",
    "product.productIdentifiers.skus", "product.productIdentifiers.gtins",
    "product.productIdentifiers.mpns",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\n")


class MetaJson(Exporter):
    """One object: the store, and all reviews that have the title it requires."""

    name = "meta-product-reviews-json"
    file = "feeds/meta-product-reviews.json"
    separator = ",\n"
    tail = "\n]}\n"

    def head(self, shop: FeedShop) -> str:
        """See Exporter."""
        store = {"name": clean(shop.facts.name), "id": shop.id, "storeUrls": _domains(shop)}
        return f'{{"store":{orjson.dumps(store).decode()},"reviews":[\n'

    def omission(self, entry: FeedReview) -> str | None:
        """A title nobody wrote is not made up (G26); see Exporter."""
        if reason := _omission(entry):
            return reason
        return None if clean(entry.review.title).strip() else NO_TITLE

    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One object of `reviews`."""
        review, product = entry.review, entry.product
        told: dict[str, Any] = {
            "reviewID": review.id,
            "rating": review.rating,
            "title": clean(review.title),
            "content": clean(review.body),
            "createdAt": instant(entry.submitted_at),
            "incentivized": review.incentive is not None,
            "reviewer": {"name": _name(entry), "isAnonymous": entry.nameless},
            "product": {
                "name": clean(product.title),
                "url": product_address(entry),
                "imageUrls": _one(product.image_url),
                "productIdentifiers": _identifiers(entry),
            },
        }
        if entry.edited_at:
            told["updatedAt"] = instant(entry.edited_at)
        return orjson.dumps(told).decode()


class MetaCsv(Exporter):
    """One row a review; lists stand in their cell as JSON.

    Meant for a machine, and opened in spreadsheets all the same: a cell that one would take for a
    formula begins with an apostrophe.
    """

    name = "meta-product-reviews-csv"
    file = "feeds/meta-product-reviews.csv"

    def head(self, shop: FeedShop) -> str:
        """See Exporter."""
        return _row(COLUMNS)

    def omission(self, entry: FeedReview) -> str | None:
        """See Exporter."""
        return _omission(entry)

    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One row."""
        review, identifiers = entry.review, _identifiers(entry)
        address = product_address(entry) or ""
        return _row(
            (
                "",
                _safe(clean(shop.facts.name)),
                shop.id,
                _list(_domains(shop) or [_domain(address)]),
                review.id,
                str(review.rating),
                _safe(clean(review.title)),
                _safe(clean(review.body)),
                instant(entry.submitted_at),
                instant(entry.edited_at) if entry.edited_at else "",
                _boolean(review.incentive is not None),
                _safe(_name(entry)),
                _boolean(entry.nameless),
                _safe(clean(entry.product.title)),
                address,
                _list(_one(entry.product.image_url)),
                *(_list(identifiers.get(kind, [])) for kind in ("skus", "gtins", "mpns")),
            )
        )


def _omission(entry: FeedReview) -> str | None:
    if entry.review.staff:
        return STAFF
    if without_words(entry):
        return NO_WORDS
    return None if product_address(entry) else NO_ADDRESS


def _identifiers(entry: FeedReview) -> dict[str, list[str]]:
    product = entry.product
    told = {
        "skus": [sku_of(product)],
        "gtins": _one(gtin_of(product)),
        "mpns": _one(product.mpn),
    }
    return {kind: ids for kind, ids in told.items() if ids}


def _name(entry: FeedReview) -> str:
    return "Anonymous" if entry.nameless else clean(entry.review.author)


def _domains(shop: FeedShop) -> list[str]:
    return _one(_domain(shop.facts.url or ""))


def _domain(address: str) -> str:
    """The host alone; empty where the address has none, or cannot be read as one."""
    try:
        return urlsplit(clean(address)).hostname or ""
    except ValueError:
        return ""


def _one(text: str | None) -> list[str]:
    cleaned = clean(text or "").strip()
    return [cleaned] if cleaned else []


def _list(values: list[str]) -> str:
    return orjson.dumps(values).decode() if values else ""


def _safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _row(cells: tuple[str, ...]) -> str:
    """A line of RFC 4180."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_MINIMAL).writerow(cells)
    return line.getvalue()

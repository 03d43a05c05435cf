"""Bodies for Google's Merchant API, one `productReviews:insert` a line. Pure.

The JSON mapping of `ProductReview` (reviews v1): names in lower camel case, 64-bit integers as
strings. Photos are left out, as in the file feed (P1).
"""

from __future__ import annotations

from typing import Any

import orjson

from reviewapp.widgets.feeds.entry import (
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


class MerchantApi(Exporter):
    """To be sent by whoever holds the account: each line is the body of one request."""

    name = "google-merchant-api"
    file = "feeds/google-merchant-api.jsonl"

    def head(self, shop: FeedShop) -> str:
        """See Exporter; there is none."""
        return ""

    def omission(self, entry: FeedReview) -> str | None:
        """`content` must not be empty; see Exporter."""
        if entry.review.staff:
            return STAFF
        return NO_WORDS if without_words(entry) else None

    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One `ProductReview`, and a line's end."""
        body = {
            "productReviewId": entry.review.id,
            "productReviewAttributes": _attributes(shop, entry),
        }
        return orjson.dumps(body).decode() + "\n"


def _attributes(shop: FeedShop, entry: FeedReview) -> dict[str, Any]:
    review, product = entry.review, entry.product
    told = {
        "publisherName": clean(shop.facts.name),
        "reviewerIsAnonymous": entry.nameless,
        "reviewerUsername": "" if entry.nameless else clean(review.author),
        "reviewLanguage": clean(review.language),
        "reviewTime": instant(entry.submitted_at),
        "title": clean(review.title),
        "content": clean(review.body),
        "reviewLink": {"type": "GROUP", "link": entry.address},
        "minRating": "1",
        "maxRating": "5",
        "rating": review.rating,
        "productNames": _one(product.title),
        "productLinks": _one(product_address(entry)),
        "gtins": _one(gtin_of(product)),
        "mpns": _one(product.mpn),
        "skus": _one(sku_of(product)),
        "brands": _one(product.brand),
        "isSpam": False,
        "isVerifiedPurchase": review.verified,
        "isIncentivizedReview": review.incentive is not None,
        "collectionMethod": _collection(entry.invited),
    }
    return {name: value for name, value in told.items() if value not in ("", [], None)}


def _one(text: str | None) -> list[str]:
    cleaned = clean(text or "").strip()
    return [cleaned] if cleaned else []


def _collection(invited: bool | None) -> str | None:
    if invited is None:
        return None
    return "POST_FULFILLMENT" if invited else "UNSOLICITED"

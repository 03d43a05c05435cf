"""Google's product review feed 2.4. Pure: values in, XML out.

Elements stand in the order of Google's own full sample. Photos are left out: showing a review
grants its display beside the review and nothing else (P1).
"""

from __future__ import annotations

from reviewapp.widgets.feeds.entry import (
    NO_ADDRESS,
    NO_WORDS,
    STAFF,
    Exporter,
    FeedReview,
    FeedShop,
    gtin_of,
    instant,
    product_address,
    sku_of,
    without_words,
)
from reviewapp.widgets.feeds.xml import DECLARATION, boolean, element, optional, wrapped

VERSION = "2.4"
_SCHEMA = f"http://www.google.com/shopping/reviews/schema/product/{VERSION}/product_reviews.xsd"


class GoogleProductReviews(Exporter):
    """Always complete: what is missing from a run is deleted at Google."""

    name = "google-product-reviews"
    file = "feeds/google-product-reviews.xml"
    tail = "</reviews>\n</feed>\n"

    def head(self, shop: FeedShop) -> str:
        """See Exporter."""
        return (
            f'{DECLARATION}<feed xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            f' xsi:noNamespaceSchemaLocation="{_SCHEMA}">\n'
            f"<version>{VERSION}</version>\n"
            f"<publisher>{element('name', shop.facts.name)}</publisher>\n<reviews>\n"
        )

    def omission(self, entry: FeedReview) -> str | None:
        """`content` and `product_url` must not be empty; see Exporter."""
        if entry.review.staff:
            return STAFF
        if without_words(entry):
            return NO_WORDS
        return None if product_address(entry) else NO_ADDRESS

    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One `review` element."""
        review = entry.review
        overall = element("overall", str(review.rating), ' min="1" max="5"')
        parts = [
            element("review_id", review.id),
            _reviewer(entry),
            element("is_verified_purchase", boolean(review.verified)),
            element("is_incentivized_review", boolean(review.incentive is not None)),
            element("review_timestamp", instant(entry.submitted_at)),
            optional("title", review.title),
            element("content", review.body),
            optional("review_language", review.language),
            element("review_url", entry.address, ' type="group"'),
            f"<ratings>{overall}</ratings>",
            f"<products>{_product(entry)}</products>",
            element("is_spam", "false"),
            _collection(entry.invited),
        ]
        return f"<review>{''.join(parts)}</review>\n"


def _reviewer(entry: FeedReview) -> str:
    name = "Anonymous" if entry.nameless else entry.review.author
    flag = ' is_anonymous="true"' if entry.nameless else ""
    return f"<reviewer>{element('name', name, flag)}</reviewer>"


def _product(entry: FeedReview) -> str:
    product = entry.product
    ids = [
        wrapped("gtins", "gtin", gtin_of(product)),
        wrapped("mpns", "mpn", product.mpn),
        wrapped("skus", "sku", sku_of(product)),
        wrapped("brands", "brand", product.brand),
    ]
    return (
        f"<product><product_ids>{''.join(ids)}</product_ids>"
        f"{optional('product_name', product.title)}"
        f"{element('product_url', product_address(entry) or '')}</product>"
    )


def _collection(invited: bool | None) -> str:
    if invited is None:
        return ""
    return element("collection_method", "post_fulfillment" if invited else "unsolicited")

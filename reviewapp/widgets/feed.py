"""Google's product review feed 2.4, one review at a time. Pure: values in, XML out.

Elements stand in the order of Google's own full sample. Photos are left out: showing a review
grants its display beside the review and nothing else (P1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from reviewapp.widgets.values import ProductFacts, PublishedReview

FEED_VERSION = "2.4"
NO_WORDS, NO_ADDRESS, STAFF = "no_words", "no_product_address", "staff"
"""Why a published review cannot be in the feed: `content` and `product_url` must not be empty,
and Google takes no reviews by people who work for the shop."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_HTTP = re.compile(r"https?://[^\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedReview:
    """What the feed tells of a published review beside what every surface shows."""

    review: PublishedReview
    product: ProductFacts
    submitted_at: datetime
    anonymous: bool
    invited: bool | None
    """Whether it answers an invitation after delivery; None where another system asked."""
    address: str
    """The page it can be read on, with others."""


def head(publisher: str) -> str:
    """The file up to its first review."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="http://www.google.com/shopping/reviews/schema/product/'
        f'{FEED_VERSION}/product_reviews.xsd">\n'
        f"<version>{FEED_VERSION}</version>\n"
        f"<publisher>{_element('name', publisher)}</publisher>\n<reviews>\n"
    )


TAIL = "</reviews>\n</feed>\n"


def omission(entry: FeedReview) -> str | None:
    """Why this review cannot be in the feed; never its rating (G21)."""
    if entry.review.staff:
        return STAFF
    if not _clean(entry.review.body).strip():
        return NO_WORDS
    if not _HTTP.fullmatch(_clean(entry.product.url or "")):
        return NO_ADDRESS
    return None


def entry_xml(entry: FeedReview) -> str:
    """One `review` element."""
    review = entry.review
    overall = _element("overall", str(review.rating), ' min="1" max="5"')
    parts = [
        _element("review_id", review.id),
        _reviewer(entry),
        _element("is_verified_purchase", _boolean(review.verified)),
        _element("is_incentivized_review", _boolean(review.incentive is not None)),
        _element("review_timestamp", _instant(entry.submitted_at)),
        _optional("title", review.title),
        _element("content", review.body),
        _optional("review_language", review.language),
        _element("review_url", entry.address, ' type="group"'),
        f"<ratings>{overall}</ratings>",
        f"<products>{_product(entry.product)}</products>",
        _element("is_spam", "false"),
        _collection(entry.invited),
    ]
    return f"<review>{''.join(parts)}</review>\n"


def report(reviews: int, omitted: Mapping[tuple[str, int], int]) -> dict[str, object]:
    """What the feed left out, by reason and rating, for anyone to check (G21)."""
    reasons: dict[str, dict[str, int]] = {}
    for (reason, rating), number in sorted(omitted.items()):
        reasons.setdefault(reason, {})[str(rating)] = number
    return {"reviews": reviews, "omitted": reasons}


def _reviewer(entry: FeedReview) -> str:
    anonymous = entry.anonymous or not _clean(entry.review.author).strip()
    name = "Anonymous" if anonymous else entry.review.author
    flag = ' is_anonymous="true"' if anonymous else ""
    return f"<reviewer>{_element('name', name, flag)}</reviewer>"


def _product(product: ProductFacts) -> str:
    gtin = (product.gtin or "").strip()
    ids = [
        _wrapped("gtins", "gtin", gtin if _GTIN.fullmatch(gtin) else None),
        _wrapped("mpns", "mpn", product.mpn),
        _wrapped("skus", "sku", product.sku or product.external_id),
        _wrapped("brands", "brand", product.brand),
    ]
    return (
        f"<product><product_ids>{''.join(ids)}</product_ids>"
        f"{_optional('product_name', product.title)}"
        f"{_element('product_url', product.url or '')}</product>"
    )


def _collection(invited: bool | None) -> str:
    if invited is None:
        return ""
    return _element("collection_method", "post_fulfillment" if invited else "unsolicited")


def _wrapped(many: str, one: str, text: str | None) -> str:
    inner = _optional(one, text or "")
    return f"<{many}>{inner}</{many}>" if inner else ""


def _optional(name: str, text: str) -> str:
    return _element(name, text) if _clean(text).strip() else ""


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(_clean(text))}</{name}>"


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold: one such character makes the whole file void."""
    return _NOT_XML.sub("", text).replace("\r", "\n")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

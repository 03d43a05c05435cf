"""New reviews for feed readers: RSS 2.0 and JSON Feed 1.1. Pure.

Nobody's review is left out, whoever wrote it: what has to be known of one stands beside its words.
"""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from typing import Any

import orjson

from reviewapp.widgets.feeds.entry import Exporter, FeedReview, FeedShop, clean, instant
from reviewapp.widgets.feeds.xml import DECLARATION, element
from reviewapp.widgets.rules import paragraphs

NEWEST = 50
"""Reviews in each, the latest published ahead."""
NEW_LINE = "\n"


class Rss(Exporter):
    """RSS 2.0; the words of a review are the item's description, as HTML."""

    name = "new-reviews-rss"
    file = "feeds/new-reviews.rss"
    tail = "</channel>\n</rss>\n"

    def head(self, shop: FeedShop) -> str:
        """See Exporter."""
        base = shop.facts.base_url
        return (
            f'{DECLARATION}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
            f"{element('title', _title(shop))}\n"
            f"{element('link', f'{base}/reviews/index.html')}\n"
            f"{element('description', _about(shop))}\n"
            f"{element('language', shop.facts.language)}\n"
            f'<atom:link href="{escape(f"{base}/{self.file}")}" rel="self"'
            ' type="application/rss+xml"/>\n'
        )

    def omission(self, entry: FeedReview) -> str | None:
        """See Exporter; there is no reason."""
        return None

    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One `item`."""
        at = entry.published_at or entry.submitted_at
        parts = [
            element("title", _headline(shop, entry)),
            element("link", entry.address),
            element("guid", entry.review.id, ' isPermaLink="false"'),
            element("pubDate", format_datetime(at)),
            element("dc:creator", entry.review.author),
            element("description", _html(shop, entry)),
        ]
        return f"<item>{''.join(parts)}</item>\n"


class JsonFeed(Exporter):
    """JSON Feed 1.1; what only reviews have is under `_review`."""

    name = "new-reviews-json"
    file = "feeds/new-reviews.json"
    separator = ",\n"
    tail = "\n]}\n"

    def head(self, shop: FeedShop) -> str:
        """See Exporter."""
        base = shop.facts.base_url
        told = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": _title(shop),
            "description": _about(shop),
            "home_page_url": f"{base}/reviews/index.html",
            "feed_url": f"{base}/{self.file}",
            "language": shop.facts.language,
        }
        return f'{orjson.dumps(told).decode()[:-1]},"items":[\n'

    def omission(self, entry: FeedReview) -> str | None:
        """See Exporter; there is no reason."""
        return None

    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One object of `items`."""
        review = entry.review
        told: dict[str, Any] = {
            "id": review.id,
            "url": entry.address,
            "title": _headline(shop, entry),
            "content_html": _html(shop, entry),
            "date_published": instant(entry.published_at or entry.submitted_at),
            "authors": [{"name": clean(review.author)}],
            "language": clean(review.language),
            "_review": {
                "rating": review.rating,
                "product": {
                    "id": clean(entry.product.external_id),
                    "title": clean(entry.product.title),
                },
                "verified": review.verified,
                "incentivized": review.incentive is not None,
                "imported_from": clean(review.imported_from or "") or None,
                "staff": review.staff,
            },
        }
        if entry.edited_at:
            told["date_modified"] = instant(entry.edited_at)
        return orjson.dumps(told).decode()


def _title(shop: FeedShop) -> str:
    return clean(shop.words.gettext("Reviews of %(product)s", product=shop.facts.name))


def _about(shop: FeedShop) -> str:
    told = shop.words.gettext("How reviews are collected and checked")
    return f"{told}: {shop.facts.base_url}/policy.html"


def _headline(shop: FeedShop, entry: FeedReview) -> str:
    review = entry.review
    stars = shop.words.gettext("%(rating)s out of 5 stars", rating=review.rating)
    parts = [clean(entry.product.title), stars, clean(review.title).strip()]
    return " · ".join(part for part in parts if part)


def _html(shop: FeedShop, entry: FeedReview) -> str:
    """The words, then all that has to be known of them (G15, G19, G20, G23)."""
    lines = [*paragraphs(clean(entry.review.body)), *_labels(shop, entry)]
    return "".join(f"<p>{escape(clean(line)).replace(NEW_LINE, '<br>')}</p>" for line in lines)


def _labels(shop: FeedShop, entry: FeedReview) -> list[str]:
    review, _ = entry.review, shop.words.gettext
    told = (
        (review.verified, _("Verified buyer")),
        (review.incentive, review.incentive or ""),
        (
            review.imported_from,
            _(
                "Imported from %(source)s; not checked against an order here",
                source=review.imported_from or "",
            ),
        ),
        (review.staff, _("Works for this shop")),
        (review.redacted, _("Passages marked ▇▇▇ were taken out: personal data or abuse.")),
    )
    return [line for holds, line in told if holds]

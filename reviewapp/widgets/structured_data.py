"""JSON-LD for rich results: one Product graph, only what the page shows (schema.org)."""

from __future__ import annotations

from typing import Any

from reviewapp.core.json import canonical_bytes
from reviewapp.widgets.values import Photo, ProductView, PublishedReview

AUTHOR_CHARACTERS = 99
"""Longer names are no valid author for a review snippet."""


def product_graph(view: ProductView) -> dict[str, Any] | None:
    """The Product with its true aggregate; None without a review: an empty rating is invalid.

    Imported and staff reviews count in the aggregate, which is the one number of every surface
    (G16), and are shown on the page, but are not offered as review snippets.
    """
    if not view.summary.count:
        return None
    product = view.product
    graph: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "url": product.url,
        "image": product.image_url,
        "sku": product.sku or product.external_id,
        "gtin": product.gtin,
        "mpn": product.mpn,
        "brand": product.brand and {"@type": "Brand", "name": product.brand},
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": view.summary.average,
            "reviewCount": view.summary.count,
            "bestRating": 5,
            "worstRating": 1,
        },
        "review": [
            _review(review, view.shop.base_url)
            for review in view.newest
            if not review.imported_from and not review.staff
        ],
    }
    return {name: value for name, value in graph.items() if value}


def script_text(graph: dict[str, Any]) -> str:
    """The graph as text that is safe inside a script element, whatever reviewers wrote."""
    text = canonical_bytes(graph).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _review(review: PublishedReview, base_url: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.author[:AUTHOR_CHARACTERS]},
        "datePublished": review.written_on.isoformat(),
        "name": review.title,
        "reviewBody": review.body,
        "inLanguage": review.language,
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": review.rating,
            "bestRating": 5,
            "worstRating": 1,
        },
        "image": [f"{base_url}/{_largest(photo)}" for photo in review.photos if photo.sources],
    }
    return {name: value for name, value in entry.items() if value}


def _largest(photo: Photo) -> str:
    """The largest JPEG: what every reader of such data takes; else the largest file."""
    return max(
        photo.sources, key=lambda source: (source.content_type == "image/jpeg", source.width)
    ).path

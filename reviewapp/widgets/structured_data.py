"""JSON-LD for rich results: one Product graph, only what the page shows (schema.org)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reviewapp.core.json import canonical_bytes
from reviewapp.widgets.values import (
    Film,
    PhotoSource,
    ProductFacts,
    ProductView,
    PublishedReview,
    QuestionsView,
    ShownAnswer,
    ShownQuestion,
)

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


def questions_graph(
    product: ProductFacts, page: QuestionsView, address: str
) -> dict[str, Any] | None:
    """The questions of a page with their answers; None where none was answered.

    A plain WebPage, without a second Product node: Google takes QAPage for a page about one
    question, and FAQPage only where nobody but the shop can answer.
    """
    questions = [_question(question, address) for question in page.questions if question.answers]
    if not questions:
        return None
    own = "questions.html" if page.number is None else f"questions-{page.number}.html"
    return {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "url": f"{address}/{own}",
        "about": _filled({"@type": "Thing", "name": product.title, "url": product.url}),
        "mainEntity": questions,
    }


def script_text(graph: dict[str, Any]) -> str:
    """The graph as text that is safe inside a script element, whatever reviewers wrote."""
    text = canonical_bytes(graph).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _review(review: PublishedReview, base_url: str) -> dict[str, Any]:
    return _filled(
        {
            "@type": "Review",
            "author": _person(review.author),
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
            "image": [
                _media("ImageObject", _largest(photo.sources), review, base_url)
                for photo in review.photos
                if photo.sources
            ],
            "video": [
                _film(film, review, base_url)
                for film in review.videos
                if film.sources and film.poster
            ],
        }
    )


def _film(film: Film, review: PublishedReview, base_url: str) -> dict[str, Any]:
    """A film that plays; one still being prepared is shown by its poster alone."""
    return _media("VideoObject", _largest(film.sources), review, base_url) | {
        "name": review.title or review.author,
        "description": review.body or review.title or review.author,
        "thumbnailUrl": f"{base_url}/{_largest(film.poster)}",
        "uploadDate": review.written_on.isoformat(),
        "duration": f"PT{film.duration_ms / 1000:.3f}".rstrip("0").rstrip(".") + "S",
    }


def _media(kind: str, path: str, review: PublishedReview, base_url: str) -> dict[str, Any]:
    """A file with whose it is and on which terms it is shown (P1)."""
    return {
        "@type": kind,
        "contentUrl": f"{base_url}/{path}",
        "creator": _person(review.author),
        "creditText": review.author,
        "license": f"{base_url}/policy.html#media",
        "acquireLicensePage": f"{base_url}/policy.html#media",
    }


def _largest(sources: Sequence[PhotoSource]) -> str:
    return max(sources, key=lambda source: source.width).path


def _question(question: ShownQuestion, address: str) -> dict[str, Any]:
    of_shop = [answer for answer in question.answers if answer.by == "shop"]
    others = [answer for answer in question.answers if answer.by != "shop"]
    url = f"{address}/questions.html#question-{question.id}"
    return _filled(
        {
            "@type": "Question",
            "name": question.body,
            "author": _person(question.author),
            "datePublished": question.asked_on.isoformat(),
            "upvoteCount": question.votes,
            "answerCount": len(question.answers),
            "acceptedAnswer": _answer(of_shop[0], url) if of_shop else None,
            "suggestedAnswer": [_answer(answer, url) for answer in others],
        }
    )


def _answer(answer: ShownAnswer, url: str) -> dict[str, Any]:
    author = {"@type": "Organization", "name": answer.author[:AUTHOR_CHARACTERS]}
    return _filled(
        {
            "@type": "Answer",
            "text": answer.body,
            "url": url,
            "author": author if answer.by == "shop" else _person(answer.author),
            "datePublished": answer.answered_on.isoformat(),
            "upvoteCount": answer.votes,
        }
    )


def _person(name: str) -> dict[str, Any]:
    return {"@type": "Person", "name": name[:AUTHOR_CHARACTERS]}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty; a count of none stays."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}

"""The JSON documents a storefront reads: values in, the same bytes every time out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reviewapp.core.json import canonical_bytes
from reviewapp.widgets.media_documents import film_json, photo_json, strip_json
from reviewapp.widgets.values import (
    Attribute,
    ChunkView,
    CollectionView,
    FairnessFigures,
    ProductFacts,
    ProductView,
    PublishedReview,
    QuestionsView,
    ShownAnswer,
    Summary,
    Transparency,
)

FORMAT = 1
"""Raised when a field changes its meaning; readers refuse formats they do not know."""


def head(view: ProductView) -> bytes:
    """`head.json`: summary, newest reviews, photo strip and where older chunks begin."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "product": {
                "id": view.product.external_id,
                "title": view.product.title,
                "url": view.product.url,
            },
            "summary": summary_json(view.summary),
            "reviews": [review_json(review) for review in view.newest],
            "media": [strip_json(item) for item in view.strip],
            "attributes": [attribute_json(attribute) for attribute in view.attributes],
            "topics": [{"word": topic.word, "count": topic.count} for topic in view.topics],
            "chunks": {"last": view.last_chunk, "next": view.next_chunk},
        }
    )


def chunk(view: ChunkView) -> bytes:
    """`chunk-{n}.json`: the reviews of one chunk, newest first, and the next older chunk."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "reviews": [review_json(review) for review in view.reviews],
            "next": view.older,
        }
    )


def stars(shards: int, products: Mapping[str, Summary]) -> bytes:
    """`stars/{shard}.json`: `[average, count]` by document key, and how many shards there are."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "shards": shards,
            "products": {key: [known.average, known.count] for key, known in products.items()},
        }
    )


def store(summary: Summary) -> bytes:
    """`store.json`: all published reviews of the shop in numbers (G16)."""
    return canonical_bytes({"format": FORMAT, **summary_json(summary)})


def collection(view: CollectionView) -> bytes:
    """`collections/{key}.json`: a selection, said to be one, beside the true aggregate (G17)."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "title": view.title,
            "selected": True,
            "summary": summary_json(view.summary),
            "reviews": [
                review_json(review) | {"product": product_json(product)}
                for product, review in view.reviews
            ],
            "all_url": view.all_url,
        }
    )


def questions(view: QuestionsView) -> bytes:
    """`questions.json` and `questions-{n}.json`: newest first, the shop's answer leading."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "count": view.count,
            "questions": [
                {
                    "id": question.id,
                    "body": question.body,
                    "author": question.author,
                    "date": question.asked_on.isoformat(),
                    "votes": question.votes,
                    "answers": [answer_json(answer) for answer in question.answers],
                }
                for question in view.questions
            ],
            "next": view.older,
        }
    )


def answer_json(answer: ShownAnswer) -> dict[str, Any]:
    """An answer; `by` is `shop` or `buyer`."""
    return {
        "id": answer.id,
        "body": answer.body,
        "author": answer.author,
        "by": answer.by,
        "date": answer.answered_on.isoformat(),
        "votes": answer.votes,
    }


def attribute_json(attribute: Attribute) -> dict[str, Any]:
    """The bars of one question; `choices` are in the order in which they are offered."""
    found: dict[str, Any] = {
        "id": attribute.id,
        "label": attribute.label,
        "kind": attribute.kind,
        "choices": [{"value": value, "label": label} for value, label, _ in attribute.choices],
        "counts": {value: count for value, _, count in attribute.choices},
    }
    return found if attribute.average is None else found | {"average": attribute.average}


def product_json(product: ProductFacts) -> dict[str, Any]:
    """What a document tells of a product; `key` names its folder."""
    return {
        "id": product.external_id,
        "key": product.key,
        "title": product.title,
        "url": product.url,
    }


def transparency(figures: Transparency) -> bytes:
    """`transparency.json`: what became of all reviews, for anyone to check (G19)."""
    return canonical_bytes(
        {
            "format": FORMAT,
            "published": figures.published,
            "histogram": histogram_json(figures.histogram),
            "verified": figures.verified,
            "incentivized": figures.incentivized,
            "imported": figures.imported,
            "refused": figures.refused,
            "waiting": figures.waiting,
            "withdrawn": figures.withdrawn,
            "fairness": fairness_json(figures.fairness),
            "log": {"entries": figures.log.number, "head": figures.log.hash}
            if figures.log
            else None,
        }
    )


def fairness_json(found: FairnessFigures | None) -> dict[str, Any] | None:
    """The newest check as the log has it: counts keyed by star, and where a gap was found."""
    if found is None:
        return None
    by_star = ("answers", "shown", "reached", "decided", "published", "refused", "median_hours")
    return {
        "checked_on": found.checked_on.isoformat(),
        "days": found.days,
        **{name: dict(zip("12345", getattr(found, name), strict=True)) for name in by_star},
        "gaps": list(found.gaps),
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """Count, average to one decimal, and count by star."""
    return {
        "count": summary.count,
        "average": summary.average,
        "histogram": histogram_json(summary.histogram),
    }


def histogram_json(histogram: tuple[int, ...]) -> dict[str, int]:
    """Counts keyed by star, `"1"` to `"5"`."""
    return {str(star): count for star, count in enumerate(histogram, start=1)}


def review_json(review: PublishedReview) -> dict[str, Any]:
    """A review as tags and live queries read it; what is not so is left out."""
    told: dict[str, Any] = {
        "id": review.id,
        "position": review.position,
        "rating": review.rating,
        "title": review.title,
        "body": review.body,
        "author": review.author,
        "date": review.written_on.isoformat(),
        "language": review.language,
        "verified": review.verified,
    }
    for name in ("incentive", "imported_from", "staff", "edited", "helpful"):
        if value := getattr(review, name):
            told[name] = value
    if review.redacted:
        told["redacted"] = list(review.redacted)
    if review.photos:
        told["photos"] = [photo_json(photo) for photo in review.photos]
    if review.videos:
        told["videos"] = [film_json(film) for film in review.videos]
    if review.reply:
        told["reply"] = {"body": review.reply.body, "date": review.reply.replied_on.isoformat()}
    return told

"""The API's door for reviews: reading, deciding blind, answering."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import marshmallow as ma
from marshmallow import validate
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from reviewapp.core import clock
from reviewapp.core.errors import Conflict
from reviewapp.models.catalog import Product
from reviewapp.models.review import REVIEW_STATES, Reply, Review
from reviewapp.moderate import queries
from reviewapp.moderate.candidate import candidate, the_candidate
from reviewapp.moderate.carrying_out import Seen
from reviewapp.moderate.replies import Draft, objections, publish_reply
from reviewapp.moderate.rules import stars_shown
from reviewapp.moderate.schemas import (
    DecisionArgs,
    ReplyArgs,
    ReplySchema,
    ReviewSchema,
    decision_of,
)
from reviewapp.moderate.service import By, decide
from reviewapp.web.api import ApiBlueprint, PageArgs, idempotent, page_of, paged
from reviewapp.web.auth import actor, require
from reviewapp.web.session import session

reviews = ApiBlueprint(
    "reviews",
    "What customers wrote. Deciding is blind: a key that may decide gets no `rating` of a review "
    "that still waits.",
)


class ReviewArgs(PageArgs):
    """Filters of the list; there is none by rating."""

    state = ma.fields.String(validate=validate.OneOf(REVIEW_STATES))
    product = ma.fields.String(
        validate=validate.Length(1, 500), metadata={"description": "A product's external id."}
    )
    words = ma.fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={
            "description": "All of them stand in the title, the text or the name; looked for in "
            f"the newest {queries.SEARCHED:,} that the other filters leave."
        },
    )


@reviews.get("/reviews")
@reviews.arguments(ReviewArgs, location="query")
@reviews.response(200, paged(ReviewSchema))
@require("review.read")
def index(args: dict[str, Any]) -> dict[str, Any]:
    """Reviews, newest first."""
    shop_id, product_id = actor().shop.id, None
    if external_id := args.get("product"):
        product_id = session().scalar(
            select(Product.id).where(Product.shop_id == shop_id, Product.external_id == external_id)
        )
        if product_id is None:
            return {"items": [], "next_cursor": None}
    found = queries.reviews_of(
        shop_id, state=args.get("state"), product_id=product_id, words=args["words"]
    ).options(
        joinedload(Review.product),
        selectinload(Review.flags),
        selectinload(Review.decisions),
        selectinload(Review.replies),
        selectinload(Review.media),
    )
    page = page_of(found, args, keys=(Review.submitted_at, Review.id))
    return page | {"items": [_told(review) for review in page["items"]]}


@reviews.get("/reviews/<uuid:review_id>")
@reviews.response(200, ReviewSchema)
@require("review.read")
def one(review_id: UUID) -> dict[str, Any]:
    """One review with flags, decisions and the answer."""
    return _told(_review(review_id))


@reviews.post("/reviews/<uuid:review_id>/decision")
@idempotent
@reviews.arguments(DecisionArgs)
@reviews.response(200, ReviewSchema)
@require("review.decide")
def decision(args: dict[str, Any], review_id: UUID) -> dict[str, Any]:
    """Publish, refuse, redact or hold; 409 when somebody decided or the author edited first."""
    review = _review(review_id)
    words = candidate(session(), review, args["version"])
    if words is None:
        raise Conflict
    asked = decision_of(
        words,
        action=args["action"],
        reason=args["reason"],
        note=args["note"],
        typed=args["passages"],
        hold_days=args["hold_days"],
    )
    decide(session(), review, asked, by=_by(), seen=Seen.of(words))
    return _told(_review(review_id), final=True)


@reviews.put("/reviews/<uuid:review_id>/reply")
@reviews.arguments(ReplyArgs)
@reviews.response(200, ReplySchema)
@require("review.reply")
def reply(args: dict[str, Any], review_id: UUID) -> dict[str, Any]:
    """Publish the shop's answer in place of an earlier one; the same again changes nothing.

    Where the shop asks for a second person, it waits for them (`published_at` is null).
    Checked like in the admin: threats, accusations, personal data, rewards, asking to change the
    review, and bare templates are refused; milder remarks come back as `warnings`.
    """
    review = _review(review_id)
    draft = Draft(args["kind"], args["body"], args["improvement"], args["place"])
    standing = _latest(review)
    if standing is None or draft != _as_draft(standing):
        standing = publish_reply(session(), review, draft, by=_by())
    warnings = [remark.text for remark in objections(session(), review, draft)]
    return _answer(standing) | {"warnings": list(dict.fromkeys(warnings))}


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)


def _by() -> By:
    return By("api", actor().label)


def _told(review: Review, *, final: bool = False) -> dict[str, Any]:
    """A review as the API tells it; blind where the key could still decide (G12).

    `final`: this very key decided, and what a key decides cannot be taken back.
    """
    standing = _standing(review)
    told: dict[str, Any] = {
        name: getattr(review, name)
        for name in ReviewSchema().fields
        if hasattr(review, name) and name not in ("product", "rating", "flags")
    }
    told |= {
        "product": review.product.external_id,
        "language": review.locale,
        "photos": sum(asset.state in ("attached", "ready") for asset in review.media),
        "flags": [
            flag for flag in review.flags if flag.version == (review.edit_version or review.version)
        ],
        "reply": _answer(standing) if standing else None,
    }
    told["edit"] = _edit(review) if review.edit_version is not None else None
    shown = final or stars_shown(review.waiting_since, review.decided_at, clock.now())
    if shown or not actor().may("review.decide"):
        told["rating"] = review.rating
    return told


def _edit(review: Review) -> dict[str, Any]:
    """The author's newer words, which wait while the decided ones stay shown; without stars."""
    words = the_candidate(session(), review)
    return {
        "version": words.version,
        "state": words.state,
        "title": words.title,
        "body": words.body,
        "display_name": words.display_name,
        "sent_at": words.written_at,
    }


def _standing(review: Review) -> Reply | None:
    live = [row for row in review.replies if row.withdrawn_at is None]
    return next((row for row in live if row.published_at is not None), None)


def _latest(review: Review) -> Reply | None:
    """The answer that waits for a second person, else the one that stands."""
    live = [row for row in review.replies if row.withdrawn_at is None]
    return next((row for row in live if row.published_at is None), None) or _standing(review)


def _as_draft(row: Reply) -> Draft:
    return Draft(row.kind, row.body, row.improvement, row.place)


def _answer(row: Reply) -> dict[str, Any]:
    return {
        "body": row.body,
        "improvement": row.improvement,
        "kind": row.kind,
        "place": row.place,
        "published_at": row.published_at,
    }

"""What showing does after something happened elsewhere; named in reactions.py."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.core.kit import Kit
from reviewapp.models.outbox import OutboxEvent
from reviewapp.widgets.listings import move_to_listing
from reviewapp.widgets.marks import FAQ, FIGURES_PAGE, TRANSPARENCY, collection_path, mark_shop
from reviewapp.widgets.rewriting import mark_next_products
from reviewapp.widgets.service import (
    mark_selections,
    refresh_product,
    refresh_questions,
    refresh_review,
    refresh_shop,
)

TAKES_BACK = frozenset(
    {
        "answer.withdrawn",
        "media.hidden",
        "media.redacted",
        "permission.withdrawn",
        "question.withdrawn",
        "reply.withdrawn",
        "review.redacted",
        "review.refused",
        "review.withdrawn",
    }
)
"""What these take off a storefront goes at once, whatever else changes meanwhile (P3)."""


def show_review(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After anything that changes what is shown of a review: `review_id` in the event."""
    review_id = event.payload.get("review_id")
    if review_id is not None:
        refresh_review(session, UUID(review_id), at_once=event.name in TAKES_BACK)


def show_permission(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a permission was given or ended, or a person looked: selections show what may be there.

    `review_id` in the event (P3, P5).
    """
    review_id = UUID(event.payload["review_id"])
    mark_selections(session, event.shop_id, review_id, at_once=event.name in TAKES_BACK)


def show_product(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a product's own facts changed: `product_id` in the event."""
    refresh_product(session, UUID(event.payload["product_id"]))


def show_grouped(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a product joined or left a group of variants: `product_id` in the event."""
    move_to_listing(session, UUID(event.payload["product_id"]))


def show_shop(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After the shop was made, or changed its name, language or rules: `changed` in the event."""
    refresh_shop(session, event.shop_id, event.payload.get("changed", ()))


def show_products(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After the shop itself changed: the products behind `after`, by batches."""
    after = event.payload.get("after")
    mark_next_products(session, event.shop_id, UUID(after) if after else None)


def show_figures(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After the daily check of fairness: the figures tell what it found."""
    mark_shop(session, event.shop_id, [TRANSPARENCY, FIGURES_PAGE])


def show_collection(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a selection was made, filled, renamed or taken away: `key` in the event."""
    mark_shop(session, event.shop_id, [collection_path(event.payload["key"])])


def show_questions(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a question or an answer was published or taken back: `question_id` in the event."""
    question_id = UUID(event.payload["question_id"])
    refresh_questions(session, question_id, at_once=event.name in TAKES_BACK)


def show_faq(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After the shop's page of picked questions changed, or an answer on it."""
    mark_shop(session, event.shop_id, [FAQ], at_once=event.name in TAKES_BACK)

"""A review as a draft is made from it: the words as they are shown, nothing that was taken out."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order, OrderLine
from reviewapp.models.review import Review
from reviewapp.moderate.drafting import DraftFacts


def draft_facts(review: Review, shop: Shop, order_number: str | None = None) -> DraftFacts:
    """The facts of a published review (product and customer loaded)."""
    customer = review.customer
    return DraftFacts(
        title=shown_words(review, "title"),
        body=shown_words(review, "body"),
        rating=review.rating,
        display_name=review.display_name,
        shop_email=shop.email,
        locale=review.locale,
        customer_name=customer.name if customer else None,
        order_number=order_number,
    )


def order_number_of(session: Session, review: Review) -> str | None:
    """The number of the order the review belongs to, to be kept out of drafts."""
    return session.scalar(
        select(Order.external_id).join(OrderLine).where(OrderLine.id == review.order_line_id)
    )


def shown_words(review: Review, field: str) -> str:
    """The title or body as readers see it: without the passages a moderator took out (G15)."""
    words, at, kept = getattr(review, field), 0, []
    for place in review.redactions:
        if place["field"] == field:
            kept.append(words[at : place["start"]])
            at = max(at, place["end"])
    return "".join((*kept, words[at:]))

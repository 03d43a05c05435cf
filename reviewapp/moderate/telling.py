"""Telling an author why a review was refused, in plain words, with the way to mend it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Customer, Product
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import ModerationDecision, Review, ReviewVersion
from reviewapp.outbox.letter_facts import REFUSALS
from reviewapp.outbox.mail import queue_letter

LONGEST_PASSAGE = 300


def tell_refused_author(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.refused and review.edit_refused: reason, passage, note, and the own page.

    Reviews without an address or without a link of their own (imported ones) are not written to.
    """
    decision = session.get_one(ModerationDecision, UUID(event.payload["decision_id"]))
    review, customer, product = session.execute(
        select(Review, Customer, Product)
        .join(Product, Product.id == Review.product_id)
        .outerjoin(Customer, Customer.id == Review.customer_id)
        .where(Review.id == decision.review_id)
    ).one()
    if customer is None or not customer.email or review.request_id is None:
        return
    if decision.reason not in REFUSALS:
        return
    token = kit.links.sign("request", review.request_id)
    queue_letter(
        session,
        shop_id=review.shop_id,
        letter="review_refused",
        to=(customer.name, customer.email),
        customer_id=customer.id,
        language=review.locale,
        key=f"review_refused:{decision.id}",
        params={
            "reason": decision.reason,
            "passage": _quoted(session, decision, event.payload.get("passages") or []),
            "note": decision.note,
            "mend_url": f"{kit.settings.public_url}/r/{token}/mine",
            "products": [{"name": product.title, "picture_url": product.image_url}],
        },
    )


def _quoted(
    session: Session, decision: ModerationDecision, spans: list[tuple[str, int, int]]
) -> str | None:
    """The passage as it stood in the version that was decided on."""
    version = session.scalar(
        select(ReviewVersion).where(
            ReviewVersion.review_id == decision.review_id,
            ReviewVersion.version == decision.version,
        )
    )
    if version is None or not spans:
        return None
    field, start, end = spans[0]
    words = {"title": version.title, "body": version.body}[field][start:end]
    return words if len(words) <= LONGEST_PASSAGE else f"{words[:LONGEST_PASSAGE]}…"

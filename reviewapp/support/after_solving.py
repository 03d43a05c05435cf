"""One neutral word after a solved case: the review may be changed, nothing depends on it (G8)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from reviewapp.core.kit import Kit
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Product
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.suppressions import is_suppressed


def tell_review_may_change(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.state_changed to solved: once for each published review of the same purchase.

    The same standard words whatever the stars, and never again, however often the case is opened
    and solved: the letter's key is the review. Not sent to who unsubscribed; it is no answer.
    """
    if event.payload["state"] != "solved":
        return
    case = session.get(Case, UUID(event.payload["case_id"]))
    customer = session.get_one(Customer, case.customer_id) if case else None
    if case is None or customer is None or not _may_write(session, customer):
        return
    rows = session.execute(
        select(Review, Product)
        .join(Product, Product.id == Review.product_id)
        .where(
            Review.customer_id == customer.id,
            Review.state == "published",
            Review.source == "own",
            Review.request_id.is_not(None),
            or_(Review.id == case.review_id, Review.request_id == case.request_id),
        )
        .order_by(Review.id)
    ).all()
    for review, product in rows:
        assert review.request_id is not None
        token = kit.links.sign("request", review.request_id)
        queue_letter(
            session,
            shop_id=case.shop_id,
            letter="review_may_change",
            to=(customer.name, customer.email or ""),
            customer_id=customer.id,
            language=review.locale,
            key=f"review_may_change:{review.id}",
            params={
                "mine_url": f"{kit.settings.public_url}/r/{token}/mine",
                "products": [{"name": product.title, "picture_url": product.image_url}],
            },
        )


def _may_write(session: Session, customer: Customer) -> bool:
    return bool(customer.email) and not is_suppressed(
        session, customer.shop_id, customer.email_digest
    )

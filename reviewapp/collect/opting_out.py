"""Stopping all requests to an address, for good and at once (playbook 2)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.models.catalog import Customer, Suppression
from reviewapp.models.review_request import ReviewRequest
from reviewapp.outbox.suppressions import is_suppressed


def subscriber(session: Session, row_id: UUID) -> Customer | None:
    """The customer behind an unsubscribe link, which names a request or the customer."""
    request = session.get(ReviewRequest, row_id)
    return session.get(Customer, request.customer_id if request else row_id)


def is_unsubscribed(session: Session, customer: Customer) -> bool:
    """Whether this address asked to be left alone."""
    return is_suppressed(session, customer.shop_id, customer.email_digest, ("unsubscribed",))


def unsubscribe(session: Session, customer: Customer) -> None:
    """Note the wish by the address's digest and cancel what is planned; again changes nothing."""
    if is_unsubscribed(session, customer):
        return
    session.execute(
        insert(Suppression)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=customer.shop_id,
            email_digest=customer.email_digest,
            reason="unsubscribed",
        )
        .on_conflict_do_update(
            index_elements=["shop_id", "email_digest", "reason"], set_={"lifted_at": None}
        )
    )
    session.execute(
        update(ReviewRequest)
        .where(ReviewRequest.customer_id == customer.id, ReviewRequest.state == "planned")
        .values(state="cancelled", reason="unsubscribed")
    )
    record(
        session,
        shop_id=customer.shop_id,
        actor=f"customer:{customer.id}",
        action="customer.unsubscribed",
        subject=f"customer:{customer.id}",
    )

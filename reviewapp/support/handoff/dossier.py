"""What goes along with a case: its subject, its words, and the facts an agent would ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer, Order, OrderLine
from reviewapp.models.handoff import Handoff
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.support.handoff.tickets import Dossier, Person, Word

SUBJECTS = {
    "question": "Question",
    "delay": "Late or lost parcel",
    "return": "Return or refund",
    "damaged": "Damaged or wrong item",
    "chargeback": "Chargeback risk",
    "other": "Customer needs help",
}
NO_WORDS = "(The customer did not write anything yet.)"


@dataclass(frozen=True)
class Facts:
    """The subject of a ticket, and what stands in its first note."""

    subject: str
    text: str


def dossier_of(session: Session, handoff: Handoff) -> Dossier:
    """The case of a handoff as a helpdesk takes it."""
    case = session.get_one(Case, handoff.case_id)
    first = session.scalars(
        select(CaseMessage)
        .where(CaseMessage.case_id == case.id, CaseMessage.direction == "in")
        .order_by(CaseMessage.created_at, CaseMessage.id)
        .limit(1)
    ).first()
    word = Word(str(case.id), NO_WORDS, True) if first is None else word_of(first)
    return Dossier(
        reference=str(case.id),
        subject=facts_of(session, case).subject,
        person=person_of(session.get_one(Customer, case.customer_id)),
        first=word,
        tags=[case.route, *case.tags],
        priority=case.priority,
    )


def person_of(customer: Customer) -> Person:
    """The customer, by a reference of ours that survives a change of address."""
    return Person(str(customer.id), customer.name, customer.email)


def word_of(message: CaseMessage) -> Word:
    """One turn; an answer of ours is told as what it is."""
    if message.direction == "in":
        return Word(str(message.id), message.body, True)
    return Word(str(message.id), f"Sent to the customer:\n\n{message.body}", False)


def facts_word(session: Session, handoff: Handoff, page_url: str) -> Word:
    """The note with what we know; its reference is the handoff's."""
    case = session.get_one(Case, handoff.case_id)
    return Word(str(handoff.id), f"{facts_of(session, case).text}\nCase: {page_url}", False)


def facts_of(session: Session, case: Case) -> Facts:
    """Order, parcel, review and photos, a line each; what is not known is not mentioned."""
    order = session.get(Order, case.order_id) if case.order_id else None
    subject = SUBJECTS[case.route] + (f", order {order.external_id}" if order else "")
    lines = [f"Route: {case.route}", f"First answer due: {_at(case.first_response_due_at)}"]
    if order is not None:
        lines += _order_lines(session, order)
    lines += _review_lines(session, case)
    photos = session.scalars(
        select(MediaAsset.id)
        .join(CaseMessage, CaseMessage.id == MediaAsset.case_message_id)
        .where(CaseMessage.case_id == case.id)
    ).all()
    if photos:
        lines.append(f"Photos and videos sent: {len(photos)}, to be seen at the case")
    return Facts(subject, "\n".join(lines))


def _order_lines(session: Session, order: Order) -> list[str]:
    told = [f"Order {order.external_id} of {_at(order.ordered_at)}"]
    if order.total is not None:
        told.append(f"Total: {order.total} {order.currency or ''}".strip())
    if order.tracking:
        told.append(f"Tracking: {order.tracking}")
    for line in session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .options(joinedload(OrderLine.product))
        .order_by(OrderLine.id)
    ):
        happened = [
            f"{name} {_at(at)}"
            for name in ("shipped", "delivered", "cancelled", "lost", "refunded", "returned")
            if (at := getattr(line, f"{name}_at"))
        ]
        told.append(f"{line.quantity} × {line.product.title}: {', '.join(happened) or 'ordered'}")
    return told


def _review_lines(session: Session, case: Case) -> list[str]:
    review = session.get(Review, case.review_id) if case.review_id else None
    return [] if review is None else [f"Public review: {review.rating} of 5, “{review.body}”"]


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

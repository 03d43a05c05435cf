"""Conversations by mail: a message for a case, a stranger's new case, what became of an answer.

Only the token of a letter leads to a case; an address alone, which anybody can write, never does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.ids import email_digest
from reviewapp.media.service import attach
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer, Order
from reviewapp.outbox.mail import queue_letter
from reviewapp.support.seasons import season_word
from reviewapp.support.service import (
    MOST_CHARACTERS,
    new_case,
    promised_by,
    receive_message,
)

_ORDER_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,63}")
MOST_NUMBERS = 200


@dataclass(frozen=True)
class Written:
    """What a person wrote by mail."""

    body: str
    quoted: str
    subject: str
    sender: str
    sender_name: str
    message_id: str | None
    in_reply_to: str | None
    photos: Sequence[UUID] = ()
    """Staged assets."""
    left_out: Sequence[str] = ()
    """Sentences for the team about files that were not taken."""


def continue_case(session: Session, shop: Shop, case_id: UUID, **told: object) -> CaseMessage:
    """Add a mail to the case its token names; a solved one opens again.

    `told` are the fields of Written. NotFound for a case that is not this shop's.
    """
    written = Written(**told)  # type: ignore[arg-type]  # names and types are Written's
    case = session.scalar(select(Case).where(Case.shop_id == shop.id, Case.id == case_id))
    customer = session.get(Customer, case.customer_id) if case else None
    by = f"customer:{customer.id}" if customer else "mail"
    said = receive_message(session, shop, case_id, _body(written), by=by)
    own = customer is not None and customer.email_digest == email_digest(written.sender)
    _complete(session, said, written, stranger=not own)
    return said


def open_for_stranger(session: Session, shop: Shop, **told: object) -> CaseMessage:
    """Open a case for somebody who wrote without a token: a new one, whatever the address says.

    They are told, once, that their mail arrived; `threads.MOST_AUTOMATIC` ends a conversation
    between two machines.
    """
    written = Written(**told)  # type: ignore[arg-type]  # names and types are Written's
    customer = _customer(session, shop, written)
    now = clock.now()
    promised = promised_by(session, shop, "question", now)
    case = Case(
        shop_id=shop.id,
        customer_id=customer.id,
        order_id=_order_named(session, customer, written),
        route="question",
        language=customer.locale or shop.locale,
        opened_at=now,
        promised_at=promised,
    )
    new_case(session, shop, case, by=f"customer:{customer.id}", came="mail")
    said = receive_message(session, shop, case.id, _body(written), by=f"customer:{customer.id}")
    _complete(session, said, written, stranger=True)
    queue_letter(
        session,
        shop_id=shop.id,
        letter="help_received",
        to=(customer.name, written.sender),
        customer_id=customer.id,
        case_id=case.id,
        language=case.language,
        key=f"help_received:{case.id}",
        params={
            "message": _body(written),
            "answer_by": promised.isoformat() if promised else None,
            "answerer": shop.name,
            "season_note": season_word(session, shop, case.language),
        },
    )
    return said


def note_undelivered(session: Session, case_id: UUID, told: str) -> None:
    """Tell the team that a letter of the case did not arrive."""
    case = session.get(Case, case_id)
    if case is not None:
        session.add(CaseMessage(shop_id=case.shop_id, case_id=case.id, direction="note", body=told))


def _complete(session: Session, said: CaseMessage, written: Written, *, stranger: bool) -> None:
    said.message_id, said.in_reply_to = written.message_id, written.in_reply_to
    said.subject = written.subject or None
    said.quoted = written.quoted[:MOST_CHARACTERS] or None
    said.sender = written.sender if stranger else None
    attach(session, None, written.photos, case_message_id=said.id)
    if written.left_out:
        note = {"shop_id": said.shop_id, "case_id": said.case_id, "direction": "note"}
        session.add(CaseMessage(**note, body="\n".join(written.left_out)))


def _body(written: Written) -> str:
    """The words; a mail of files alone is told by its subject."""
    return (written.body or written.subject or "(no text)")[:MOST_CHARACTERS]


def _customer(session: Session, shop: Shop, written: Written) -> Customer:
    """The customer with this address, made where there is none.

    Whoever was erased and writes again is somebody to answer, and can be erased again.
    """
    digest = email_digest(written.sender)
    found = session.scalar(
        select(Customer)
        .where(Customer.shop_id == shop.id, Customer.email_digest == digest)
        .with_for_update()
    )
    if found is None:
        found = Customer(shop_id=shop.id, email=written.sender, email_digest=digest)
        found.name = written.sender_name or None
        session.add(found)
    elif found.erased_at is not None:
        found.email, found.name = written.sender, written.sender_name or None
        found.erasing_since = found.erased_at = None
    session.flush()
    return found


def _order_named(session: Session, customer: Customer, written: Written) -> UUID | None:
    """The customer's own order whose number stands in subject or text."""
    words = _ORDER_NUMBER.findall(f"{written.subject} {written.body}")[:MOST_NUMBERS]
    if not words:
        return None
    return session.scalar(
        select(Order.id)
        .where(Order.customer_id == customer.id, Order.external_id.in_(words))
        .order_by(Order.ordered_at.desc())
        .limit(1)
    )

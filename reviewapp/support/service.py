"""Opening a case from what a customer wrote, with its clock and the word to the customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.i18n import zone_of
from reviewapp.media.service import attach
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.messages import emit
from reviewapp.support.rules import first_response_due

UNPROMISED = timedelta(days=7)
"""The desk's own limit where the calendar knows no working time; nobody is told of it."""


@dataclass(frozen=True)
class Asked:
    """What somebody behind a link asks the shop to help with."""

    customer: Customer
    request_id: UUID
    order_id: UUID | None
    route: str
    message: str
    photos: Sequence[UUID]
    language: str
    page_url: str


def open_case(
    session: Session,
    shop: Shop,
    *,
    customer: Customer,
    request_id: UUID,
    order_id: UUID | None,
    route: str,
    message: str,
    photos: Sequence[UUID],
    language: str,
    page_url: str,
) -> Case:
    """Open a case for what a customer asks behind a request's link; sent twice, it counts once.

    More words about a problem that is still open join its case: one problem, one conversation.
    `photos` are staged assets of that link, `page_url` is where the letter leads back to. The
    caller holds the request's row, so that two sendings come one after the other.
    """
    asked = Asked(customer, request_id, order_id, route, message, photos, language, page_url)
    case = _unsolved_case(session, asked)
    if case is None:
        case = _new_case(session, shop, asked)
    elif _just_said(session, case.id, message):
        return case
    else:
        case.state = "open"
        if case.first_responded_at is not None:
            case.next_update_due_at = promised_by(shop, case.route, clock.now())
    _add_message(session, case, asked)
    return case


def promised_by(shop: Shop, route: str, opened_at: datetime) -> datetime | None:
    """When the first answer is due by the shop's own calendar; None: nothing can be promised."""
    settings = shop.settings
    hours = settings.first_response_hours.get(route, settings.first_response_hours["other"])
    return first_response_due(opened_at, hours, settings.business_hours, zone_of(shop.time_zone))


def _new_case(session: Session, shop: Shop, asked: Asked) -> Case:
    now = clock.now()
    promised = promised_by(shop, asked.route, now)
    case = Case(
        shop_id=shop.id,
        customer_id=asked.customer.id,
        order_id=asked.order_id,
        request_id=asked.request_id,
        route=asked.route,
        language=asked.language,
        opened_at=now,
        first_response_due_at=promised or now + UNPROMISED,
    )
    session.add(case)
    session.flush()
    emit(session, "case.opened", shop_id=shop.id, case_id=case.id)
    record(
        session,
        shop_id=shop.id,
        actor=f"customer:{asked.customer.id}",
        action="case.opened",
        subject=f"case:{case.id}",
        request=asked.request_id,
        route=asked.route,
    )
    _tell_customer(session, shop, asked, case, promised)
    return case


def _add_message(session: Session, case: Case, asked: Asked) -> None:
    said = CaseMessage(shop_id=case.shop_id, case_id=case.id, direction="in", body=asked.message)
    session.add(said)
    session.flush()
    attach(session, asked.request_id, asked.photos, case_message_id=said.id)
    emit(
        session, "case.message_received", shop_id=case.shop_id, case_id=case.id, message_id=said.id
    )


def _tell_customer(
    session: Session, shop: Shop, asked: Asked, case: Case, promised: datetime | None
) -> None:
    if not asked.customer.email:
        return
    queue_letter(
        session,
        shop_id=shop.id,
        letter="help_received",
        to=(asked.customer.name, asked.customer.email),
        customer_id=asked.customer.id,
        language=asked.language,
        key=f"help_received:{case.id}",
        params={
            "message": asked.message,
            "answer_by": promised.isoformat() if promised else None,
            "answerer": shop.name,
            "page_url": asked.page_url,
        },
    )


def _unsolved_case(session: Session, asked: Asked) -> Case | None:
    return session.scalars(
        select(Case)
        .where(
            Case.request_id == asked.request_id,
            Case.route == asked.route,
            Case.state != "solved",
        )
        .order_by(Case.id.desc())
        .limit(1)
    ).first()


def _just_said(session: Session, case_id: UUID, message: str) -> bool:
    """Whether these words are the last of the conversation: a form sent twice, not a new word."""
    last = session.scalars(
        select(CaseMessage)
        .where(CaseMessage.case_id == case_id, CaseMessage.direction != "note")
        .order_by(CaseMessage.created_at.desc(), CaseMessage.id.desc())
        .limit(1)
    ).first()
    return last is not None and last.direction == "in" and last.body == message

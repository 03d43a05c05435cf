"""What a customer wrote: a case opened, continued or reopened, with its clocks wound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.media.service import attach
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer, Order
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.messages import emit
from reviewapp.support.clockwork import end_waiting, first_response_by, wind
from reviewapp.support.figures.keeping import note_reopened
from reviewapp.support.hours import hours_of
from reviewapp.support.seasons import season_word

MOST_CHARACTERS = 20_000
MOST_MERGES = 20
"""How many merged cases are followed to the one that carries on; no circle can be made."""


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
        _carry_on(session, shop, case)
    said = _say(session, case, message)
    attach(session, asked.request_id, asked.photos, case_message_id=said.id)
    return case


def receive_message(
    session: Session, shop: Shop, case_id: UUID, body: str, *, by: str
) -> CaseMessage:
    """Take what a customer wrote to a case of this shop by another way, such as mail.

    A solved case opens again; a merged one hands on to the case that carries on. `by` is the log's
    label, such as `customer:{id}`; words beyond MOST_CHARACTERS are cut. The caller attaches files
    to the message it is given. NotFound for a case of another shop.
    """
    case = surviving(session, shop.id, case_id)
    if case.state == "solved":
        _reopen(session, case, by)
    _carry_on(session, shop, case)
    return _say(session, case, body[:MOST_CHARACTERS])


def surviving(session: Session, shop_id: UUID, case_id: UUID) -> Case:
    """The case, locked; where it was merged, the one that carries on with its conversation."""
    for _ in range(MOST_MERGES):
        case = session.scalar(
            select(Case)
            .where(Case.shop_id == shop_id, Case.id == case_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if case is None:
            break
        if case.merged_into_id is None:
            return case
        case_id = case.merged_into_id
    raise NotFound


def promised_by(session: Session, shop: Shop, route: str, opened_at: datetime) -> datetime | None:
    """When the first answer is due by the shop's own calendar; None: nothing can be promised."""
    return first_response_by(shop.settings, hours_of(session, shop), route, opened_at)


def new_case(session: Session, shop: Shop, case: Case, *, by: str, **told: object) -> Case:
    """Store a case that was just made: its clocks wound, its order's value kept, its event out.

    `told` are references for the log.
    """
    case.waited_minutes = 0
    if case.order_id is not None:
        case.value = session.scalar(select(Order.total).where(Order.id == case.order_id))
    wind(case, shop.settings, hours_of(session, shop), case.opened_at)
    session.add(case)
    session.flush()
    emit(session, "case.opened", shop_id=shop.id, case_id=case.id)
    record(
        session,
        shop_id=shop.id,
        actor=by,
        action="case.opened",
        subject=f"case:{case.id}",
        route=case.route,
        **told,
    )
    return case


def _new_case(session: Session, shop: Shop, asked: Asked) -> Case:
    now = clock.now()
    promised = promised_by(session, shop, asked.route, now)
    case = Case(
        shop_id=shop.id,
        customer_id=asked.customer.id,
        order_id=asked.order_id,
        request_id=asked.request_id,
        route=asked.route,
        language=asked.language,
        opened_at=now,
        promised_at=promised,
    )
    new_case(session, shop, case, by=f"customer:{asked.customer.id}", request=asked.request_id)
    _tell_customer(session, shop, asked, case, promised)
    return case


def _carry_on(session: Session, shop: Shop, case: Case) -> None:
    """The customer wrote again: it is our turn, and the oldest promise stays."""
    now, hours = clock.now(), hours_of(session, shop)
    end_waiting(case, hours, now)
    case.state = "open"
    if case.first_responded_at is not None:
        case.unanswered_since = case.unanswered_since or now
    wind(case, shop.settings, hours, now)


def reopen(session: Session, case: Case, now: datetime) -> None:
    """Take a solved case up again: its resolution clock begins anew."""
    note_reopened(session, case, now)
    case.solved_at = None
    case.reopened_at = now
    case.reopened_count = (case.reopened_count or 0) + 1
    case.waited_minutes = 0


def _reopen(session: Session, case: Case, by: str) -> None:
    case.state = "open"
    reopen(session, case, clock.now())
    record(
        session,
        shop_id=case.shop_id,
        actor=by,
        action="case.reopened",
        subject=f"case:{case.id}",
    )
    emit(session, "case.state_changed", shop_id=case.shop_id, case_id=case.id, state="open")
    emit(session, "case.reopened", shop_id=case.shop_id, case_id=case.id)


def _say(session: Session, case: Case, body: str) -> CaseMessage:
    said = CaseMessage(shop_id=case.shop_id, case_id=case.id, direction="in", body=body)
    session.add(said)
    session.flush()
    emit(
        session, "case.message_received", shop_id=case.shop_id, case_id=case.id, message_id=said.id
    )
    return said


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
        case_id=case.id,
        language=asked.language,
        key=f"help_received:{case.id}",
        params={
            "message": asked.message,
            "answer_by": promised.isoformat() if promised else None,
            "answerer": shop.name,
            "page_url": asked.page_url,
            "season_note": season_word(session, shop, asked.language),
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

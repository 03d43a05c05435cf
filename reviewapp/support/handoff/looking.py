"""The errand "helpdesk_looks": what became of tickets, taken into their cases once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.errors import AppError, Conflict, Invalid
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.handoff import Handoff, HandoffAnswer, Helpdesk
from reviewapp.support.answering import By, add_note, set_state
from reviewapp.support.answering import answer as answer_by_letter
from reviewapp.support.handoff.accounts import PULLED, UNDELIVERED, open_helpdesk
from reviewapp.support.handoff.tickets import Answer, HelpdeskBusy, Seen, TicketGone
from reviewapp.support.outside import note_answer
from reviewapp.support.service import surviving

ERRAND = "helpdesk_looks"
BATCH = 20
LEASE = timedelta(minutes=5)
USUALLY = timedelta(minutes=15)
AT_REST = timedelta(hours=6)
MOST_LOOKS_AT_REST = 28
"""A solved ticket is looked at for a week: long enough for somebody to open it again."""

log = structlog.get_logger()


def look_at_tickets(kit: Kit) -> int:
    """Look at every ticket that is due; returns how many were looked at."""
    looked = 0
    while claimed := _claim(kit):
        for handoff_id in claimed:
            _look(kit, handoff_id)
        looked += len(claimed)
    return looked


def look_soon(session: Session, helpdesk_id: UUID, ticket_id: str) -> None:
    """Somebody said that this ticket changed; an unknown one changes nothing."""
    session.execute(
        update(Handoff)
        .where(Handoff.helpdesk_id == helpdesk_id, Handoff.ticket_id == ticket_id)
        .values(look_at=clock.now(), looks=0)
    )
    ping_after_commit(session, ERRAND)


def _claim(kit: Kit) -> Sequence[UUID]:
    now = clock.now()
    due = (
        select(Handoff.id)
        .join(Helpdesk, Helpdesk.id == Handoff.helpdesk_id)
        .where(
            Handoff.look_at <= now,
            Handoff.ticket_id.is_not(None),
            Helpdesk.state == "active",
            Helpdesk.kind.in_(PULLED),
            or_(Helpdesk.busy_until.is_(None), Helpdesk.busy_until <= now),
        )
        .order_by(Handoff.look_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Handoff)
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        ids = session.scalars(due).all()
        session.execute(
            update(Handoff)
            .where(Handoff.id.in_(ids))
            .values(look_at=now + LEASE)
            .execution_options(synchronize_session=False)
        )
    return ids


def _look(kit: Kit, handoff_id: UUID) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        handoff = session.get_one(Handoff, handoff_id, options=[joinedload(Handoff.helpdesk)])
        session.expunge_all()
    try:
        seen = open_helpdesk(handoff.helpdesk, kit.settings).see(str(handoff.ticket_id))
    except HelpdeskBusy as busy:
        _note_trouble(kit, handoff, busy.message, timedelta(seconds=busy.seconds))
    except TicketGone as gone:
        _note_trouble(kit, handoff, gone.message, None)
    except AppError as error:
        _note_trouble(kit, handoff, error.message, USUALLY)
    except (LookupError, TypeError, ValueError) as error:  # an answer in a shape nobody documents
        _note_trouble(kit, handoff, f"Not understood: {error!r}", USUALLY)
    else:
        with kit.database.transaction(handoff.shop_id) as session:
            take_in(session, handoff.id, seen)
            _look_again(session, handoff.id)


def take_in(session: Session, handoff_id: UUID, seen: Seen) -> None:
    """Answers that are new, then the state, into the case and those that share its ticket."""
    handoff = session.get_one(Handoff, handoff_id, with_for_update=True)
    shop = session.get_one(Shop, handoff.shop_id)
    for found in seen.answers:
        if found.body.strip():
            _take_answer(session, shop, handoff, found)
    if seen.state != handoff.ticket_state:
        handoff.ticket_state = seen.state
        for case_id in _sharing(session, handoff.id):
            case = surviving(session, shop.id, case_id)
            if case.state != seen.state and case.merged_into_id is None:
                set_state(session, shop, case, seen.state, _by(handoff))


def _take_answer(session: Session, shop: Shop, handoff: Handoff, found: Answer) -> None:
    """Once: the row's unique key is the lock. What nobody brought to the customer, we do."""
    known = select(HandoffAnswer.id).where(
        HandoffAnswer.handoff_id == handoff.id, HandoffAnswer.external_id == found.id
    )
    if session.scalar(known) is not None:
        return
    case = surviving(session, shop.id, handoff.case_id)
    by = _by(handoff, found.author)
    if session.get_one(Helpdesk, handoff.helpdesk_id).kind in UNDELIVERED:
        message_id = _bring(session, shop, case, found, by)
    else:
        message_id = note_answer(session, shop, case, found.body, by).id
    session.execute(
        insert(HandoffAnswer).values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=shop.id,
            handoff_id=handoff.id,
            external_id=found.id,
            message_id=message_id,
            author=found.author,
            written_at=found.at,
        )
    )


def _bring(session: Session, shop: Shop, case: Case, found: Answer, by: By) -> UUID:
    """Our letter with their words; where a rule or a missing address stops it, a note says so."""
    session.refresh(case, ["customer", "messages"])
    try:
        with session.begin_nested():
            return answer_by_letter(session, shop, case, found.body, by).id
    except (Invalid, Conflict) as error:
        why = "; ".join(text for texts in error.fields.values() for text in texts) or error.message
        told = f"Written in the helpdesk, but not sent to the customer: {why}\n\n{found.body}"
        return add_note(session, case, told, by).id


def _sharing(session: Session, main_id: UUID) -> Sequence[UUID]:
    return session.scalars(
        select(Handoff.case_id)
        .where(or_(Handoff.id == main_id, Handoff.joins_id == main_id))
        .order_by(Handoff.id)
    ).all()


def _by(handoff: Handoff, author: str | None = None) -> By:
    return By(f"helpdesk:{handoff.helpdesk_id}", author, None)


def _look_again(session: Session, handoff_id: UUID) -> None:
    handoff = session.get_one(Handoff, handoff_id)
    session.get_one(Helpdesk, handoff.helpdesk_id).last_heard_at = clock.now()
    if handoff.ticket_state != "solved":
        handoff.look_at, handoff.looks = clock.now() + USUALLY, 0
    elif handoff.looks < MOST_LOOKS_AT_REST:
        handoff.look_at, handoff.looks = clock.now() + AT_REST, handoff.looks + 1
    else:
        handoff.look_at = None


def _note_trouble(kit: Kit, handoff: Handoff, told: str, pause: timedelta | None) -> None:
    log.warning("helpdesk.not_seen", helpdesk=handoff.helpdesk.kind, handoff=str(handoff.id))
    with kit.database.transaction(handoff.shop_id) as session:
        session.execute(
            update(Handoff)
            .where(Handoff.id == handoff.id)
            .values(look_at=None if pause is None else clock.now() + pause)
        )
        session.execute(
            update(Helpdesk).where(Helpdesk.id == handoff.helpdesk_id).values(last_error=told)
        )

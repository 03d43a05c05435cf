"""Handing a case over: which helpdesk, which ticket, and the steps owed because of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, contains_eager

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.errors import Conflict, NotFound
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.handoff import Handoff, HandoffAnswer, HandoffStep, Helpdesk
from reviewapp.models.outbox import OutboxEvent
from reviewapp.support.handoff.by_mail import tell_by_mail

ERRAND = "handoffs"


def hand_over_new(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After `case.opened`: to every helpdesk that takes new cases by itself."""
    case = _case(session, event)
    if case is None:
        return
    for helpdesk in _active(session, event.shop_id):
        if helpdesk.by_itself and (not helpdesk.routes or case.route in helpdesk.routes):
            hand_over(session, case, helpdesk, by="system")


def pass_word(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a word of the customer's or an answer of ours: the same to where the case is."""
    message_id = UUID(event.payload["message_id"])
    if session.scalar(select(HandoffAnswer.id).where(HandoffAnswer.message_id == message_id)):
        return  # it came from there
    message = session.get(CaseMessage, message_id)
    for handoff in _handoffs(session, UUID(event.payload["case_id"])):
        if message is not None:
            _owe(session, handoff, "word", message.id)


def pass_state(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a case changed its state: the same over there, unless the change came from there.

    A ticket that several cases share is solved when the last of them is.
    """
    case = _case(session, event)
    if case is None:
        return
    for handoff in _handoffs(session, case.id):
        if handoff.helpdesk.kind == "mail" or _main(session, handoff).ticket_state == case.state:
            continue
        if case.state == "solved" and _open_beside(session, handoff):
            continue
        _owe(session, handoff, "state", None, wanted=case.state)


def hand_over(session: Session, case: Case, helpdesk: Helpdesk, *, by: str) -> Handoff | None:
    """Owe the helpdesk this case, its words and its facts; None when it is there already.

    Another case of the same customer within the cool-down joins their ticket: whoever writes
    three times in an hour has one problem, and is answered by one person. Conflict for a
    helpdesk that is paused.
    """
    if helpdesk.state != "active":
        raise Conflict("conflict", "This helpdesk is paused.")
    session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"handoff:{case.customer_id}", 0)))
    )
    handoff_id = session.scalar(
        insert(Handoff)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=case.shop_id,
            helpdesk_id=helpdesk.id,
            case_id=case.id,
            joins_id=_ticket_to_join(session, case, helpdesk),
            last_word_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["helpdesk_id", "case_id"])
        .returning(Handoff.id)
    )
    if handoff_id is None:
        return None
    handoff = session.get_one(Handoff, handoff_id)
    _owe_all(session, handoff, case, helpdesk)
    record(
        session,
        shop_id=case.shop_id,
        actor=by,
        action="case.handed_over",
        subject=f"case:{case.id}",
        helpdesk=helpdesk.id,
    )
    return handoff


def try_again(session: Session, shop_id: UUID, handoff_id: UUID) -> None:
    """Owe again what was refused; NotFound for another shop's."""
    handoff = session.scalar(
        select(Handoff).where(Handoff.shop_id == shop_id, Handoff.id == handoff_id)
    )
    if handoff is None:
        raise NotFound
    for step in session.scalars(
        select(HandoffStep).where(
            HandoffStep.handoff_id == handoff.id, HandoffStep.state == "refused"
        )
    ):
        step.state, step.due_at = "waiting", clock.now()
        step.created_at = clock.now()
    ping_after_commit(session, ERRAND)


def _owe_all(session: Session, handoff: Handoff, case: Case, helpdesk: Helpdesk) -> None:
    said = session.scalars(
        select(CaseMessage)
        .where(CaseMessage.case_id == case.id, CaseMessage.direction != "note")
        .order_by(CaseMessage.created_at, CaseMessage.id)
    ).all()
    if helpdesk.kind != "mail" and handoff.joins_id is None:
        _owe(session, handoff, "create", None)
    for message in said:
        _owe(session, handoff, "word", message.id)
    if helpdesk.kind != "mail":
        _owe(session, handoff, "facts", None)


def _owe(
    session: Session,
    handoff: Handoff,
    kind: str,
    message_id: UUID | None,
    *,
    wanted: str | None = None,
) -> None:
    handoff.last_word_at = clock.now()
    if handoff.helpdesk_id and session.get_one(Helpdesk, handoff.helpdesk_id).kind == "mail":
        if message_id is not None:
            tell_by_mail(session, handoff, message_id)
        return
    session.execute(
        insert(HandoffStep)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=handoff.shop_id,
            handoff_id=handoff.id,
            kind=kind,
            message_id=message_id,
            wanted=wanted,
            due_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["handoff_id", "kind", "message_id"])
    )
    ping_after_commit(session, ERRAND)


def _ticket_to_join(session: Session, case: Case, helpdesk: Helpdesk) -> UUID | None:
    """The handoff of the same customer whose ticket is open and was just spoken in."""
    since = clock.now() - timedelta(minutes=helpdesk.cool_down_minutes)
    found = session.scalars(
        select(Handoff)
        .join(Case, Case.id == Handoff.case_id)
        .where(
            Handoff.helpdesk_id == helpdesk.id,
            Case.customer_id == case.customer_id,
            Case.id != case.id,
            Handoff.last_word_at > since,
            Handoff.ticket_state != "solved",
        )
        .order_by(Handoff.id.desc())
        .limit(1)
    ).first()
    if found is None or helpdesk.cool_down_minutes == 0:
        return None
    return found.joins_id or found.id


def _open_beside(session: Session, handoff: Handoff) -> bool:
    """Whether another case that shares the ticket is still open."""
    main = handoff.joins_id or handoff.id
    return bool(
        session.scalar(
            select(Handoff.id)
            .join(Case, Case.id == Handoff.case_id)
            .where(
                (Handoff.id == main) | (Handoff.joins_id == main),
                Handoff.id != handoff.id,
                Case.state != "solved",
            )
            .limit(1)
        )
    )


def _main(session: Session, handoff: Handoff) -> Handoff:
    return session.get_one(Handoff, handoff.joins_id) if handoff.joins_id else handoff


def _handoffs(session: Session, case_id: UUID) -> list[Handoff]:
    return list(
        session.scalars(
            select(Handoff)
            .join(Helpdesk, Helpdesk.id == Handoff.helpdesk_id)
            .where(Handoff.case_id == case_id, Helpdesk.state == "active")
            .options(contains_eager(Handoff.helpdesk))
            .order_by(Handoff.id)
        )
    )


def _active(session: Session, shop_id: UUID) -> list[Helpdesk]:
    return list(
        session.scalars(
            select(Helpdesk)
            .where(Helpdesk.shop_id == shop_id, Helpdesk.state == "active")
            .order_by(Helpdesk.id)
        )
    )


def _case(session: Session, event: OutboxEvent) -> Case | None:
    return session.get(Case, UUID(event.payload["case_id"]))

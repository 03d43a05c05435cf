"""The errand "handoffs": what is owed to helpdesks, one step after another, each done once.

No helpdesk promises that a request which timed out was not done. So a step that is tried again
first looks whether it arrived: a ticket by the case's reference, a word by its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError, Invalid, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.sealing import SealBroken
from reviewapp.models.case import CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.models.handoff import Handoff, HandoffStep, Helpdesk
from reviewapp.support.handoff.accounts import PULLED, open_helpdesk
from reviewapp.support.handoff.dossier import dossier_of, facts_word, person_of, word_of
from reviewapp.support.handoff.tickets import (
    Dossier,
    HelpdeskBusy,
    HelpdeskRefused,
    Person,
    Ticket,
    Word,
)
from reviewapp.support.handoff.tickets import Helpdesk as Asked

BATCH = 20
LEASE = timedelta(minutes=5)
"""Longer than the slowest step: how long a claimed one waits if its worker died."""
RETRY = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600))
"""The last one again and again."""
GIVE_UP = timedelta(days=3)
"""After that a person decides; the case itself was in the desk all the time."""
FIRST_LOOK = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True)
class Task:
    """A claimed step with all it needs, read before anything is sent."""

    step: HandoffStep
    handoff: Handoff
    main: Handoff
    helpdesk: Helpdesk
    person: Person
    word: Word | None
    dossier: Dossier | None


def work_off_handoffs(kit: Kit) -> int:
    """Do every step that is due; returns how many were tried."""
    tried = 0
    while claimed := _claim(kit):
        for step_id in claimed:
            _work(kit, step_id)
        tried += len(claimed)
    return tried


def _claim(kit: Kit) -> Sequence[UUID]:
    """Steps that are due, none of whose handoff still owes an earlier one."""
    now, earlier = clock.now(), aliased(HandoffStep)
    before = exists().where(
        earlier.handoff_id == HandoffStep.handoff_id,
        earlier.number < HandoffStep.number,
        earlier.state != "done",
    )
    first = aliased(HandoffStep)
    main_made = exists().where(
        first.handoff_id == Handoff.joins_id, first.kind == "create", first.state != "done"
    )
    due = (
        select(HandoffStep.id)
        .join(Handoff, Handoff.id == HandoffStep.handoff_id)
        .join(Helpdesk, Helpdesk.id == Handoff.helpdesk_id)
        .where(
            HandoffStep.state == "waiting",
            HandoffStep.due_at <= now,
            Helpdesk.state == "active",
            or_(Helpdesk.busy_until.is_(None), Helpdesk.busy_until <= now),
            ~before,
            ~main_made,
        )
        .order_by(HandoffStep.due_at, HandoffStep.number)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=HandoffStep)
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        ids = session.scalars(due).all()
        if ids:
            session.execute(
                update(HandoffStep)
                .where(HandoffStep.id.in_(ids))
                .values(due_at=now + LEASE, attempts=HandoffStep.attempts + 1)
                .execution_options(synchronize_session=False)
            )
    return ids


def _work(kit: Kit, step_id: UUID) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        task = _task(session, kit, step_id)
    if task is None:
        return
    try:
        asked = open_helpdesk(task.helpdesk, kit.settings)
        made = _do(asked, task)
    except HelpdeskBusy as busy:
        _wait(kit, task, busy)
    except (OutsideFailed, Invalid) as error:
        _fail(kit, task, error, for_good=False)
    except (HelpdeskRefused, SealBroken) as error:
        _fail(kit, task, error, for_good=True)
    except (LookupError, TypeError, ValueError) as error:  # an answer in a shape nobody documents
        _fail(kit, task, OutsideFailed(message=f"Not understood: {error!r}"), for_good=False)
    else:
        _settle(kit, task, made)


def _task(session: Session, kit: Kit, step_id: UUID) -> Task | None:
    step = session.get(HandoffStep, step_id)
    if step is None:
        return None
    handoff = session.get_one(
        Handoff, step.handoff_id, options=[joinedload(Handoff.helpdesk), joinedload(Handoff.case)]
    )
    main = session.get_one(Handoff, handoff.joins_id) if handoff.joins_id else handoff
    customer = session.get_one(Customer, handoff.case.customer_id)
    page = f"{kit.settings.public_url}/admin/cases/{handoff.case_id}"
    task = Task(
        step=step,
        handoff=handoff,
        main=main,
        helpdesk=handoff.helpdesk,
        person=person_of(customer),
        word=_word(session, step, handoff, page),
        dossier=dossier_of(session, handoff) if step.kind == "create" else None,
    )
    session.expunge_all()
    return task


def _word(session: Session, step: HandoffStep, handoff: Handoff, page: str) -> Word | None:
    if step.kind == "facts":
        return facts_word(session, handoff, page)
    if step.message_id is None:
        return None
    return word_of(session.get_one(CaseMessage, step.message_id))


def _do(asked: Asked, task: Task) -> Ticket | None:
    """The step itself; on a second try first a look whether the first one arrived."""
    again = task.step.attempts > 1
    if task.dossier is not None:
        return (asked.find(task.dossier) if again else None) or asked.create(task.dossier)
    ticket_id = task.main.ticket_id
    if ticket_id is None:
        raise HelpdeskRefused(message="There is no ticket yet.")
    if task.step.kind == "state":
        asked.set_state(ticket_id, str(task.step.wanted))
        return None
    assert task.word is not None, task.step.kind
    arrived = again and asked.pulls and task.word.reference in asked.see(ticket_id).holds
    if not arrived:
        asked.add(ticket_id, task.word, task.person)
    return None


def _settle(kit: Kit, task: Task, made: Ticket | None) -> None:
    """It is done; a new ticket is remembered, with the words that went along with it."""
    done = [HandoffStep.id == task.step.id]
    with kit.database.transaction(task.step.shop_id) as session:
        if made is not None:
            _remember(session, task, made)
            held = [UUID(reference) for reference in made.holds]
            done = [
                or_(
                    HandoffStep.id == task.step.id,
                    (HandoffStep.handoff_id == task.handoff.id) & HandoffStep.message_id.in_(held),
                )
            ]
        if task.step.kind == "state":
            session.execute(
                update(Handoff)
                .where(Handoff.id == task.main.id)
                .values(ticket_state=task.step.wanted)
            )
        session.execute(update(HandoffStep).where(*done).values(state="done", last_error=None))
        session.execute(
            update(Helpdesk)
            .where(Helpdesk.id == task.helpdesk.id)
            .values(last_heard_at=clock.now(), last_error=None)
        )


def _remember(session: Session, task: Task, made: Ticket) -> None:
    session.execute(
        update(Handoff)
        .where(Handoff.id == task.handoff.id)
        .values(
            ticket_id=made.id,
            ticket_url=made.url,
            look_at=clock.now() + FIRST_LOOK if task.helpdesk.kind in PULLED else None,
        )
    )


def _wait(kit: Kit, task: Task, busy: HelpdeskBusy) -> None:
    """All steps to this helpdesk wait; being asked to wait is no failed try."""
    until = clock.now() + timedelta(seconds=busy.seconds)
    with kit.database.transaction(task.step.shop_id) as session:
        session.execute(
            update(Helpdesk)
            .where(Helpdesk.id == task.helpdesk.id)
            .values(busy_until=until, last_error=busy.message)
        )
        session.execute(
            update(HandoffStep)
            .where(HandoffStep.id == task.step.id)
            .values(due_at=until, last_error=busy.message)
        )


def _fail(kit: Kit, task: Task, error: AppError, *, for_good: bool) -> None:
    now = clock.now()
    spent = for_good or now - task.step.created_at > GIVE_UP
    pause = RETRY[min(task.step.attempts, len(RETRY)) - 1]
    log.warning(
        "handoff.failed",
        helpdesk=task.helpdesk.kind,
        step=task.step.kind,
        handoff=str(task.handoff.id),
        given_up=spent,
    )
    with kit.database.transaction(task.step.shop_id) as session:
        session.execute(
            update(HandoffStep)
            .where(HandoffStep.id == task.step.id)
            .values(
                state="refused" if spent else "waiting",
                due_at=func.greatest(now + pause, HandoffStep.created_at),
                last_error=error.message,
            )
        )
        session.execute(
            update(Helpdesk).where(Helpdesk.id == task.helpdesk.id).values(last_error=error.message)
        )

"""Facts for the numbers, kept at the moment they happen by the calendar of that moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.case_solution import CaseSolution
from reviewapp.support.clocks import Hours, elapsed
from reviewapp.support.hours import hours_of

AT_ONCE = 2_000


def note_first_answer(case: Case, hours: Hours, now: datetime, member_id: UUID | None) -> None:
    """The first answer stops its clock and is measured; a later one changes nothing."""
    if case.first_responded_at is None:
        case.first_responded_at, case.first_responder_id = now, member_id
        case.first_response_seconds = working_seconds(hours, case.opened_at, now)


def note_solution(
    session: Session, case: Case, hours: Hours, now: datetime, member_id: UUID | None
) -> CaseSolution:
    """Keep that a case was solved now; call it while the case's clocks still stand as they ran.

    `member_id` is who solved it, and counts where nobody owned the case.
    """
    earlier = session.scalars(
        select(CaseSolution).where(CaseSolution.case_id == case.id).order_by(CaseSolution.solved_at)
    ).all()
    begun = (case.reopened_at if earlier else None) or case.opened_at
    worked = working_seconds(hours, begun, now) - 60 * (case.waited_minutes or 0)
    kept = CaseSolution(
        shop_id=case.shop_id,
        case_id=case.id,
        number=len(earlier) + 1,
        route=case.route,
        member_id=case.assignee_id or member_id,
        solved_at=now,
        due_at=case.resolution_due_at,
        working_seconds=max(0, worked) + ((earlier[-1].working_seconds or 0) if earlier else 0),
        one_answer=_one_answer(session, case.id),
    )
    session.add(kept)
    return kept


def note_reopened(session: Session, case: Case, now: datetime) -> None:
    """Whatever solved the case before did not last."""
    session.execute(
        update(CaseSolution)
        .where(CaseSolution.case_id == case.id, CaseSolution.reopened_at.is_(None))
        .values(reopened_at=now)
    )


def working_seconds(hours: Hours, begun: datetime, ended: datetime) -> int:
    """Whole seconds of working time from one instant to another."""
    return round(elapsed(hours, begun, ended).total_seconds())


def measure_earlier(kit: Kit) -> int:
    """Measure, by today's calendar, what happened before this was kept; how many facts.

    Some of each shop at a time: whatever is left is found again the next time.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        answered = select(Case.shop_id).where(*_unmeasured())
        solved = select(CaseSolution.shop_id).where(CaseSolution.working_seconds.is_(None))
        shop_ids = session.scalars(answered.union(solved)).all()
    done = 0
    for shop_id in shop_ids:
        with kit.database.transaction(shop_id) as session:
            done += _measure_shop(session, session.get_one(Shop, shop_id))
    return done


def _measure_shop(session: Session, shop: Shop) -> int:
    hours = hours_of(session, shop)
    answered = session.scalars(
        select(Case)
        .where(Case.shop_id == shop.id, *_unmeasured())
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for case in answered:
        until = case.first_responded_at or clock.now()
        case.first_response_seconds = working_seconds(hours, case.opened_at, until)
        case.first_responder_id = case.first_responder_id or case.assignee_id
    solved = session.execute(
        select(CaseSolution, Case)
        .join(Case, Case.id == CaseSolution.case_id)
        .where(CaseSolution.shop_id == shop.id, CaseSolution.working_seconds.is_(None))
        .limit(AT_ONCE)
        .with_for_update(of=CaseSolution, skip_locked=True)
    ).all()
    for solution, case in solved:
        begun = case.reopened_at or case.opened_at
        worked = working_seconds(hours, begun, solution.solved_at) - 60 * case.waited_minutes
        solution.working_seconds = max(0, worked)
    return len(answered) + len(solved)


def _unmeasured() -> tuple[ColumnElement[bool], ...]:
    return (
        Case.first_responded_at.is_not(None),
        Case.first_response_seconds.is_(None),
        Case.split_from_id.is_(None),
        Case.merged_into_id.is_(None),
    )


def _one_answer(session: Session, case_id: UUID) -> bool:
    """Whether the team wrote once, and the customer not after it."""
    out, said_at = CaseMessage.direction == "out", CaseMessage.created_at
    answers, answered_at, asked_at = session.execute(
        select(
            func.count().filter(out),
            func.min(said_at).filter(out),
            func.max(said_at).filter(CaseMessage.direction == "in"),
        ).where(CaseMessage.case_id == case_id)
    ).one()
    return answers == 1 and (asked_at is None or asked_at <= answered_at)

"""Two cases that are one, and one case that is two: messages, clocks and links stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.account import Shop
from reviewapp.models.case import PRIORITIES, Case, CaseMessage, Incident, Pause
from reviewapp.models.case_solution import CaseSolution
from reviewapp.models.catalog import OrderLine
from reviewapp.outbox.messages import emit
from reviewapp.support.answering import By
from reviewapp.support.clockwork import wind
from reviewapp.support.figures.keeping import note_reopened
from reviewapp.support.hours import hours_of


def merge(session: Session, shop: Shop, case: Case, into: Case, by: By) -> None:
    """Let `into` carry on with the conversation of `case`; both rows are locked by the caller.

    All messages move, the oldest promise stands, and the customer's links keep leading to the
    conversation. Conflict for another customer's case, for itself, or one merged before.
    """
    if case.id == into.id or case.customer_id != into.customer_id:
        raise Conflict("case_merged", "Only two cases of the same customer can become one.")
    if case.merged_into_id is not None or into.merged_into_id is not None:
        raise Conflict("case_merged", "One of them was merged already.")
    now = clock.now()
    _take_over(into, case, now)
    _move(session, case, into)
    if into.state != "solved":
        note_reopened(session, into, now)
    case.state, case.solved_at, case.merged_into_id = "solved", now, into.id
    case.next_update_due_at = case.waiting_since = case.follow_up_on = None
    case.automation_stopped = False
    wind(into, shop.settings, hours_of(session, shop), now)
    told = f"Merged with the case of {case.opened_at:%Y-%m-%d %H:%M} UTC ({case.route})."
    session.add(CaseMessage(shop_id=shop.id, case_id=into.id, direction="note", body=told,
                            member_id=by.member_id))  # fmt: skip
    session.flush()
    _log(session, into, "case.merged", by, merged=case.id)
    emit(session, "case.merged", shop_id=shop.id, case_id=into.id, merged_id=case.id)


def split(session: Session, shop: Shop, case: Case, line_ids: Sequence[UUID], by: By) -> Case:
    """A case of its own for some lines of the order; its clocks are the old ones.

    Invalid unless at least one line goes and one stays; Conflict for a merged case.
    """
    lines = session.scalars(select(OrderLine.id).where(OrderLine.order_id == case.order_id)).all()
    about = [line for line in lines if not case.order_line_ids or line in case.order_line_ids]
    going = [line for line in about if line in set(line_ids)]
    if case.merged_into_id is not None:
        raise Conflict("case_merged", "This case was merged; split the one that carries on.")
    if not going or len(going) == len(about):
        raise Invalid(fields={"lines": ["Choose some of the lines, not all."]})
    new = _copy(case, going)
    case.order_line_ids = [line for line in about if line not in going]
    session.add(new)
    session.flush()
    said = session.scalar(
        select(CaseMessage.body)
        .where(CaseMessage.case_id == case.id, CaseMessage.direction == "in")
        .order_by(CaseMessage.id.desc())
        .limit(1)
    )
    quoted = f"\n\n“{said}”" if said else ""
    _note(session, new, f"Split from another case of the same order.{quoted}", by)
    _note(session, case, f"{len(going)} of {len(about)} lines went to a case of their own.", by)
    wind(new, shop.settings, hours_of(session, shop), clock.now())
    session.flush()
    _log(session, case, "case.split", by, new=new.id, lines=len(going))
    emit(session, "case.split", shop_id=shop.id, case_id=case.id, new_id=new.id)
    return new


def _take_over(into: Case, case: Case, now: datetime) -> None:
    """What was owed in either is owed in the one that carries on, at the earlier moment."""
    was_solved = into.state == "solved"
    if case.first_responded_at is None and case.state != "solved":
        owed = _earliest(case.promised_at, case.first_response_due_at)
        if into.first_responded_at is None:
            into.promised_at = _earliest(into.promised_at, into.first_response_due_at, owed)
        else:
            into.next_update_promised_at = _earliest(into.next_update_promised_at, owed)
            into.unanswered_since = _earliest(into.unanswered_since, case.opened_at)
    else:
        into.next_update_promised_at = _earliest(
            into.next_update_promised_at, case.next_update_promised_at
        )
        into.unanswered_since = _earliest(into.unanswered_since, case.unanswered_since)
    if "open" in (case.state, into.state) or (was_solved and case.state == "waiting"):
        into.state = case.state if was_solved else "open"
        into.waiting_since = case.waiting_since if into.state == "waiting" else None
        into.solved_at = None
    into.opened_at = min(into.opened_at, case.opened_at)
    into.tags = list(dict.fromkeys((*into.tags, *case.tags)))
    into.priority = max(into.priority, case.priority, key=PRIORITIES.index)
    into.order_line_ids = (
        list({*into.order_line_ids, *case.order_line_ids})
        if into.order_line_ids and case.order_line_ids and into.order_id == case.order_id
        else []
    )
    into.automation_stopped = into.automation_stopped or case.automation_stopped
    into.escalated_at = into.escalated_at or case.escalated_at
    into.escalation = into.escalation or case.escalation
    for name in ("request_id", "order_id", "review_id", "value", "assignee_id", "refund_kind"):
        if getattr(into, name) is None:
            setattr(into, name, getattr(case, name))


def _move(session: Session, case: Case, into: Case) -> None:
    for table in (CaseMessage, CaseSolution, Incident, Pause):
        session.execute(update(table).where(table.case_id == case.id).values(case_id=into.id))
    session.execute(
        update(Case).where(Case.merged_into_id == case.id).values(merged_into_id=into.id)
    )


def _copy(case: Case, lines: list[UUID]) -> Case:
    same = ("shop_id", "customer_id", "order_id", "request_id", "route", "state", "language",
            "assignee_id", "opened_at", "first_response_due_at", "first_responded_at",
            "promised_at", "next_update_promised_at", "unanswered_since", "waiting_since",
            "waited_minutes", "solved_at", "priority", "value", "refund_kind",
            "reopened_at", "escalated_at", "escalation", "automation_stopped")  # fmt: skip
    values = {name: getattr(case, name) for name in same}
    return Case(**values, tags=list(case.tags), order_line_ids=lines, split_from_id=case.id)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _note(session: Session, case: Case, body: str, by: By) -> None:
    session.add(
        CaseMessage(
            shop_id=case.shop_id,
            case_id=case.id,
            direction="note",
            body=body,
            member_id=by.member_id,
        )
    )


def _log(session: Session, case: Case, action: str, by: By, **told: object) -> None:
    record(
        session, shop_id=case.shop_id, actor=by.label, action=action, subject=f"case:{case.id}",
        **told,
    )  # fmt: skip

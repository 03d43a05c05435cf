"""Moving a case to a member who may decide, and stopping everything automatic meanwhile."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case, CaseMessage, Pause
from reviewapp.models.catalog import Order, OrderLine
from reviewapp.outbox.messages import emit
from reviewapp.support.answering import By
from reviewapp.support.escalation_rules import (
    CLUSTER_DAYS,
    REPEAT_DAYS,
    Facts,
    Limits,
    escalation,
    stops_automation,
)

DECIDERS = ("owner",)
"""Roles with the action `case.decide`; a test holds them to the table of roles."""
REASONS = {
    "chargeback": "a chargeback or a bank is mentioned",
    "threat": "a public complaint or legal steps are threatened",
    "refund": "a refund beyond what the front line may settle is asked for",
    "cluster": "the same problem came up several times",
    "high_value": "the order is of high value",
    "repeat": "the customer had several cases lately",
    "upset": "the customer is very upset",
    "rule": "a routing rule says so",
    "hand": "somebody of the team asked for it",
}


def escalate_if_due(session: Session, shop: Shop, case: Case, words: str) -> str | None:
    """Look at what the customer wrote; the reason where a person with the right must take it."""
    if case.merged_into_id is not None:
        return None
    facts = facts_of(session, case, words)
    chosen = shop.settings
    limits = Limits(chosen.refund_limit, chosen.high_value, chosen.repeat_cases)
    if reason := escalation(facts, limits):
        escalate(session, shop, case, reason, by="clock")
    elif stops_automation(facts):
        stop_automation(session, case, "Money back is asked for: people only.", by="clock")
    return reason


def escalate(session: Session, shop: Shop, case: Case, reason: str, *, by: str) -> None:
    """Give the case to a member who may decide, raise it, say why, and stop automation.

    A case that is escalated already keeps its first reason and its owner; nothing is done twice.
    """
    if case.escalated_at is not None and case.automation_stopped:
        return
    case.escalated_at, case.escalation = clock.now(), reason
    if case.priority in ("low", "normal"):
        case.priority = "high"
    case.assignee_id = _decider(session, shop.id, case.assignee_id)
    told = f"Escalated: {REASONS[reason]}. Nothing is sent by itself until a person lifts it."
    session.add(CaseMessage(shop_id=shop.id, case_id=case.id, direction="note", body=told))
    stop_automation(session, case, f"Escalated: {REASONS[reason]}.", by=by)
    _log(session, case, "case.escalated", by, reason=reason, assignee=case.assignee_id)
    emit(session, "case.escalated", shop_id=shop.id, case_id=case.id, reason=reason)


def stop_automation(session: Session, case: Case, reason: str, *, by: str) -> None:
    """People only for this customer, until a person lifts it; once a case."""
    if case.automation_stopped:
        return
    case.automation_stopped = True
    session.add(
        Pause(
            shop_id=case.shop_id,
            customer_id=case.customer_id,
            case_id=case.id,
            owner_id=case.assignee_id,
            source="escalation",
            reason=reason,
        )
    )
    session.flush()
    _log(session, case, "case.automation_stopped", by)


def lift(session: Session, case: Case, by: By) -> None:
    """A person lets automation resume; why it was stopped stays on record."""
    if not case.automation_stopped:
        return
    assert by.member_id is not None, "only a person lifts it"
    case.automation_stopped = False
    now = clock.now()
    pauses = select(Pause).where(
        Pause.case_id == case.id, Pause.source == "escalation", Pause.ends_at.is_(None)
    )
    for pause in session.scalars(pauses):
        pause.ends_at, pause.lifted_by = max(now, pause.starts_at), by.member_id
    _log(session, case, "case.automation_resumed", by.label)


def facts_of(session: Session, case: Case, words: str) -> Facts:
    """What the rules read of a case: its order, its customer's other cases, others like it."""
    order = session.get(Order, case.order_id) if case.order_id else None
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == case.order_id)).all()
    if case.order_line_ids:
        lines = [line for line in lines if line.id in case.order_line_ids]
    delivered = bool(lines) and all(line.delivered_at for line in lines)
    promised = order.promised_at if order else None
    return Facts(
        words=words,
        route=case.route,
        value=case.value,
        order_tags=frozenset(tag.casefold() for tag in order.tags) if order else frozenset(),
        cases_lately=_cases_lately(session, case),
        cases_alike=_cases_alike(session, case, [line.product_id for line in lines]),
        shipped=any(line.shipped_at for line in lines),
        delivered=delivered,
        lost=any(line.lost_at for line in lines),
        late=promised is not None and promised < clock.now() and not delivered,
    )


def _cases_lately(session: Session, case: Case) -> int:
    since = case.opened_at - timedelta(days=REPEAT_DAYS)
    return session.scalar(
        select(func.count()).select_from(Case).where(
            Case.customer_id == case.customer_id, Case.opened_at >= since,
            Case.merged_into_id.is_(None), Case.split_from_id.is_(None),
        )
    ) or 0  # fmt: skip


def _cases_alike(session: Session, case: Case, product_ids: list[UUID]) -> int:
    if case.route != "damaged" or not product_ids:
        return 1
    since = case.opened_at - timedelta(days=CLUSTER_DAYS)
    return session.scalar(
        select(func.count(Case.id.distinct()))
        .join(OrderLine, OrderLine.order_id == Case.order_id)
        .where(
            Case.shop_id == case.shop_id, Case.route == "damaged", Case.opened_at >= since,
            Case.merged_into_id.is_(None), OrderLine.product_id.in_(product_ids),
        )
    ) or 0  # fmt: skip


def _decider(session: Session, shop_id: UUID, current: UUID | None) -> UUID | None:
    """Who may decide and has the fewest unsolved cases; whoever has it, if they may."""
    load = (
        select(func.count())
        .where(Case.assignee_id == Member.id, Case.state != "solved")
        .scalar_subquery()
    )
    able = select(Member.id).where(
        Member.shop_id == shop_id, Member.disabled_at.is_(None), Member.role.in_(DECIDERS)
    )
    found = session.scalars(able.order_by(load, Member.id)).all()
    return current if current in found else next(iter(found), current)


def _log(session: Session, case: Case, action: str, by: str, **told: object) -> None:
    record(
        session, shop_id=case.shop_id, actor=by, action=action, subject=f"case:{case.id}", **told
    )

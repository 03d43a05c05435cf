"""After a customer wrote: routing rules on a new case, then whether a person must take it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case, CaseMessage, Pause
from reviewapp.models.outbox import OutboxEvent
from reviewapp.support.clockwork import wind
from reviewapp.support.escalating import escalate, escalate_if_due
from reviewapp.support.hours import hours_of
from reviewapp.support.routing import as_value, rules_of, seen_of
from reviewapp.support.routing_rules import Outcome, outcome

TAG_OF_ROUTE = {
    "delay": "shipping",
    "return": "refund",
    "damaged": "damage",
    "chargeback": "payment",
    "question": "usage",
}


def sort_case(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.opened: the route's tag, the shop's rules, and the escalation rules."""
    case = _locked(session, event)
    if case is None:
        return
    shop = session.get_one(Shop, case.shop_id)
    if tag := TAG_OF_ROUTE.get(case.route):
        case.tags = list(dict.fromkeys((*case.tags, tag)))
    seen = seen_of(session, case)
    live = [as_value(rule) for rule in rules_of(session, shop.id) if rule.live]
    found = outcome(live, seen)
    if found.rules:
        apply(session, shop, case, found)
    escalate_if_due(session, shop, case, seen.words)


def look_at_words(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.message_received: whether these words need a person with the right."""
    case = _locked(session, event)
    message = session.get(CaseMessage, UUID(event.payload["message_id"]))
    if case is not None and message is not None:
        escalate_if_due(session, session.get_one(Shop, case.shop_id), case, message.body)


def apply(session: Session, shop: Shop, case: Case, found: Outcome) -> None:
    """Do what the rules say; each change is in the log with the rules that spoke."""
    told = found.changes
    if "route" in told and told["route"] != case.route:
        case.route = told["route"]
        wind(case, shop.settings, hours_of(session, shop), clock.now())
    case.priority = told.get("priority", case.priority)
    case.tags = list(dict.fromkeys((*case.tags, *found.tags)))
    if case.assignee_id is None and "owner" in told:
        case.assignee_id = _owner(session, shop.id, told["owner"])
    if "pause_days" in told:
        _pause(session, case, told["pause_days"], found.rules[0].name)
    record(
        session, shop_id=shop.id, actor="clock", action="case.routed", subject=f"case:{case.id}",
        rules=[str(rule.id) for rule in found.rules],
        changes={name: value for name, value in told.items() if name != "macro"},
    )  # fmt: skip
    if told.get("escalate"):
        escalate(session, shop, case, "rule", by="clock")


def _pause(session: Session, case: Case, days: int, rule: str) -> None:
    now = clock.now()
    session.add(
        Pause(
            shop_id=case.shop_id, customer_id=case.customer_id, case_id=case.id, source="rule",
            owner_id=case.assignee_id, reason=f"Routing rule “{rule}”.", starts_at=now,
            ends_at=now + timedelta(days=days),
        )
    )  # fmt: skip


def _owner(session: Session, shop_id: UUID, wanted: Any) -> UUID | None:
    member = session.get(Member, UUID(wanted))
    able = member and member.shop_id == shop_id and member.disabled_at is None
    return member.id if member and able else None


def _locked(session: Session, event: OutboxEvent) -> Case | None:
    return session.scalar(
        select(Case)
        .where(Case.id == UUID(event.payload["case_id"]), Case.merged_into_id.is_(None))
        .with_for_update()
    )

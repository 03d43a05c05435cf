"""A shop's routing rules: kept as rows, tried on past cases, live only after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.routing_rule import RoutingRule
from reviewapp.support.answering import By
from reviewapp.support.escalating import facts_of
from reviewapp.support.routing_rules import Outcome, Rule, Seen, outcome, problems

MOST_RULES = 100
TRIED_ON = 200
"""How many of the newest cases a rule is tried on before it goes live."""
LONGEST_NAME = 80


@dataclass(frozen=True)
class Trial:
    """What a rule would have done to one past case."""

    case: Case
    changes: dict[str, tuple[Any, Any]]
    """What → (was, would be)."""


def rules_of(session: Session, shop_id: UUID) -> Sequence[RoutingRule]:
    """All rules of a shop in their order."""
    return session.scalars(
        select(RoutingRule)
        .where(RoutingRule.shop_id == shop_id)
        .order_by(RoutingRule.position, RoutingRule.id)
    ).all()


def rule_of(session: Session, shop_id: UUID, rule_id: UUID) -> RoutingRule:
    """One rule; NotFound for another shop's."""
    found = session.scalar(
        select(RoutingRule).where(RoutingRule.shop_id == shop_id, RoutingRule.id == rule_id)
    )
    if found is None:
        raise NotFound
    return found


def save_rule(
    session: Session,
    shop: Shop,
    rule_id: UUID | None,
    name: str,
    conditions: Mapping[str, Any],
    actions: Mapping[str, Any],
    by: By,
    *,
    stop: bool = False,
) -> RoutingRule:
    """Keep a rule, new or changed; it rests until it was tried. Invalid names what is wrong."""
    wrong = problems(conditions, actions)
    if not 0 < len(name) <= LONGEST_NAME:
        wrong["name"] = f"A name of at most {LONGEST_NAME} characters."
    owner = actions.get("owner")
    if owner and not _works_here(session, shop.id, owner):
        wrong["owner"] = "Somebody of this team who works on cases."
    kept = rules_of(session, shop.id)
    if rule_id is None and len(kept) >= MOST_RULES:
        wrong["name"] = f"At most {MOST_RULES} rules."
    if wrong:
        raise Invalid(fields={field: [told] for field, told in wrong.items()})
    rule = rule_of(session, shop.id, rule_id) if rule_id else RoutingRule(
        shop_id=shop.id, position=1 + max((one.position for one in kept), default=0)
    )  # fmt: skip
    rule.name, rule.conditions, rule.actions, rule.stop = (
        name,
        dict(conditions),
        dict(actions),
        stop,
    )
    rule.live, rule.tried_at, rule.changed_at = False, None, clock.now()
    rule.member_id = by.member_id
    session.add(rule)
    session.flush()
    _log(session, rule, "routing.saved", by)
    return rule


def try_rule(session: Session, shop: Shop, rule: RoutingRule, by: By) -> list[Trial]:
    """What this rule, after the live ones before it, would have done to the newest cases."""
    before = [
        one for one in rules_of(session, shop.id) if one.live and one.position < rule.position
    ]
    trials = []
    cases = session.scalars(
        select(Case)
        .where(Case.shop_id == shop.id, Case.merged_into_id.is_(None))
        .options(joinedload(Case.customer))
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(TRIED_ON)
    ).all()
    for case in cases:
        seen = seen_of(session, case)
        without = outcome(map(as_value, before), seen)
        found = outcome(map(as_value, (*before, rule)), seen)
        changes = _changes(case, without, found)
        if changes:
            trials.append(Trial(case, changes))
    rule.tried_at = clock.now()
    _log(session, rule, "routing.tried", by, cases=len(cases), changed=len(trials))
    return trials


def set_live(session: Session, rule: RoutingRule, live: bool, by: By) -> None:
    """Let a rule work, or rest. Conflict when it was not tried as it stands now."""
    if live and (rule.tried_at is None or rule.tried_at < rule.changed_at):
        raise Conflict("rule_untried", "Try the rule on past cases before it goes live.")
    if rule.live != live:
        rule.live = live
        _log(session, rule, "routing.live" if live else "routing.rests", by)


def move(session: Session, shop: Shop, rule: RoutingRule, step: int, by: By) -> None:
    """One place earlier (-1) or later (1)."""
    rows = list(rules_of(session, shop.id))
    here = next(number for number, one in enumerate(rows) if one.id == rule.id)
    there = min(max(here + step, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    for number, row in enumerate(rows, start=1):
        row.position = number
    _log(session, rule, "routing.moved", by, position=there + 1)


def remove(session: Session, rule: RoutingRule, by: By) -> None:
    """Take a rule away; what it did stays done."""
    _log(session, rule, "routing.removed", by)
    session.delete(rule)


def seen_of(session: Session, case: Case) -> Seen:
    """What rules look at, from a case's rows: its route, the customer's words, order, history."""
    words = session.scalars(
        select(CaseMessage.body)
        .where(CaseMessage.case_id == case.id, CaseMessage.direction == "in")
        .order_by(CaseMessage.id)
    )
    facts = facts_of(session, case, "\n".join(words))
    return Seen(
        route=case.route,
        words=facts.words,
        value=case.value,
        tags=frozenset(case.tags),
        order_tags=facts.order_tags,
        cases_lately=facts.cases_lately,
    )


def macro_proposed(session: Session, case: Case) -> str | None:
    """The saved answer that the live rules propose for this case, looked up as it stands now."""
    live = [as_value(rule) for rule in rules_of(session, case.shop_id) if rule.live]
    if not any("macro" in rule.actions for rule in live):
        return None
    proposed: str | None = outcome(live, seen_of(session, case)).changes.get("macro")
    return proposed


def as_value(rule: RoutingRule) -> Rule:
    """The rule as what the pure part reads."""
    return Rule(rule.id, rule.name, rule.conditions, rule.actions, rule.stop)


def _changes(case: Case, without: Outcome, found: Outcome) -> dict[str, tuple[Any, Any]]:
    now: dict[str, Any] = {"route": case.route, "priority": case.priority, "tags": case.tags}
    changes: dict[str, tuple[Any, Any]] = {}
    for name, value in found.changes.items():
        if without.changes.get(name) == value:
            continue
        if name == "tags":
            value = [tag for tag in value if tag not in (*case.tags, *without.tags)]
            if not value:
                continue
        elif now.get(name) == value:
            continue
        changes[name] = (now.get(name), value)
    return changes


def _works_here(session: Session, shop_id: UUID, member_id: str) -> bool:
    try:
        wanted = UUID(member_id)
    except ValueError:
        return False
    member = session.scalar(
        select(Member).where(
            Member.shop_id == shop_id, Member.id == wanted, Member.disabled_at.is_(None),
            Member.role.in_(("owner", "agent")),
        )
    )  # fmt: skip
    return member is not None


def _log(session: Session, rule: RoutingRule, action: str, by: By, **told: object) -> None:
    record(
        session, shop_id=rule.shop_id, actor=by.label, action=action,
        subject=f"routing_rule:{rule.id}", **told,
    )  # fmt: skip

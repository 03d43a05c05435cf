"""Small changes on a case that only the team sees: priority, tags, route, follow-up, steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Shop
from reviewapp.models.case import PRIORITIES, REFUND_KINDS, ROUTES, Case
from reviewapp.models.case_details import STEPS, CaseStep
from reviewapp.support.answering import By
from reviewapp.support.clockwork import wind
from reviewapp.support.hours import hours_of

MOST_TAGS, LONGEST_TAG = 20, 40


def set_priority(session: Session, case: Case, priority: str, by: By) -> None:
    """One of PRIORITIES; it moves nothing in the list, which is by the oldest promise."""
    if priority not in PRIORITIES:
        raise Invalid(fields={"priority": [f"One of {', '.join(PRIORITIES)}."]})
    if case.priority != priority:
        was, case.priority = case.priority, priority
        _log(session, case, "case.priority_changed", by, was=was, now=priority)


def set_tags(session: Session, case: Case, tags: Sequence[str], by: By) -> None:
    """The case's tags: the playbook's and the shop's own, each once."""
    kept = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(kept) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in kept):
        told = f"At most {MOST_TAGS} tags of {LONGEST_TAG} characters."
        raise Invalid(fields={"tags": [told]})
    if kept != case.tags:
        case.tags = kept
        _log(session, case, "case.tagged", by, tags=kept)


def set_route(
    session: Session, shop: Shop, case: Case, route: str, refund_kind: str, by: By
) -> None:
    """What it is about, and which kind of refund; the clocks follow the route's targets."""
    if route not in ROUTES:
        raise Invalid(fields={"route": ["One of the kinds in the list."]})
    if refund_kind and refund_kind not in REFUND_KINDS:
        raise Invalid(fields={"refund_kind": ["One of the six kinds, or none."]})
    was = (case.route, case.refund_kind)
    case.route, case.refund_kind = route, refund_kind or None
    if was != (case.route, case.refund_kind):
        wind(case, shop.settings, hours_of(session, shop), clock.now())
        _log(session, case, "case.told_apart", by, was=was[0], route=route, refund=refund_kind)


def set_follow_up(session: Session, case: Case, day: date | None, by: By) -> None:
    """A day on which somebody looks at it again, solved or not; None: no day."""
    if day is not None and day < clock.now().date():
        raise Invalid(fields={"follow_up_on": ["A day that lies ahead."]})
    if case.follow_up_on != day:
        case.follow_up_on = day
        _log(session, case, "case.follow_up", by, day=day.isoformat() if day else None)


def tick_steps(session: Session, case: Case, steps: Sequence[str], by: By) -> None:
    """The steps of the walk that are done; who ticked one first stays named."""
    wanted = {step for step in steps if step in STEPS}
    kept = set(session.scalars(select(CaseStep.step).where(CaseStep.case_id == case.id)))
    for step in sorted(wanted - kept):
        session.add(CaseStep(
            shop_id=case.shop_id, case_id=case.id, step=step, member_id=by.member_id
        ))  # fmt: skip
    gone = delete(CaseStep).where(CaseStep.case_id == case.id, CaseStep.step.in_(kept - wanted))
    if kept - wanted:
        session.execute(gone)
    if kept != wanted:
        _log(session, case, "case.steps", by, done=sorted(wanted))


def _log(session: Session, case: Case, action: str, by: By, **told: object) -> None:
    record(
        session, shop_id=case.shop_id, actor=by.label, action=action, subject=f"case:{case.id}",
        **told,
    )  # fmt: skip

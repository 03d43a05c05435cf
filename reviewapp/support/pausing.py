"""Pauses: who is left in peace, why, by whom, from when until when (playbook 6).

While one lasts nothing automatic is sent: marketing for as long as it lasts, review requests for
at most 14 days (G2). One without an end lasts until a person lifts it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.ids import email_digest
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case, Pause
from reviewapp.models.catalog import Customer
from reviewapp.support.answering import By

LONGEST_REASON = 300
SOURCES_OF_PEOPLE = ("escalation", "friction", "incident")
"""Pauses that mean: people only, until a person lifts it."""


def in_force(at: datetime) -> ColumnElement[bool]:
    """Pauses that hold at this instant."""
    return and_(Pause.starts_at <= at, or_(Pause.ends_at.is_(None), Pause.ends_at > at))


def people_only(session: Session, customer_id: UUID) -> bool:
    """Whether anything automatic must leave this customer alone now."""
    now = clock.now()
    held = exists().where(Pause.customer_id == customer_id, in_force(now))
    stopped = exists().where(Case.customer_id == customer_id, Case.automation_stopped.is_(True))
    return bool(session.scalar(select(or_(held, stopped))))


def pause_rows(
    shop_id: UUID, view: str, customer_id: UUID | None
) -> Select[Pause, Customer, Member]:
    """Pauses for the list: those in force, those to come and those that ended."""
    now = clock.now()
    found = (
        select(Pause, Customer, Member)
        .join(Customer, Customer.id == Pause.customer_id)
        .outerjoin(Member, Member.id == Pause.owner_id)
        .where(Pause.shop_id == shop_id)
    )
    if customer_id is not None:
        return found.where(Pause.customer_id == customer_id)
    if view == "ended":
        return found.where(Pause.ends_at.is_not(None), Pause.ends_at <= now)
    return found.where(or_(Pause.ends_at.is_(None), Pause.ends_at > now))


def add_pause(
    session: Session,
    shop: Shop,
    email: str,
    reason: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    by: By,
    *,
    friction: bool = False,
) -> Pause:
    """Leave a customer in peace; `friction` keeps them for people until a person lifts it.

    Invalid where nobody has this address, no reason is told, or the end is not after the start.
    """
    customer = session.scalar(
        select(Customer).where(
            Customer.shop_id == shop.id, Customer.email_digest == email_digest(email)
        )
    )
    starts_at = starts_at or clock.now()
    wrong: dict[str, list[str]] = {}
    if customer is None:
        wrong["email"] = ["No customer of this shop has this address."]
    if not 0 < len(reason) <= LONGEST_REASON:
        wrong["reason"] = [f"Why, in at most {LONGEST_REASON} characters."]
    if ends_at is not None and (ends_at <= starts_at or ends_at <= clock.now()):
        wrong["ends_at"] = ["After the beginning, and ahead of now."]
    if wrong or customer is None:
        raise Invalid(fields=wrong)
    pause = Pause(
        shop_id=shop.id, customer_id=customer.id, owner_id=by.member_id, reason=reason,
        source="friction" if friction else "hand", starts_at=starts_at,
        ends_at=None if friction else ends_at,
    )  # fmt: skip
    session.add(pause)
    session.flush()
    _log(session, pause, "pause.begun", by)
    return pause


def lift_pause(session: Session, shop: Shop, pause_id: UUID, by: By) -> Pause:
    """A person ends a pause; the same again changes nothing. NotFound for another shop's."""
    pause = session.scalar(
        select(Pause).where(Pause.shop_id == shop.id, Pause.id == pause_id).with_for_update()
    )
    if pause is None:
        raise NotFound
    now = clock.now()
    if pause.ends_at is None or pause.ends_at > now:
        pause.ends_at, pause.lifted_by = max(now, pause.starts_at), by.member_id
        _log(session, pause, "pause.lifted", by)
    return pause


def _log(session: Session, pause: Pause, action: str, by: By) -> None:
    record(
        session, shop_id=pause.shop_id, actor=by.label, action=action,
        subject=f"customer:{pause.customer_id}", pause=pause.id, source=pause.source,
        ends_at=pause.ends_at.isoformat() if pause.ends_at else None,
    )  # fmt: skip

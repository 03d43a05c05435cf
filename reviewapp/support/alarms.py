"""Promises about to break, or broken: found by the clock, told once, shown until kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.i18n import translator
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case
from reviewapp.models.case_details import CaseAlarm
from reviewapp.models.catalog import Customer, Order
from reviewapp.outbox.mail import queue_letter
from reviewapp.support.clocks import due_at
from reviewapp.support.clockwork import WARNED_AHEAD
from reviewapp.support.hours import hours_of

LONGEST_CLOSED = timedelta(days=30)
"""No team rests longer than this; what is due later cannot be due within two working hours."""
MOST_TOLD = 20
"""Cases named in one letter; the desk has them all."""
CLOCKS: Mapping[str, tuple[InstrumentedAttribute[Any], ColumnElement[bool]]] = {
    "first_response": (Case.first_response_due_at, Case.first_responded_at.is_(None)),
    "next_update": (Case.next_update_due_at, Case.first_responded_at.is_not(None)),
    "resolution": (Case.resolution_due_at, Case.state == "open"),
}
"""Promise → (when it is due, while it runs)."""


class Found(NamedTuple):
    """One alarm that is new."""

    case_id: UUID
    promise: str
    level: str
    due_at: datetime
    member_id: UUID | None


def watch_promises(kit: Kit) -> int:
    """Write down what is due within two working hours, or late, and tell whoever owns it.

    Each promise is told at most once before and, where that was missed, once after it broke: a
    worker that was down, or a target that became shorter, leaves no breach unseen.
    """
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        shop_ids = session.scalars(
            select(Case.shop_id)
            .where(Case.state != "solved", Case.promise_due_at < now + LONGEST_CLOSED)
            .distinct()
        ).all()
    told = 0
    for shop_id in shop_ids:
        with kit.database.transaction(shop_id) as session:
            told += watch_shop(session, kit, session.get_one(Shop, shop_id), now)
    return told


def watch_shop(session: Session, kit: Kit, shop: Shop, now: datetime) -> int:
    """The alarms of one shop; how many are new."""
    horizon = due_at(hours_of(session, shop), now, WARNED_AHEAD) or now
    found = [
        *_ring(session, shop.id, "warning", now, horizon),
        *_ring(session, shop.id, "breach", None, now),
    ]
    by_owner: dict[UUID | None, dict[UUID, Found]] = defaultdict(dict)
    for alarm in found:
        if alarm.level == "warning" or not _warned(session, alarm):
            by_owner[alarm.member_id].setdefault(alarm.case_id, alarm)
    for member_id, alarms in by_owner.items():
        _tell(session, kit, shop, member_id, list(alarms.values()))
    return len(found)


def _ring(
    session: Session, shop_id: UUID, level: str, after: datetime | None, until: datetime
) -> list[Found]:
    found = []
    for promise, (due, running) in CLOCKS.items():
        late = and_(due <= until, due > after) if after else due <= until
        rows = session.execute(
            select(Case.id, due, Case.assignee_id, literal(promise), literal(level))
            .where(Case.shop_id == shop_id, Case.state != "solved", running, late)
        ).all()  # fmt: skip
        found += _new(session, shop_id, rows)
    return found


def _new(session: Session, shop_id: UUID, rows: Iterable[Any]) -> list[Found]:
    values = [
        {"id": new_id(), "created_at": clock.now(), "shop_id": shop_id, "case_id": case_id,
         "due_at": due, "member_id": owner, "promise": promise, "level": level}
        for case_id, due, owner, promise, level in rows
    ]  # fmt: skip
    if not values:
        return []
    kept = session.execute(
        insert(CaseAlarm)
        .values(values)
        .on_conflict_do_nothing(index_elements=["case_id", "promise", "level", "due_at"])
        .returning(CaseAlarm.case_id, CaseAlarm.promise, CaseAlarm.level, CaseAlarm.due_at,
                   CaseAlarm.member_id)
    )  # fmt: skip
    return [Found(*row) for row in kept]


def _warned(session: Session, alarm: Found) -> bool:
    same = and_(
        CaseAlarm.case_id == alarm.case_id,
        CaseAlarm.promise == alarm.promise,
        CaseAlarm.due_at == alarm.due_at,
        CaseAlarm.level == "warning",
    )
    return session.scalar(select(CaseAlarm.id).where(same).limit(1)) is not None


def _tell(
    session: Session, kit: Kit, shop: Shop, member_id: UUID | None, alarms: list[Found]
) -> None:
    """One letter to the owner of these cases; to the shop's address where nobody has them."""
    owner = session.get(Member, member_id) if member_id else None
    if owner is not None and owner.disabled_at is not None:
        owner = None
    language = owner.locale if owner else shop.locale
    to = (owner.name, owner.email) if owner else (None, shop.email)
    queue_letter(
        session,
        shop_id=shop.id,
        letter="case_due",
        to=to,
        language=language,
        key=f"case_due:{new_id()}",
        params={
            "count": str(len(alarms)),
            "cases": _lines(session, shop, language, alarms),
            "page_url": f"{kit.settings.public_url}/admin/cases?view={'mine' if owner else 'due'}",
        },
    )


def _lines(session: Session, shop: Shop, language: str, alarms: list[Found]) -> str:
    rows = session.execute(
        select(Case.id, Customer.name, Order.external_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(Order, Order.id == Case.order_id)
        .where(Case.id.in_([alarm.case_id for alarm in alarms]))
    )
    who = {case_id: " · ".join(filter(None, (name, order))) for case_id, name, order in rows}
    words = translator(language)
    told = [
        f"{words.date_time(alarm.due_at, shop.time_zone)}: {who[alarm.case_id] or '–'}"
        for alarm in sorted(alarms, key=lambda one: one.due_at)
    ]
    return "\n".join(told[:MOST_TOLD] + (["…"] if len(told) > MOST_TOLD else []))

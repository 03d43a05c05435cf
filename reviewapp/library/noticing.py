"""Recorded uses that end soon: told 30 and 7 days ahead, and prolonged where allowed (P3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Subquery, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record, take_turn
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer
from reviewapp.library.exporting import Plan, recheck
from reviewapp.library.rules import NOTICE_DAYS, notice_due
from reviewapp.models.account import Member, Shop
from reviewapp.models.library import RUNS_UNTIL, Export, ExportItem, TakeDown, ends_between
from reviewapp.outbox.mail import queue_letter
from reviewapp.rights.texts import licence_text

BATCH = 500

log = structlog.get_logger()


@dataclass(frozen=True)
class Ending:
    """A recorded use, a last day in it, and how many of its pieces run as long as that."""

    export: Export
    ends_on: date
    pieces: int


def tell_ends(kit: Kit) -> int:
    """The errand "use_notices": one letter at each of NOTICE_DAYS to whoever took it out.

    Exactly once, whatever is repeated: the letter's key names the use, the end and the notice.
    Where pieces of one export end on different days, each day is told.
    """
    told, last = 0, (UUID(int=0), date.min)
    while True:
        with kit.database.transaction(EVERY_SHOP) as session:
            batch = _endings(session, last)
            told += sum(_tell(session, kit, ending) for ending in batch)
        if len(batch) < BATCH:
            break
        last = (batch[-1].export.id, batch[-1].ends_on)
    if told:
        log.info("exports.ends_told", count=told)
    return told


def prolong(
    session: Session, shop: Shop, made: Export, until: date | None, *, by: Doer
) -> list[str]:
    """Let a use run until another day; the reasons of LEAVE_REFUSALS that stand in its way.

    Empty: it is noted. Invalid for a day that is over. Never longer than what its authors allow.
    """
    if until is not None and until < clock.now().date():
        raise Invalid(fields={"until": ["A day that is still to come."]})
    take_turn(session, shop.id)  # before the row: a yes to a longer term takes both as well
    longer = Plan(made.use, made.place, until)
    refused = {code for one in recheck(session, shop, made, longer) for code in one.refusals}
    if refused:
        return sorted(refused)
    made.until = until
    record(
        session,
        shop_id=shop.id,
        actor=by.label,
        action="export.prolonged",
        subject=f"export:{made.id}",
        until=until and until.isoformat(),
    )
    return []


def _endings(session: Session, after: tuple[UUID, date]) -> list[Ending]:
    """Uses that end within the longest of NOTICE_DAYS and still run, in the order of their ids."""
    groups = _running(clock.now().date())
    told = tuple_(groups.c.export_id, groups.c.ends_on)
    rows = session.execute(
        select(Export, groups.c.ends_on, groups.c.pieces)
        .join(groups, groups.c.export_id == Export.id)
        .where(told > tuple_(*after))
        .order_by(groups.c.export_id, groups.c.ends_on)
        .limit(BATCH)
        .options(joinedload(Export.member))
    )
    return [Ending(*row) for row in rows]


def _running(today: date) -> Subquery:
    """(export, last day, how many pieces) of what ends between today and the longest notice."""
    down = select(TakeDown.id).where(
        TakeDown.export_item_id == ExportItem.id, TakeDown.lifted_at.is_(None)
    )
    return (
        select(
            ExportItem.export_id,
            RUNS_UNTIL.label("ends_on"),
            func.count().label("pieces"),
        )
        .join(Export, Export.id == ExportItem.export_id)
        .where(
            Export.state == "made",
            ends_between(today, today + timedelta(days=max(NOTICE_DAYS))),
            ~down.exists(),
        )
        .group_by(ExportItem.export_id, RUNS_UNTIL)
        .subquery()
    )


def _tell(session: Session, kit: Kit, ending: Ending) -> bool:
    export, today = ending.export, clock.now().date()
    days = notice_due(ending.ends_on, today, ())
    if days is None or export.member is None or export.member.disabled_at is not None:
        return False
    return _queue(session, kit, ending, days, export.member) is not None


def _queue(session: Session, kit: Kit, ending: Ending, days: int, member: Member) -> UUID | None:
    export = ending.export
    return queue_letter(
        session,
        shop_id=export.shop_id,
        letter="use_ends",
        to=(member.name, member.email),
        language=member.locale,
        key=f"use_ends:{export.id}:{ending.ends_on.isoformat()}:{days}",
        params={
            "use": licence_text(export.use, member.locale).sentence,
            "place": export.place,
            "ends": datetime.combine(ending.ends_on, time(23, 59), UTC).isoformat(),
            "days": (ending.ends_on - clock.now().date()).days,
            "pieces": ending.pieces,
            "page_url": f"{kit.settings.public_url}/admin/library/exports/{export.id}",
        },
    )

"""Recorded uses whose permission ended: a task with an owner, a day and a proof (P3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer, member_id
from reviewapp.library.rules import take_down_due
from reviewapp.models.account import Member, Shop
from reviewapp.models.catalog import Product
from reviewapp.models.library import Export, ExportItem, TakeDown
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review
from reviewapp.outbox.mail import queue_letter
from reviewapp.rights.rules import Right
from reviewapp.rights.service import ledger_of, rights_of
from reviewapp.rights.texts import licence_text

MOST_PROOF = 500
BATCH = 200

log = structlog.get_logger()


def follow_permission(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After permission.withdrawn: every recorded use that lost its ground is a task."""
    review_id, use = UUID(event.payload["review_id"]), event.payload["use"]
    held = rights_of(session, review_id)
    items = session.scalars(
        select(ExportItem)
        .join(Export, Export.id == ExportItem.export_id)
        .where(ExportItem.review_id == review_id, Export.use == use)
        .options(joinedload(ExportItem.export).joinedload(Export.member))
    )
    lost = [item for item in items if Right(use, item.subject_sha256) not in held]
    for item in lost:
        _open(session, kit, item, _reason(session, item, use))


def end_terms(kit: Kit) -> int:
    """The errand "export_terms": what was taken out until yesterday has to come down."""
    ended = 0
    today = clock.now().date()
    with kit.database.transaction(EVERY_SHOP) as session:
        known = select(TakeDown.id).where(TakeDown.export_item_id == ExportItem.id)
        items = session.scalars(
            select(ExportItem)
            .join(Export, Export.id == ExportItem.export_id)
            .where(Export.until < today, Export.state == "made", ~known.exists())
            .options(joinedload(ExportItem.export).joinedload(Export.member))
            .limit(BATCH)
        )
        for item in items:
            _open(session, kit, item, "term")
            ended += 1
    if ended:
        log.info("exports.ended", count=ended)
    return ended


def done(session: Session, task: TakeDown, proof: str, *, by: Doer) -> None:
    """Note that it is gone, with what shows it; Invalid without a proof, Conflict when done."""
    text = " ".join(proof.split())[:MOST_PROOF]
    if not text:
        raise Invalid(fields={"proof": ["Say what shows that it is gone, such as an address."]})
    if task.done_at is not None:
        raise Conflict
    task.done_at, task.proof = clock.now(), text
    task.done_by = member_id(by)
    record(
        session,
        shop_id=task.shop_id,
        actor=by.label,
        action="content.taken_down",
        subject=f"take_down:{task.id}",
    )


def one_task(session: Session, shop_id: UUID, task_id: UUID) -> TakeDown:
    """A task of the shop, held; NotFound for any other."""
    found = session.scalars(
        select(TakeDown)
        .where(TakeDown.id == task_id, TakeDown.shop_id == shop_id)
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound
    return found


def tasks(shop_id: UUID, *, done: bool) -> Select[TakeDown]:
    """Open tasks or those done, each with what was taken out and where it runs."""
    wanted = TakeDown.done_at.is_not(None) if done else TakeDown.done_at.is_(None)
    return (
        select(TakeDown)
        .where(TakeDown.shop_id == shop_id, wanted)
        .options(joinedload(TakeDown.item).joinedload(ExportItem.export).joinedload(Export.member))
    )


def is_late(due_on: date, today: date) -> bool:
    """Whether the last day for it is over."""
    return due_on < today


def _open(session: Session, kit: Kit, item: ExportItem, reason: str) -> None:
    export, due_on = item.export, take_down_due(clock.now().date())
    task_id = session.scalar(
        insert(TakeDown)
        .values(
            id=new_id(),
            created_at=clock.now(),
            opened_at=clock.now(),
            shop_id=item.shop_id,
            export_item_id=item.id,
            reason=reason,
            due_on=due_on,
            owner_id=export.member_id,
        )
        .on_conflict_do_nothing(index_elements=["export_item_id"])
        .returning(TakeDown.id)
    )
    if task_id is None:
        return
    record(
        session,
        shop_id=item.shop_id,
        actor="system",
        action="take_down.opened",
        subject=f"take_down:{task_id}",
        reason=reason,
    )
    if export.member is not None and export.member.disabled_at is None:
        _tell(session, kit, item, export.member, task_id, due_on)


def _tell(
    session: Session, kit: Kit, item: ExportItem, member: Member, task_id: UUID, due_on: date
) -> None:
    shop = session.get_one(Shop, item.shop_id)
    product = session.scalar(
        select(Product.title).join(Review, Review.product_id == Product.id)
        .where(Review.id == item.review_id)
    )  # fmt: skip
    queue_letter(
        session,
        shop_id=shop.id,
        letter="take_down",
        to=(member.name, member.email),
        language=member.locale,
        key=f"take_down:{task_id}",
        params={
            "product": product or shop.name,
            "use": licence_text(item.export.use, member.locale).sentence,
            "place": item.export.place,
            "due": datetime.combine(due_on, time(23, 59), UTC).isoformat(),
            "page_url": f"{kit.settings.public_url}/admin/library/take-downs",
        },
    )


def _reason(session: Session, item: ExportItem, use: str) -> str:
    """How the right ended, as the ledger's newest entry on it says."""
    entries: Iterable[str] = (
        entry.kind
        for entry in reversed(ledger_of(session, item.review_id))
        if entry.use == use and entry.subject_sha256 == item.subject_sha256
    )
    kind = next(iter(entries), "withdrawn")
    return kind if kind in ("expired", "superseded") else "withdrawn"

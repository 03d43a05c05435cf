"""Recorded uses whose permission ended: a task with an owner, a day and a proof (P3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID

import structlog
from sqlalchemy import Select, and_, or_, select, update
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
from reviewapp.models.rights import PermissionEntry
from reviewapp.outbox.mail import queue_letter
from reviewapp.rights.rules import Right, ends_right
from reviewapp.rights.service import ledger_of, rights_of
from reviewapp.rights.texts import licence_text

MOST_PROOF = 500
BATCH = 200
UNRELEASED = "unreleased"
"""Somebody in it has not agreed: the one reason that can go away again by itself."""
_MAY_BE_LIFTED = and_(TakeDown.reason == UNRELEASED, TakeDown.done_at.is_(None))

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
        open_task(session, kit, item, _reason(session, item, use))


def lift(session: Session, items: Collection[UUID]) -> None:
    """Everybody in it agreed in time: these recorded uses may run on, as long as was planned."""
    today = clock.now().date()
    rows = session.execute(
        update(TakeDown)
        .where(
            TakeDown.export_item_id.in_(items),
            TakeDown.lifted_at.is_(None),
            _MAY_BE_LIFTED,
            ExportItem.id == TakeDown.export_item_id,
            Export.id == ExportItem.export_id,
            or_(Export.until.is_(None), Export.until >= today),
        )
        .values(lifted_at=clock.now())
        .returning(TakeDown.id, TakeDown.shop_id)
        .execution_options(synchronize_session=False)
    )
    for task_id, shop_id in rows:
        _log(session, shop_id, task_id, "take_down.lifted", UNRELEASED)


def end_terms(kit: Kit) -> int:
    """The errand "export_terms": what was taken out until yesterday has to come down."""
    ended = 0
    today = clock.now().date()
    with kit.database.transaction(EVERY_SHOP) as session:
        known = select(TakeDown.id).where(
            TakeDown.export_item_id == ExportItem.id, TakeDown.lifted_at.is_(None), ~_MAY_BE_LIFTED
        )
        items = session.scalars(
            select(ExportItem)
            .join(Export, Export.id == ExportItem.export_id)
            .where(Export.until < today, Export.state == "made", ~known.exists())
            .options(joinedload(ExportItem.export).joinedload(Export.member))
            .limit(BATCH)
        )
        for item in items:
            open_task(session, kit, item, "term")
            ended += 1
    if ended:
        log.info("exports.ended", count=ended)
    return ended


def done(session: Session, task: TakeDown, proof: str, *, by: Doer) -> None:
    """Note that it is gone, with what shows it; Invalid without a proof, Conflict when done."""
    text = " ".join(proof.split())[:MOST_PROOF]
    if not text:
        raise Invalid(fields={"proof": ["Say what shows that it is gone, such as an address."]})
    if task.done_at is not None or task.lifted_at is not None:
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
    """Open tasks or those done or lifted, each with what was taken out and where it runs."""
    over = or_(TakeDown.done_at.is_not(None), TakeDown.lifted_at.is_not(None))
    return (
        select(TakeDown)
        .where(TakeDown.shop_id == shop_id, over if done else ~over)
        .options(joinedload(TakeDown.item).joinedload(ExportItem.export).joinedload(Export.member))
    )


def is_late(due_on: date, today: date) -> bool:
    """Whether the last day for it is over."""
    return due_on < today


def open_task(session: Session, kit: Kit, item: ExportItem, reason: str) -> None:
    """Make a recorded use a task, once, and tell whoever took it out.

    One that could have gone away by itself stays, for the new reason; one that did is open again.
    """
    if reason != UNRELEASED and _keep_open(session, item, reason):
        return
    export, due_on = item.export, take_down_due(clock.now().date())
    again = {"opened_at": clock.now(), "reason": reason, "due_on": due_on}
    task_id = session.scalar(
        insert(TakeDown)
        .values(
            **again,
            id=new_id(),
            created_at=clock.now(),
            shop_id=item.shop_id,
            export_item_id=item.id,
            owner_id=export.member_id,
        )
        .on_conflict_do_update(
            index_elements=["export_item_id"],
            set_=again | {"lifted_at": None},
            where=TakeDown.lifted_at.is_not(None),
        )
        .returning(TakeDown.id)
    )
    if task_id is None:
        return
    _log(session, item.shop_id, task_id, "take_down.opened", reason)
    if export.member is not None and export.member.disabled_at is None:
        key = f"take_down:{task_id}:{clock.now():%Y-%m-%dT%H:%M:%S}"
        _tell(session, kit, item, export.member, due_on, key, unreleased=reason == UNRELEASED)


def _keep_open(session: Session, item: ExportItem, reason: str) -> bool:
    """Whether an open task about people in it is one for this reason now."""
    changed = session.scalars(
        update(TakeDown)
        .where(TakeDown.export_item_id == item.id, TakeDown.lifted_at.is_(None), _MAY_BE_LIFTED)
        .values(reason=reason)
        .returning(TakeDown.id)
    ).all()
    for task_id in changed:
        _log(session, item.shop_id, task_id, "take_down.changed", reason)
    return bool(changed)


def _log(session: Session, shop_id: UUID, task_id: UUID, action: str, reason: str) -> None:
    record(
        session,
        shop_id=shop_id,
        actor="system",
        action=action,
        subject=f"take_down:{task_id}",
        reason=reason,
    )


def _tell(
    session: Session, kit: Kit, item: ExportItem, member: Member, due_on: date, key: str, *,
    unreleased: bool,
) -> None:  # fmt: skip
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
        key=key,
        params={
            "product": product or shop.name,
            "use": licence_text(item.export.use, member.locale).sentence,
            "place": item.export.place,
            "unreleased": unreleased,
            "due": datetime.combine(due_on, time(23, 59), UTC).isoformat(),
            "page_url": f"{kit.settings.public_url}/admin/library/take-downs",
        },
    )


def _reason(session: Session, item: ExportItem, use: str) -> str:
    """How the right ended, as the ledger's newest entry that ended it says."""
    entries: Iterable[PermissionEntry] = (
        entry
        for entry in reversed(ledger_of(session, item.review_id))
        if entry.use == use and entry.subject_sha256 == item.subject_sha256 and ends_right(entry)
    )
    last = next(iter(entries), None)
    if last is not None and last.party != "author":
        return "objected"
    return last.kind if last and last.kind in ("expired", "superseded") else "withdrawn"

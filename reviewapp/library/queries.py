"""What the pages of taking out list: shown files, exports, asks, the report for lawyers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.catalog import Product
from reviewapp.models.library import Export, ExportItem, PermissionAsk, TakeDown
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review

MOST_RUNS = 100
ASKED_DOWN = and_(TakeDown.export_item_id == ExportItem.id, TakeDown.lifted_at.is_(None))


def shown_file(session: Session, shop_id: UUID, asset_id: UUID) -> MediaAsset:
    """A file of a published review of the shop; NotFound for any other."""
    found = session.scalars(
        select(MediaAsset)
        .join(Review, Review.id == MediaAsset.review_id)
        .where(MediaAsset.id == asset_id, MediaAsset.shop_id == shop_id)
        .where(Review.state == "published", MediaAsset.state == "ready")
        .options(selectinload(MediaAsset.renditions))
    ).first()
    if found is None:
        raise NotFound
    return found


def exports_of(shop_id: UUID) -> Select[Export]:
    """Every export with who took it and what is in it."""
    return (
        select(Export)
        .where(Export.shop_id == shop_id)
        .options(joinedload(Export.member), selectinload(Export.items))
    )


@dataclass(frozen=True)
class Left:
    """One piece of an export, as it is known now."""

    item: ExportItem
    task: TakeDown | None
    product: str
    """Empty: its review was erased."""
    credit: str
    asset: MediaAsset | None
    """The file, while it is shown; None: words, or nothing is shown of it any more."""


def what_left(session: Session, *wanted: ColumnElement[bool]) -> list[Left]:
    """The wanted pieces that were taken out, with what they are of, and their take-downs."""
    rows = session.execute(
        select(ExportItem, TakeDown, Product.title, Review.display_name, MediaAsset)
        .outerjoin(TakeDown, ASKED_DOWN)
        .outerjoin(Review, Review.id == ExportItem.review_id)
        .outerjoin(Product, Product.id == Review.product_id)
        .outerjoin(
            MediaAsset,
            and_(
                MediaAsset.id == ExportItem.asset_id,
                MediaAsset.state == "ready",
                Review.state == "published",
            ),
        )
        .where(*wanted)
        .order_by(ExportItem.id)
    )
    return [
        Left(item, task, title or "", name or "", asset) for item, task, title, name, asset in rows
    ]


def exports_with(session: Session, review_id: UUID, sha256: str) -> Sequence[Export]:
    """The exports that one piece is in, newest first, with who took them."""
    return session.scalars(
        select(Export)
        .join(ExportItem, ExportItem.export_id == Export.id)
        .where(ExportItem.review_id == review_id, ExportItem.subject_sha256 == sha256)
        .order_by(Export.created_at.desc(), Export.id)
        .options(joinedload(Export.member))
    ).all()


def renewals_of(session: Session, made: Export) -> dict[str, PermissionAsk]:
    """SHA-256 of a piece of an export → the newest question whether it may run longer."""
    rows = session.scalars(
        select(PermissionAsk)
        .where(
            PermissionAsk.review_id.in_({item.review_id for item in made.items}),
            PermissionAsk.use == made.use,
            PermissionAsk.runs_until.is_not(None),
        )
        .order_by(PermissionAsk.asked_at)
    )
    return {one["sha256"]: asked for asked in rows for one in asked.subjects}


def asks_of(shop_id: UUID) -> Select[PermissionAsk, Product]:
    """(ask, product) of every later question."""
    return (
        select(PermissionAsk, Product)
        .join(Review, Review.id == PermissionAsk.review_id)
        .join(Product, Product.id == Review.product_id)
        .where(PermissionAsk.shop_id == shop_id)
    )


def runs_of(session: Session, shop_id: UUID, sha256: str) -> Sequence[Any]:
    """(export, take-down or None) of everything this file was taken out for, newest first."""
    return session.execute(
        select(Export, TakeDown)
        .join(ExportItem, ExportItem.export_id == Export.id)
        .outerjoin(TakeDown, ASKED_DOWN)
        .where(ExportItem.shop_id == shop_id, ExportItem.subject_sha256 == sha256)
        .order_by(Export.created_at.desc())
        .limit(MOST_RUNS)
    ).all()


def running_uses(session: Session, shop_id: UUID) -> Iterator[dict[str, Any]]:
    """The report for lawyers: every recorded use with its ground, end and removal; streams."""
    rows = session.execute(
        select(ExportItem, Export, TakeDown, Member.name)
        .join(Export, Export.id == ExportItem.export_id)
        .outerjoin(TakeDown, ASKED_DOWN)
        .outerjoin(Member, Member.id == Export.member_id)
        .where(ExportItem.shop_id == shop_id)
        .order_by(Export.use, Export.created_at, ExportItem.id)
        .execution_options(yield_per=500)
    )
    for item, export, task, member in rows:
        yield {
            "use": export.use,
            "place": export.place,
            "taken_out_at": export.created_at.isoformat(),
            "until": export.until,
            "member": member,
            "review_id": item.review_id,
            "asset_id": item.asset_id,
            "subject_sha256": item.subject_sha256,
            "permission_hash": item.permission_hash,
            "permission_ends_at": item.ends_at and item.ends_at.isoformat(),
            "take_down_reason": task and task.reason,
            "take_down_due_on": task and task.due_on,
            "taken_down_at": task and task.done_at and task.done_at.isoformat(),
            "proof": task and task.proof,
        }


REPORT_COLUMNS = (
    "use", "place", "taken_out_at", "until", "member", "review_id", "asset_id",
    "subject_sha256", "permission_hash", "permission_ends_at", "take_down_reason",
    "take_down_due_on", "taken_down_at", "proof",
)  # fmt: skip

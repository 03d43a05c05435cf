"""What the library's pages list: shown files with what they may be used for, exports, asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.catalog import Product
from reviewapp.models.library import Export, ExportItem, PermissionAsk, TakeDown
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.review import Review
from reviewapp.models.rights import StandingRight

KINDS = ("photo", "video")
ORIENTATIONS = ("portrait", "landscape", "square")
MOST_PRODUCTS = 200


@dataclass(frozen=True)
class Wanted:
    """The filters of the library's address; empty: not asked for."""

    words: str = ""
    kind: str = ""
    orientation: str = ""
    use: str = ""
    """Only what may be used for this now."""
    product_id: UUID | None = None
    unused: bool = False


@dataclass
class Card:
    """One file with its review, and what stands around it."""

    asset: MediaAsset
    review: Review
    rights: dict[str, datetime | None] = field(default_factory=dict)
    """Use → when it ends by itself."""
    exports: int = 0
    checked: list[str] | None = None
    """What a person saw in it; None: nobody has looked (P5)."""


def shown_files(shop_id: UUID, wanted: Wanted) -> Select[MediaAsset, Review]:
    """(asset, review) of everything a storefront shows, as filtered."""
    statement = (
        select(MediaAsset, Review)
        .join(Review, Review.id == MediaAsset.review_id)
        .where(
            MediaAsset.shop_id == shop_id, MediaAsset.state == "ready", Review.state == "published"
        )
        .options(joinedload(Review.product), selectinload(MediaAsset.renditions))
    )
    return statement.where(*_filters(wanted))


def cards(session: Session, rows: Iterable[Any]) -> list[Card]:
    """A page of files with rights, exports and checks, in three look-ups whatever its size."""
    found = [Card(asset, review) for asset, review in rows]
    rights = _rights(session, found)
    taken = _taken(session, found)
    seen = _seen(session, found)
    for card in found:
        key = (card.review.id, card.asset.sha256)
        card.rights = rights.get(key, {})
        card.exports = taken.get(key, 0)
        card.checked = seen.get((card.asset.id, card.asset.sha256))
    return found


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


def pictured_products(session: Session, shop_id: UUID) -> Sequence[Product]:
    """Products with a shown file, by title."""
    pictured = exists().where(
        Review.product_id == Product.id, Review.state == "published", Review.photo_count > 0
    )
    return session.scalars(
        select(Product)
        .where(Product.shop_id == shop_id, pictured)
        .order_by(Product.title)
        .limit(MOST_PRODUCTS)
    ).all()


def exports_of(shop_id: UUID) -> Select[Export]:
    """Every export with who took it and what is in it."""
    return (
        select(Export)
        .where(Export.shop_id == shop_id)
        .options(joinedload(Export.member), selectinload(Export.items))
    )


def asks_of(shop_id: UUID) -> Select[PermissionAsk, Product]:
    """(ask, product) of every later question."""
    return (
        select(PermissionAsk, Product)
        .join(Review, Review.id == PermissionAsk.review_id)
        .join(Product, Product.id == Review.product_id)
        .where(PermissionAsk.shop_id == shop_id)
    )


def running_uses(session: Session, shop_id: UUID) -> Iterator[dict[str, Any]]:
    """The report for lawyers: every recorded use with its ground, end and removal; streams."""
    rows = session.execute(
        select(ExportItem, Export, TakeDown, Member.name)
        .join(Export, Export.id == ExportItem.export_id)
        .outerjoin(TakeDown, TakeDown.export_item_id == ExportItem.id)
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


def _filters(wanted: Wanted) -> list[Any]:
    now = clock.now()
    found: list[Any] = []
    if wanted.kind:
        found.append(MediaAsset.kind == wanted.kind)
    if wanted.product_id:
        found.append(Review.product_id == wanted.product_id)
    if wanted.orientation:
        found.append(_oriented(wanted.orientation))
    if wanted.words:
        found.append(or_(*(text.ilike(wanted.words) for text in (Review.title, Review.body))))
    if wanted.use:
        found.append(
            exists().where(
                StandingRight.review_id == Review.id,
                StandingRight.subject_sha256 == MediaAsset.sha256,
                StandingRight.use == wanted.use,
                StandingRight.starts_at <= now,
                or_(StandingRight.ends_at.is_(None), StandingRight.ends_at > now),
            )
        )
    if wanted.unused:
        found.append(~exists().where(ExportItem.asset_id == MediaAsset.id))
    return found


def _oriented(orientation: str) -> Any:
    if orientation == "portrait":
        return MediaAsset.height > MediaAsset.width
    if orientation == "landscape":
        return MediaAsset.width > MediaAsset.height
    return MediaAsset.width == MediaAsset.height


Key = tuple[UUID, str]


def _rights(session: Session, found: Sequence[Card]) -> dict[Key, dict[str, datetime | None]]:
    now, by_subject = clock.now(), defaultdict[Key, dict[str, datetime | None]](dict)
    rows = session.scalars(
        select(StandingRight).where(
            StandingRight.review_id.in_([card.review.id for card in found]),
            StandingRight.starts_at <= now,
            or_(StandingRight.ends_at.is_(None), StandingRight.ends_at > now),
        )
    )
    for right in rows:
        by_subject[right.review_id, right.subject_sha256][right.use] = right.ends_at
    return by_subject


def _taken(session: Session, found: Sequence[Card]) -> dict[Key, int]:
    rows = session.execute(
        select(ExportItem.review_id, ExportItem.subject_sha256, func.count())
        .where(ExportItem.review_id.in_([card.review.id for card in found]))
        .group_by(ExportItem.review_id, ExportItem.subject_sha256)
    )
    return {(review_id, sha256): count for review_id, sha256, count in rows}


def _seen(session: Session, found: Sequence[Card]) -> dict[Key, list[str]]:
    rows = session.execute(
        select(MediaDecision.asset_id, MediaDecision.sha256, MediaDecision.found)
        .where(
            MediaDecision.asset_id.in_([card.asset.id for card in found]),
            MediaDecision.action == "check",
        )
        .order_by(MediaDecision.id)
    )
    return {(asset_id, sha256): list(seen or ()) for asset_id, sha256, seen in rows}

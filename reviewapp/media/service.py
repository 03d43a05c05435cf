"""Photos from upload to use: stage what is clean, attach what is sent, sweep what is not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, exactly_one, ping_after_commit
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.media.images import ImageLimits, SanitisedImage, sanitise
from reviewapp.models.media import MediaAsset
from reviewapp.outbox.messages import emit

MOST_PHOTOS = 6
"""For one review, and for one message to the shop."""
STAGED_FOR = timedelta(hours=48)
SWEEP_BATCH = 500

log = structlog.get_logger()


@dataclass(frozen=True)
class Staged:
    """A photo that is safely here and not used yet."""

    id: UUID
    width: int
    height: int
    placeholder: str


def stage_photo(
    kit: Kit, *, shop_id: UUID, request_id: UUID, upload: BinaryIO, client_name: str
) -> Staged:
    """Clean one upload, keep it privately, and note it as staged for this link.

    Runs outside any transaction but its own short one. The file as it came lies only in a
    temporary folder and is deleted before this returns; what is stored was rebuilt from pixels.
    Raises RefusedImage, or OutsideFailed when the storage or the image process fails.
    """
    image = _cleaned(upload, client_name, kit.settings.max_upload_bytes)
    asset_id = new_id()
    key = f"masters/{asset_id.hex}/{image.sha256}.jpg"
    kit.storage.put(key, image.data, content_type=image.content_type)
    with kit.database.transaction(shop_id) as session:
        session.add(
            MediaAsset(
                id=asset_id,
                shop_id=shop_id,
                request_id=request_id,
                sha256=image.sha256,
                key=key,
                content_type=image.content_type,
                byte_count=len(image.data),
                width=image.width,
                height=image.height,
                placeholder=image.placeholder,
                dominant_color=image.dominant_color,
                dhash=image.dhash,
            )
        )
    return Staged(asset_id, image.width, image.height, image.placeholder)


def staged_photos(session: Session, request_id: UUID, ids: Collection[UUID]) -> list[Staged]:
    """Those of `ids` that this link staged and nothing uses yet; others are left out."""
    rows = session.execute(
        select(MediaAsset.id, MediaAsset.width, MediaAsset.height, MediaAsset.placeholder)
        .where(
            MediaAsset.id.in_(ids),
            MediaAsset.request_id == request_id,
            MediaAsset.state == "staged",
        )
        .order_by(MediaAsset.id)
    )
    return [Staged(*row) for row in rows]


def attach(
    session: Session,
    request_id: UUID,
    ids: Sequence[UUID],
    *,
    review_id: UUID | None = None,
    case_message_id: UUID | None = None,
) -> list[MediaAsset]:
    """Use staged photos for a review or a message; each can be used once, by its own link.

    Conflict when one of them is not staged for this link any more.
    """
    if not ids:
        return []
    attached = session.scalars(
        update(MediaAsset)
        .where(
            MediaAsset.id.in_(ids),
            MediaAsset.request_id == request_id,
            MediaAsset.state == "staged",
        )
        .values(
            state="attached",
            attached_at=clock.now(),
            review_id=review_id,
            case_message_id=case_message_id,
        )
        .returning(MediaAsset)
    ).all()
    for _ in set(ids) - {asset.id for asset in attached}:
        exactly_one(0)
    ping_after_commit(session, "media")
    return sorted(attached, key=lambda asset: asset.id)


def hide(session: Session, asset: MediaAsset, reason: str) -> None:
    """Take a photo off every surface; `media.hidden` tells them."""
    asset.state, asset.hidden_reason = "hidden", reason
    emit(
        session,
        "media.hidden",
        shop_id=asset.shop_id,
        asset_id=asset.id,
        review_id=asset.review_id,
    )


def sweep_staged(kit: Kit) -> int:
    """Forget photos that nobody used within 48 hours; returns how many."""
    swept = 0
    while keys := _take_stale(kit):
        for key in keys:
            kit.storage.delete(key)
        swept += len(keys)
    if swept:
        log.info("media.swept", count=swept)
    return swept


def _take_stale(kit: Kit) -> list[str]:
    before = clock.now() - STAGED_FOR
    with kit.database.transaction(EVERY_SHOP) as session:
        stale = (
            select(MediaAsset.id)
            .where(MediaAsset.state == "staged", MediaAsset.created_at < before)
            .limit(SWEEP_BATCH)
            .with_for_update(skip_locked=True)
        )
        keys = delete(MediaAsset).where(MediaAsset.id.in_(stale)).returning(MediaAsset.key)
        return list(session.scalars(keys))


def _cleaned(upload: BinaryIO, client_name: str, max_bytes: int) -> SanitisedImage:
    with tempfile.TemporaryDirectory(prefix="reviewapp-upload-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            shutil.copyfileobj(upload, file)
        return sanitise(path, client_name, limits=ImageLimits(max_bytes=max_bytes))

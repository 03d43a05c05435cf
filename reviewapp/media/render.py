"""The errand "media": sizes for the page, made from masters that are in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.core.storage import content_key
from reviewapp.media.images import RenditionFile, render
from reviewapp.media.refusals import RefusedImage
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.outbox.messages import emit

LEASE = timedelta(minutes=5)
"""How long a claimed photo waits before another worker may take it."""

log = structlog.get_logger()


def render_attached(kit: Kit) -> int:
    """Render every photo in use that has no sizes yet; returns how many were settled.

    Each is claimed in one transaction, rendered outside any, and settled in a second one. Files
    are named by content: whoever repeats the work writes the same bytes again.
    """
    settled = 0
    while (asset := _claim(kit)) is not None:
        try:
            files = render(kit.storage.read(asset.key))
        except (RefusedImage, NotFound) as error:
            log.error("media.render_failed", asset=str(asset.id), code=error.code)
            _settle(kit, asset, "failed", failure=error.code)
        else:
            _store(kit, files)
            _settle(kit, asset, "ready", files)
        settled += 1
    return settled


def _claim(kit: Kit) -> MediaAsset | None:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        waiting = (
            select(MediaAsset.id)
            .where(
                MediaAsset.state == "attached",
                or_(MediaAsset.claimed_at.is_(None), MediaAsset.claimed_at < now - LEASE),
            )
            .order_by(MediaAsset.attached_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return session.scalars(
            update(MediaAsset)
            .where(MediaAsset.id == waiting.scalar_subquery())
            .values(claimed_at=now)
            .returning(MediaAsset)
        ).first()


def _store(kit: Kit, files: Sequence[RenditionFile]) -> None:
    for file in files:
        kit.storage.put(_key(file), file.data, content_type=file.content_type)


def _settle(
    kit: Kit,
    asset: MediaAsset,
    state: str,
    files: Sequence[RenditionFile] = (),
    failure: str | None = None,
) -> None:
    with kit.database.transaction(asset.shop_id) as session:
        settled = session.scalars(
            update(MediaAsset)
            .where(MediaAsset.id == asset.id, MediaAsset.state == "attached")
            .values(state=state, failure=failure, claimed_at=None)
            .returning(MediaAsset.id)
        ).all()
        if not settled:
            return  # hidden or settled by another worker in the meantime
        for file in files:
            session.execute(_row(asset, file).on_conflict_do_nothing())
        emit(
            session,
            "media.failed" if failure else "media.ready",
            shop_id=asset.shop_id,
            asset_id=asset.id,
            review_id=asset.review_id,
        )


def _row(asset: MediaAsset, file: RenditionFile) -> Insert:
    return insert(Rendition).values(
        id=new_id(),
        created_at=clock.now(),
        shop_id=asset.shop_id,
        asset_id=asset.id,
        width=file.width,
        height=file.height,
        content_type=file.content_type,
        byte_count=len(file.data),
        key=_key(file),
    )


def _key(file: RenditionFile) -> str:
    return content_key(file.sha256, file.suffix)

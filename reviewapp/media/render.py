"""The errand "media": what the page shows, made from masters that are in use."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.errors import AppError, NotFound, OutsideFailed
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.core.storage import content_key
from reviewapp.media.images import RenditionFile, render
from reviewapp.media.refusals import RefusedImage
from reviewapp.media.retries import LEASE, MOST_ATTEMPTS, can_pass, next_try
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.outbox.messages import emit

log = structlog.get_logger()


def render_attached(kit: Kit) -> int:
    """Render every asset in use that has no sizes yet; returns how many were settled.

    Each is claimed in one transaction, rendered outside any, and settled in a second one. Files
    are named by content: whoever repeats the work writes the same bytes again. What fails for
    now is tried again later; when the storage or the machine fails, the others wait as well.
    """
    settled = 0
    while (asset := _claim(kit)) is not None:
        if asset.attempts > MOST_ATTEMPTS:
            # Whoever took it up last never came back: its worker died each time.
            _settle(kit, asset, "failed", failure="worker_lost")
            settled += 1
            continue
        try:
            files = _made(kit, asset)
        except (RefusedImage, NotFound, OutsideFailed) as error:
            settled += _fail(kit, asset, error)
            if isinstance(error, OutsideFailed):
                break
        else:
            _settle(kit, asset, "ready", files)
            settled += 1
    return settled


def render_anew(session: Session, asset: MediaAsset) -> None:
    """Have all files of this asset made again, with as many attempts as at first."""
    asset.state, asset.failure = "attached", None
    asset.attempts, asset.claimed_at, asset.next_try_at = 0, None, None
    ping_after_commit(session, "media")


def _made(kit: Kit, asset: MediaAsset) -> Sequence[RenditionFile]:
    """The asset's files, made and stored."""
    files = render(kit.storage.read(asset.key))
    for file in files:
        kit.storage.put(_key(file), file.data, content_type=file.content_type)
    return files


def _claim(kit: Kit) -> MediaAsset | None:
    """The next asset that is due, counted as taken up: a claim that never ends counts too."""
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        waiting = (
            select(MediaAsset.id)
            .where(
                MediaAsset.kind == "photo",
                MediaAsset.state == "attached",
                or_(MediaAsset.claimed_at.is_(None), MediaAsset.claimed_at < now - LEASE),
                or_(MediaAsset.next_try_at.is_(None), MediaAsset.next_try_at <= now),
            )
            .order_by(MediaAsset.attached_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return session.scalars(
            update(MediaAsset)
            .where(MediaAsset.id == waiting.scalar_subquery())
            .values(claimed_at=now, attempts=MediaAsset.attempts + 1)
            .returning(MediaAsset)
        ).first()


def _fail(kit: Kit, asset: MediaAsset, error: AppError) -> int:
    """Plan the next attempt where one can help, else settle as failed; 1 when it is settled."""
    log.warning("media.render_failed", asset=str(asset.id), code=error.code, attempt=asset.attempts)
    if not can_pass(error.code, asset.attempts):
        _settle(kit, asset, "failed", failure=error.code)
        return 1
    with kit.database.transaction(asset.shop_id) as session:
        session.execute(
            update(MediaAsset)
            .where(MediaAsset.id == asset.id, MediaAsset.state == "attached")
            .values(
                claimed_at=None,
                next_try_at=next_try(asset.attempts, clock.now()),
                failure=error.code,
            )
        )
    return 0


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
            .values(state=state, failure=failure, claimed_at=None, next_try_at=None)
            .returning(MediaAsset.id)
        ).all()
        if not settled:
            return  # hidden or settled by another worker in the meantime
        for file in files:
            session.execute(_row(asset, file))
        emit(
            session,
            "media.failed" if failure else "media.ready",
            shop_id=asset.shop_id,
            asset_id=asset.id,
            review_id=asset.review_id,
        )


def _row(asset: MediaAsset, file: RenditionFile) -> Insert:
    bytes_of_it = {"byte_count": len(file.data), "key": _key(file)}
    return (
        insert(Rendition)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=asset.shop_id,
            asset_id=asset.id,
            width=file.width,
            height=file.height,
            content_type=file.content_type,
            **bytes_of_it,
        )
        .on_conflict_do_update(
            index_elements=["asset_id", "role", "width", "content_type", "language"],
            set_=bytes_of_it,
        )
    )


def _key(file: RenditionFile) -> str:
    return content_key(file.sha256, file.suffix)

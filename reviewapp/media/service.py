"""Photos and films from upload to use: stage what is clean, attach what is sent, sweep the rest."""

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
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, exactly_one, ping_after_commit
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.core.storage import disk_errors
from reviewapp.media.films import CleanFilm, FilmLimits, clean
from reviewapp.media.images import ImageLimits, sanitise
from reviewapp.media.originals import seal_original
from reviewapp.models.media import MediaAsset
from reviewapp.outbox.messages import emit

MOST_PHOTOS = 6
"""For one review, and for one message to the shop."""
STAGED_FOR = timedelta(hours=48)
SWEEP_BATCH = 500
_KEYS = (MediaAsset.key, MediaAsset.poster_key, MediaAsset.sealed_key)
"""Where an asset's files lie as long as nothing is rendered."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Staged:
    """A photo or film that is safely here and not used yet; sizes in px."""

    id: UUID
    width: int
    height: int
    placeholder: str
    kind: str = "photo"


def stage_photo(
    kit: Kit, *, shop_id: UUID, request_id: UUID | None, upload: BinaryIO, client_name: str
) -> Staged:
    """Clean one upload, keep it privately, and note it as staged for this link, or for a mail.

    Runs outside any transaction but its own short one. The file as it came lies in a temporary
    folder, deleted before this returns, and sealed beside what was rebuilt from its pixels.
    Raises RefusedImage, or OutsideFailed when the storage or the image process fails.
    """
    asset_id = new_id()
    with tempfile.TemporaryDirectory(prefix="reviewapp-upload-") as folder:
        path = _received(upload, Path(folder))
        limits = ImageLimits(max_bytes=kit.settings.max_upload_bytes)
        image = sanitise(path, client_name, limits=limits)
        sealed = seal_original(kit, asset_id, path)
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
                phash=image.phash,
                sharpness=image.sharpness,
                brightness=image.brightness,
                source_sha256=image.source_sha256,
                sealed_key=sealed.key,
                sealed_key_id=sealed.key_id,
            )
        )
    return Staged(asset_id, image.width, image.height, image.placeholder)


def stage_video(
    kit: Kit, *, shop_id: UUID, request_id: UUID | None, path: Path, client_name: str
) -> Staged:
    """Clean the film at `path`, keep it and its poster privately, and note it as staged.

    Nothing is encoded here: the worker does that once the film is in use. The file at `path` is
    left as it is, and the caller deletes it. Raises RefusedVideo, or OutsideFailed when the
    storage, the program or the image process fails.
    """
    asset_id = new_id()
    limits = FilmLimits(max_bytes=kit.settings.max_video_bytes)
    with tempfile.TemporaryDirectory(prefix="reviewapp-film-") as folder:
        film = clean(path, client_name, Path(folder), limits=limits)
        asset = _film_asset(film, asset_id, shop_id=shop_id, request_id=request_id)
        assert asset.poster_key
        with film.path.open("rb") as master:
            kit.storage.put(asset.key, master, content_type=film.content_type)
        kit.storage.put(asset.poster_key, film.poster.data, content_type=film.poster.content_type)
        sealed = seal_original(kit, asset_id, path)
        asset.sealed_key, asset.sealed_key_id = sealed.key, sealed.key_id
    staged = Staged(asset_id, film.width, film.height, film.poster.placeholder, "video")
    with kit.database.transaction(shop_id) as session:
        session.add(asset)
    return staged


def _film_asset(
    film: CleanFilm, asset_id: UUID, *, shop_id: UUID, request_id: UUID | None
) -> MediaAsset:
    poster = film.poster
    return MediaAsset(
        id=asset_id,
        kind="video",
        shop_id=shop_id,
        request_id=request_id,
        sha256=film.sha256,
        source_sha256=film.source_sha256,
        key=f"masters/{asset_id.hex}/{film.sha256}{film.suffix}",
        poster_key=f"masters/{asset_id.hex}/{poster.sha256}.jpg",
        content_type=film.content_type,
        byte_count=film.path.stat().st_size,
        width=film.width,
        height=film.height,
        duration_ms=film.duration_ms,
        placeholder=poster.placeholder,
        dominant_color=poster.dominant_color,
        phash=poster.phash,
    )


def staged_photos(session: Session, request_id: UUID, ids: Collection[UUID]) -> list[Staged]:
    """Those of `ids` that this link staged and nothing uses yet; others are left out."""
    rows = session.execute(
        select(
            MediaAsset.id,
            MediaAsset.width,
            MediaAsset.height,
            MediaAsset.placeholder,
            MediaAsset.kind,
        )
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
    request_id: UUID | None,
    ids: Sequence[UUID],
    *,
    review_id: UUID | None = None,
    case_message_id: UUID | None = None,
    declared: Sequence[str] = (),
) -> list[MediaAsset]:
    """Use staged photos for a review or a message; each can be used once, by its own link.

    `declared`: what the uploader says can be seen in them (P5). Conflict when one is not staged
    for this link any more, Invalid when they are more than one review or message may have: the
    caller holds the link's row, so parallel forms are counted one after the other.
    """
    users = {"review_id": review_id, "case_message_id": case_message_id}
    if not ids:
        return []
    own = (MediaAsset.request_id == request_id, MediaAsset.state == "staged")
    attached = session.scalars(
        update(MediaAsset)
        .where(MediaAsset.id.in_(ids), *own)
        .values(
            state="attached",
            attached_at=clock.now(),
            seal_check_at=clock.now(),
            declared=list(declared),
            **users,
        )
        .returning(MediaAsset)
    ).all()
    for _ in set(ids) - {asset.id for asset in attached}:
        exactly_one(0)
    if files_in_use(session, **users) > MOST_PHOTOS:
        raise Invalid("uploads_of_form")
    ping_after_commit(session, "media")
    ping_after_commit(session, "originals")
    return sorted(attached, key=lambda asset: asset.id)


def files_in_use(
    session: Session, *, review_id: UUID | None = None, case_message_id: UUID | None = None
) -> int:
    """How many files a review, or a message, has; hidden ones aside."""
    of_review = MediaAsset.review_id == review_id
    whose = of_review if review_id else MediaAsset.case_message_id == case_message_id
    found = session.scalar(
        select(func.count()).select_from(MediaAsset).where(whose, MediaAsset.state != "hidden")
    )
    return found or 0


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


def forget_staged(session: Session, asset_id: UUID) -> list[str]:
    """Delete a staged asset; the keys of its files, to be deleted after. Conflict once in use."""
    gone = delete(MediaAsset).where(MediaAsset.id == asset_id, MediaAsset.state == "staged")
    row = session.execute(gone.returning(*_KEYS)).first()
    if row is None:
        raise Conflict
    return [key for key in row if key]


def sweep_staged(kit: Kit) -> int:
    """Forget photos and films that nobody used within 48 hours; returns how many."""
    swept = 0
    while stale := _take_stale(kit):
        for key in (key for keys in stale for key in keys if key):
            kit.storage.delete(key)
        swept += len(stale)
    if swept:
        log.info("media.swept", count=swept)
    return swept


def _take_stale(kit: Kit) -> Sequence[Row[str, str | None, str | None]]:
    before = clock.now() - STAGED_FOR
    with kit.database.transaction(EVERY_SHOP) as session:
        stale = (
            select(MediaAsset.id)
            .where(MediaAsset.state == "staged", MediaAsset.created_at < before)
            .limit(SWEEP_BATCH)
            .with_for_update(skip_locked=True)
        )
        gone = delete(MediaAsset).where(MediaAsset.id.in_(stale))
        return session.execute(gone.returning(*_KEYS)).all()


def _received(upload: BinaryIO, folder: Path) -> Path:
    """The upload as a file; NoRoom when the disk has none for it."""
    path = folder / "upload"
    with disk_errors("written"), path.open("wb") as file:
        shutil.copyfileobj(upload, file)
    return path

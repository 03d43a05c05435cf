"""One asset at a time: taken up under a lease, then settled, or planned for another attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import aliased

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.errors import AppError
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.core.storage import content_key
from reviewapp.media.retries import LEASE, MOST_ATTEMPTS, can_pass, next_try
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.outbox.messages import emit

log = structlog.get_logger()

_POSTER = aliased(Rendition, name="poster")
HAS_POSTER = (
    select(_POSTER.id)
    .where(_POSTER.asset_id == MediaAsset.id, _POSTER.role == "poster")
    .correlate(MediaAsset)
    .exists()
)
"""Whether the pictures of a film's poster are made; may be asked beside its renditions."""


@dataclass(frozen=True)
class Made:
    """A file that lies in private storage and is to be a rendition."""

    role: str
    width: int
    height: int
    content_type: str
    byte_count: int
    sha256: str
    suffix: str

    @property
    def key(self) -> str:
        """Where it lies, by content."""
        return content_key(self.sha256, self.suffix)


def claim(kit: Kit, *wanted: ColumnElement[bool]) -> MediaAsset | None:
    """The next asset in use that is due, counted as taken up: a claim that never ends counts too.

    One that was taken up too often is settled as failed here: whoever had it last never came
    back, its worker died each time.
    """
    while (asset := _next(kit, wanted)) is not None and asset.attempts > MOST_ATTEMPTS:
        settle(kit, asset, "failed", failure="worker_lost")
    return asset


def renew(kit: Kit, asset: MediaAsset) -> bool:
    """Say that the work goes on; False when the asset is not ours to work on any more."""
    now = clock.now()
    with kit.database.transaction(asset.shop_id) as session:
        kept = session.execute(
            update(MediaAsset)
            .where(
                MediaAsset.id == asset.id,
                MediaAsset.state == "attached",
                MediaAsset.claimed_at == asset.claimed_at,
            )
            .values(claimed_at=now)
            .returning(MediaAsset.id)
        ).all()
    if kept:
        asset.claimed_at = now
    return bool(kept)


def fail(kit: Kit, asset: MediaAsset, error: AppError) -> int:
    """Plan the next attempt where one can help, else settle as failed; 1 when it is settled."""
    log.warning("media.render_failed", asset=str(asset.id), code=error.code, attempt=asset.attempts)
    if not can_pass(error.code, asset.attempts):
        settle(kit, asset, "failed", failure=error.code)
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


def settle(
    kit: Kit,
    asset: MediaAsset,
    state: str,
    files: Sequence[Made] = (),
    failure: str | None = None,
) -> None:
    """Note what came of it, and tell; nothing when it was hidden or settled meanwhile.

    A film that stays `attached` has its poster now and waits for its encoding.
    """
    values: dict[str, Any] = {"state": state, "failure": failure}
    if state == "attached":
        values["attempts"] = 0
    with kit.database.transaction(asset.shop_id) as session:
        settled = session.scalars(
            update(MediaAsset)
            .where(MediaAsset.id == asset.id, MediaAsset.state == "attached")
            .values(**values, claimed_at=None, next_try_at=None)
            .returning(MediaAsset.id)
        ).all()
        if not settled:
            return
        for file in files:
            session.execute(_row(asset, file))
        told = {"asset_id": asset.id, "review_id": asset.review_id}
        if failure:
            emit(session, "media.failed", shop_id=asset.shop_id, **told)
        elif state == "ready":
            emit(session, "media.ready", shop_id=asset.shop_id, **told)
        else:
            emit(session, "media.poster_ready", shop_id=asset.shop_id, **told)
            ping_after_commit(session, "films")


def _next(kit: Kit, wanted: Sequence[ColumnElement[bool]]) -> MediaAsset | None:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        waiting = (
            select(MediaAsset.id)
            .where(
                *wanted,
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


def _row(asset: MediaAsset, file: Made) -> Insert:
    bytes_of_it = {"byte_count": file.byte_count, "key": file.key}
    return (
        insert(Rendition)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=asset.shop_id,
            asset_id=asset.id,
            role=file.role,
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

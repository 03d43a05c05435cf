"""A photo with parts taken out: a new master in place of the old one, all files made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reviewapp.core.db import EVERY_SHOP, exactly_one, ping_after_commit
from reviewapp.core.kit import Kit
from reviewapp.media.images import SanitisedImage, redact
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.outbox import OutboxEvent
from reviewapp.outbox.messages import emit


def redacted_master(
    kit: Kit, asset: MediaAsset, areas: Sequence[Mapping[str, Any]]
) -> SanitisedImage:
    """Make the redacted picture and store it; runs outside any transaction.

    Raises RefusedImage or OutsideFailed when it cannot be made or stored.
    """
    made = redact(kit.storage.read(asset.key), areas)
    kit.storage.put(_key(asset.id, made), made.data, content_type=made.content_type)
    return made


def replace_master(session: Session, asset: MediaAsset, made: SanitisedImage) -> None:
    """Let `made` stand for the photo from now on; the file as it came stays sealed.

    Conflict when the photo changed since it was read. `media.redacted` names every file of the
    old picture: they leave the storefront and the storage at once.
    """
    old = [asset.key, *session.scalars(select(Rendition.key).where(Rendition.asset_id == asset.id))]
    session.execute(delete(Rendition).where(Rendition.asset_id == asset.id))
    changed = session.scalars(
        update(MediaAsset)
        .where(MediaAsset.id == asset.id, MediaAsset.sha256 == asset.sha256)
        .values(
            state="attached" if asset.state != "hidden" else "hidden",
            failure=None,
            attempts=0,
            claimed_at=None,
            next_try_at=None,
            sha256=made.sha256,
            key=_key(asset.id, made),
            byte_count=len(made.data),
            placeholder=made.placeholder,
            dominant_color=made.dominant_color,
        )
        .returning(MediaAsset.id)
        .execution_options(synchronize_session=False)
    ).all()
    exactly_one(len(changed))
    emit(
        session,
        "media.redacted",
        shop_id=asset.shop_id,
        asset_id=asset.id,
        review_id=asset.review_id,
        keys=old,
    )
    ping_after_commit(session, "media")


def forget_replaced(kit: Kit, event: OutboxEvent) -> None:
    """After a file was replaced: delete from storage those of its `keys` that no row names."""
    keys = set(event.payload["keys"])
    with kit.database.transaction(EVERY_SHOP) as session:
        for column in (MediaAsset.key, Rendition.key):
            keys -= set(session.scalars(select(column).where(column.in_(keys))))
    for key in keys:
        kit.storage.delete(key)


def _key(asset_id: UUID, made: SanitisedImage) -> str:
    return f"masters/{asset_id.hex}/{made.sha256}.jpg"

"""Files as they came, sealed: kept only where a permission needs them as proof (P2, G.1 check 9).

Nothing serves them. One function opens one, for a reason, and the log says who did.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.errors import Gone, Invalid, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.sealing import Sealer
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import OutboxEvent

BATCH = 200
FOREVER = datetime.max.replace(tzinfo=UTC)

HeldUntil = Callable[[Session, UUID, UUID], datetime | None]
"""(session, review id, asset id) → until when permissions for the file hold, or held: FOREVER
where one has no end, None where none was ever given. The ledger's; handed over by reactions."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Sealed:
    """A file as it came, sealed in storage."""

    key: str
    key_id: str


def seal_original(kit: Kit, asset_id: UUID, path: Path) -> Sealed:
    """Put the file at `path` into storage, readable to nobody without the secret key.

    OutsideFailed when the disk or the bucket fails.
    """
    sealer = _sealer(kit)
    sealed = Sealed(f"sealed/{asset_id.hex}", sealer.key_id)
    try:
        with path.open("rb") as source, tempfile.TemporaryFile() as closed:
            sealer.seal(source, closed, asset_id.bytes)
            closed.seek(0)
            kit.storage.put(sealed.key, closed, content_type="application/octet-stream")
    except OSError as error:
        raise OutsideFailed("unavailable") from error
    return sealed


def check_originals(kit: Kit, held_until: HeldUntil) -> int:
    """The errand "originals": delete what no permission needs any more; returns how many.

    Looked at are files whose asset was just used, whose permission was withdrawn, or whose time
    as proof is over (`proof_days` after the last permission ended).
    """
    deleted = 0
    while keys := _take_unneeded(kit, held_until):
        for key in filter(None, keys):
            kit.storage.delete(key)
            deleted += 1
    if deleted:
        log.info("media.originals_deleted", count=deleted)
    return deleted


def recheck_originals(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After permission.withdrawn: look whether the review's sealed files are still needed."""
    session.execute(
        update(MediaAsset)
        .where(
            MediaAsset.review_id == UUID(event.payload["review_id"]),
            MediaAsset.sealed_key.is_not(None),
        )
        .values(seal_check_at=clock.now())
    )
    ping_after_commit(session, "originals")


def open_original(
    session: Session, kit: Kit, asset: MediaAsset, *, actor: str, reason: str
) -> Iterator[bytes]:
    """The file as it came, a chunk at a time; the log keeps who opened it and why.

    Invalid without a reason, Gone when it is not kept (any more), SealBroken when it was
    tampered with.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": ["Say what it is needed for."]})
    if asset.sealed_key is None:
        raise Gone
    record(
        session,
        shop_id=asset.shop_id,
        actor=actor,
        action="media.original_opened",
        subject=f"media:{asset.id}",
        original_sha256=asset.source_sha256,
        reason=reason.strip(),
    )
    return _unsealed(kit, asset.sealed_key, asset.id)


def reseal_originals(kit: Kit) -> int:
    """Seal again, with the first secret key, what is sealed with an older one; how many."""
    sealer, resealed = _sealer(kit), 0
    while asset := _sealed_before(kit, sealer.key_id):
        assert asset.sealed_key
        with tempfile.NamedTemporaryFile() as plain:
            plain.writelines(_unsealed(kit, asset.sealed_key, asset.id))
            plain.flush()
            sealed = seal_original(kit, asset.id, Path(plain.name))
        with kit.database.transaction(asset.shop_id) as session:
            session.execute(
                update(MediaAsset)
                .where(MediaAsset.id == asset.id, MediaAsset.sealed_key.is_not(None))
                .values(sealed_key_id=sealed.key_id)
            )
        resealed += 1
    return resealed


def _unsealed(kit: Kit, key: str, asset_id: UUID) -> Iterator[bytes]:
    with kit.storage.open(key) as source:
        yield from _sealer(kit).unseal(source, asset_id.bytes)


def _take_unneeded(kit: Kit, held_until: HeldUntil) -> list[str | None]:
    """Settle a batch: plan the next look, or forget the file and hand its key out."""
    now = clock.now()
    keep = timedelta(days=kit.settings.proof_days)
    with kit.database.transaction(EVERY_SHOP) as session:
        due = session.scalars(
            select(MediaAsset)
            .where(MediaAsset.seal_check_at <= now)
            .order_by(MediaAsset.seal_check_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        keys: list[str | None] = []
        for asset in due:
            until = held_until(session, asset.review_id, asset.id) if asset.review_id else None
            if until is not None and (until == FOREVER or until + keep > now):
                asset.seal_check_at = None if until == FOREVER else until + keep
                keys.append(None)
                continue
            keys.append(asset.sealed_key)
            asset.sealed_key = asset.sealed_key_id = asset.seal_check_at = None
        return keys


def _sealed_before(kit: Kit, key_id: str) -> MediaAsset | None:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(
            select(MediaAsset)
            .where(MediaAsset.sealed_key.is_not(None), MediaAsset.sealed_key_id != key_id)
            .limit(1)
        ).first()


def _sealer(kit: Kit) -> Sealer:
    return Sealer(kit.settings.secret_keys)

"""Files without rows, and rows without files: found, and mended where that can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.storage import Stored
from reviewapp.media.render import render_anew
from reviewapp.models.media import MediaAsset, Rendition

FOLDERS = ("masters/", "sealed/", *(f"{number:02x}/" for number in range(256)))
"""Where this room keeps files; what lies elsewhere is somebody else's and is left alone."""
UNTOUCHED = timedelta(hours=24)
"""A younger file may be on its way to its row: files are written first."""
BATCH = 500

log = structlog.get_logger()
Item = TypeVar("Item")


@dataclass(frozen=True)
class Lost:
    """A row whose file is not there, and what was done: `rendered_anew`, `forgotten`, `none`."""

    asset_id: str
    part: str
    key: str
    done: str


@dataclass
class Sweep:
    """What a sweep saw: everything accounted for when both lists are empty."""

    files: int = 0
    rows: int = 0
    orphans: list[str] = field(default_factory=list)
    orphan_bytes: int = 0
    lost: list[Lost] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether no file is without its row and no row without its file."""
        return not self.orphans and not self.lost

    @property
    def beyond_help(self) -> list[Lost]:
        """What cannot be made again here: a backup may hold it."""
        return [lost for lost in self.lost if lost.done == "none"]


def sweep_media(kit: Kit, *, dry_run: bool = False) -> Sweep:
    """Delete files no row names, make renditions anew whose files are gone; report both.

    Safe beside uploads and rendering: young files are left alone, and each finding is looked at
    once more, row and file, right before it is acted on.
    """
    found = Sweep()
    seen: set[int] = set()
    for batch in in_batches(_files(kit)):
        found.files += len(batch)
        seen.update(hash(stored.key) for stored in batch)
        for stored in _without_row(kit, batch):
            found.orphans.append(stored.key)
            found.orphan_bytes += stored.byte_count
            if not dry_run:
                kit.storage.delete(stored.key)
    for batch_of_rows in _rows(kit):
        found.rows += len(batch_of_rows)
        for asset_id, part, key in batch_of_rows:
            if hash(key) not in seen and not kit.storage.exists(key):
                lost = _mend(kit, asset_id, part, key, dry_run)
                found.lost += [lost] if lost else []
    if not found.whole:
        log.warning("media.swept_orphans", files=len(found.orphans), rows=len(found.lost))
    return found


def in_batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _files(kit: Kit) -> Iterator[Stored]:
    return chain.from_iterable(kit.storage.entries(folder) for folder in FOLDERS)


def _without_row(kit: Kit, batch: Iterable[Stored]) -> list[Stored]:
    """Those old enough that no row names, asked last thing before they are deleted."""
    before = clock.now() - UNTOUCHED
    old = {stored.key: stored for stored in batch if stored.modified_at < before}
    if not old:
        return []
    with kit.database.transaction(EVERY_SHOP) as session:
        known = set(chain.from_iterable(_named(session, old)))
    return [stored for key, stored in old.items() if key not in known]


def _named(session: Session, keys: Iterable[str]) -> Iterator[Iterable[str | None]]:
    wanted = list(keys)
    for column in (MediaAsset.key, MediaAsset.poster_key, MediaAsset.sealed_key, Rendition.key):
        yield session.scalars(select(column).where(column.in_(wanted)))


def _rows(kit: Kit) -> Iterator[list[tuple[UUID, str, str]]]:
    """(asset, part, key) of every file that rows name, a page at a time."""
    last = UUID(int=0)
    while True:
        with kit.database.transaction(EVERY_SHOP) as session:
            assets = session.execute(
                select(MediaAsset.id, MediaAsset.key, MediaAsset.poster_key, MediaAsset.sealed_key)
                .where(MediaAsset.id > last)
                .order_by(MediaAsset.id)
                .limit(BATCH)
            ).all()
            renditions = session.execute(
                select(Rendition.asset_id, Rendition.role, Rendition.key).where(
                    Rendition.asset_id.in_([asset.id for asset in assets])
                )
            ).all()
        if not assets:
            return
        last = assets[-1].id
        named = [
            (asset.id, part, key)
            for asset in assets
            for part, key in zip(("master", "poster", "sealed"), asset[1:], strict=True)
            if key
        ]
        yield named + [
            (row.asset_id, "captions" if row.role == "captions" else "rendition", row.key)
            for row in renditions
        ]


def _mend(kit: Kit, asset_id: UUID, part: str, key: str, dry_run: bool) -> Lost | None:
    """What is done about a file that is not there; None when its row went with it meanwhile."""
    with kit.database.transaction(EVERY_SHOP) as session:
        asset = session.get(MediaAsset, asset_id, with_for_update=True)
        if asset is None or not any(key in named for named in _named(session, [key])):
            return None
        done = "none"
        if part == "rendition" and asset.state in ("ready", "attached"):
            done = "rendered_anew"
            if not dry_run and asset.state == "ready":
                render_anew(session, asset)
        elif part == "sealed":
            done = "forgotten"
            if not dry_run:
                session.execute(
                    update(MediaAsset)
                    .where(MediaAsset.id == asset_id)
                    .values(sealed_key=None, sealed_key_id=None, seal_check_at=None)
                )
        elif part == "master" and asset.state == "staged":
            done = "forgotten"
            if not dry_run:
                session.delete(asset)
        return Lost(str(asset_id), part, key, done)

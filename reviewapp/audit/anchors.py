"""Heads of the logs kept outside the database: entries cut off a log's end are missed too (G30)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.chain import Break
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit
from reviewapp.core.storage import Storage
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry

MOST_ANCHORS = 1_000
"""Of one shop: the newest; each vouches for all entries before it."""


def anchor_logs(kit: Kit) -> int:
    """The errand `anchors`: note each log's head in the storage where it moved; returns how many.

    Whoever can change the database alone cannot take back what stands there. The published
    figures carry the head as well, where anyone may keep a copy.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = session.scalars(select(Shop.id).order_by(Shop.id)).all()
    return sum(_anchor(kit, shop_id) for shop_id in shops)


def head(session: Session, shop_id: UUID) -> dict[str, Any] | None:
    """The newest entry of the shop's log: its number, hash and time."""
    row = session.execute(
        select(AuditEntry.number, AuditEntry.hash, AuditEntry.created_at)
        .where(AuditEntry.shop_id == shop_id)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).first()
    return row and {"number": row.number, "hash": row.hash, "at": row.created_at.isoformat()}


def anchors(storage: Storage, shop_id: UUID) -> list[dict[str, Any]]:
    """The heads noted so far, oldest first."""
    try:
        found: list[dict[str, Any]] = json.loads(storage.read(_key(shop_id)))
    except NotFound:
        return []
    return found


def missing(session: Session, storage: Storage, shop_id: UUID) -> list[Break]:
    """Anchored entries that are gone from the log or are others now."""
    noted = {anchor["number"]: anchor["hash"] for anchor in anchors(storage, shop_id)}
    kept = session.execute(
        select(AuditEntry.number, AuditEntry.hash).where(
            AuditEntry.shop_id == shop_id, AuditEntry.number.in_(noted)
        )
    )
    standing = {row.number: row.hash for row in kept}
    return [
        Break(number, "was noted outside the database and is missing or another now")
        for number, digest in sorted(noted.items())
        if standing.get(number) != digest
    ]


def _anchor(kit: Kit, shop_id: UUID) -> int:
    with kit.database.transaction(shop_id) as session:
        newest = head(session, shop_id)
    noted = anchors(kit.storage, shop_id)
    if newest is None or (noted and noted[-1]["number"] >= newest["number"]):
        return 0
    kept = [*noted, newest | {"noted_at": clock.now().isoformat()}][-MOST_ANCHORS:]
    data = json.dumps(kept, separators=(",", ":")).encode()
    kit.storage.put(_key(shop_id), data, content_type="application/json")
    return 1


def _key(shop_id: UUID) -> str:
    return f"anchors/{shop_id.hex}.json"

"""Heads of the chains kept outside the database: what is cut off their end is missed too (G30)."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from reviewapp.models.rights import PermissionEntry

MOST_ANCHORS = 1_000
"""Of one chain of a shop: the newest; each vouches for all entries before it."""
Chained = type[AuditEntry] | type[PermissionEntry]
CHAINED: Mapping[str, Chained] = {"log": AuditEntry, "permissions": PermissionEntry}


def anchor_logs(kit: Kit) -> int:
    """The errand `anchors`: note each chain's head in the storage where it moved; returns how many.

    Whoever can change the database alone cannot take back what stands there. The published
    figures carry the head as well, where anyone may keep a copy.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = session.scalars(select(Shop.id).order_by(Shop.id)).all()
    return sum(_anchor(kit, shop_id, chain) for shop_id in shops for chain in CHAINED)


def head(session: Session, shop_id: UUID, chain: str = "log") -> dict[str, Any] | None:
    """The newest entry of a chain of the shop: its number, hash and time."""
    entry = CHAINED[chain]
    row = session.execute(
        select(entry.number, entry.hash, entry.created_at)
        .where(entry.shop_id == shop_id)
        .order_by(entry.number.desc())
        .limit(1)
    ).first()
    return row and {"number": row.number, "hash": row.hash, "at": row.created_at.isoformat()}


def anchors(storage: Storage, shop_id: UUID, chain: str = "log") -> list[dict[str, Any]]:
    """The heads of a chain noted so far, oldest first."""
    try:
        found: list[dict[str, Any]] = json.loads(storage.read(_key(shop_id, chain)))
    except NotFound:
        return []
    return found


def missing(session: Session, storage: Storage, shop_id: UUID, chain: str = "log") -> list[Break]:
    """Anchored entries that are gone from a chain or are others now."""
    entry = CHAINED[chain]
    noted = {anchor["number"]: anchor["hash"] for anchor in anchors(storage, shop_id, chain)}
    kept = session.execute(
        select(entry.number, entry.hash).where(entry.shop_id == shop_id, entry.number.in_(noted))
    )
    standing = {row.number: row.hash for row in kept}
    return [
        Break(number, "was noted outside the database and is missing or another now")
        for number, digest in sorted(noted.items())
        if standing.get(number) != digest
    ]


def _anchor(kit: Kit, shop_id: UUID, chain: str) -> int:
    with kit.database.transaction(shop_id) as session:
        newest = head(session, shop_id, chain)
    noted = anchors(kit.storage, shop_id, chain)
    if newest is None or (noted and noted[-1]["number"] >= newest["number"]):
        return 0
    kept = [*noted, newest | {"noted_at": clock.now().isoformat()}][-MOST_ANCHORS:]
    data = json.dumps(kept, separators=(",", ":")).encode()
    kit.storage.put(_key(shop_id, chain), data, content_type="application/json")
    return 1


def _key(shop_id: UUID, chain: str) -> str:
    return f"anchors/{shop_id.hex}{'' if chain == 'log' else f'.{chain}'}.json"

"""Appending to a shop's log and reading it back for proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.audit.chain import GENESIS, Break, breaks, entry_hash
from reviewapp.core import clock
from reviewapp.models.audit import AuditEntry


def record(
    session: Session, *, shop_id: UUID, actor: str, action: str, subject: str, **detail: Any
) -> AuditEntry:
    """Append one entry; `detail` holds ids, codes and hashes only, never personal data.

    The shop's chain is taken in turn until the transaction ends.
    """
    take_turn(session, shop_id)
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash)
        .where(AuditEntry.shop_id == shop_id)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).first()
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    entry = AuditEntry(
        shop_id=shop_id,
        number=number,
        actor=actor,
        action=action,
        subject=subject,
        detail={key: value if _plain(value) else str(value) for key, value in detail.items()},
        previous_hash=previous,
        created_at=clock.now(),
    )
    entry.hash = entry_hash(previous, as_mapping(entry))
    session.add(entry)
    session.flush()
    return entry


def take_turn(session: Session, shop_id: UUID) -> None:
    """Wait until nobody else appends to this shop's chains; an advisory lock held to the end.

    One lock for the log and the permission ledger: whoever writes both cannot meet another
    who took them the other way round.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('audit:' || :shop, 0))"),
        {"shop": str(shop_id)},
    )


def entries(session: Session, shop_id: UUID) -> Iterator[dict[str, Any]]:
    """The shop's log in order, as plain mappings; streams."""
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.shop_id == shop_id)
        .order_by(AuditEntry.number)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield as_mapping(row)


def verify(session: Session, shop_id: UUID) -> list[Break]:
    """Every place where the shop's log does not hold; empty: it is as it was written."""
    return breaks(entries(session, shop_id))


def as_mapping(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is hashed and exported."""
    return {
        "number": entry.number,
        "shop_id": str(entry.shop_id),
        "at": entry.created_at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, bool, list, dict))

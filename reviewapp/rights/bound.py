"""What the ledger binds by hash but does not hold: names, addresses, licence texts (G30, P2)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.audit.chain import Break
from reviewapp.models.rights import PermissionDetail, PermissionEntry
from reviewapp.rights.ledger import salted_sha256
from reviewapp.rights.wording import text_of


def changed_beside(session: Session, shop_id: UUID) -> Iterator[Break]:
    """Entries whose name, origin or licence text is another than the one they were written with.

    What was taken out with its time or an erasure is no break: the entry holds without it.
    """
    yield from _details(session, shop_id)
    yield from _texts(session, shop_id)


def _details(session: Session, shop_id: UUID) -> Iterator[Break]:
    rows = session.execute(
        select(PermissionEntry, PermissionDetail)
        .join(PermissionDetail, PermissionDetail.entry_id == PermissionEntry.id)
        .where(PermissionEntry.shop_id == shop_id)
        .order_by(PermissionEntry.number)
        .execution_options(yield_per=1000)
    )
    for entry, detail in rows:
        origin = {"address": detail.address, "agent": detail.agent}
        kept = (
            ("name", entry.credit_sha256, detail.credit_line, detail.credit_line is not None),
            ("address or agent", entry.proof_sha256, origin, any(origin.values())),
        )
        for what, bound, value, there in kept:
            if there and (bound is None or salted_sha256(detail.salt, value) != bound):
                yield Break(entry.number, f"has another {what} than it was written with")


def _texts(session: Session, shop_id: UUID) -> Iterator[Break]:
    """Each text once, named by the first entry that was made under it."""
    one = PermissionEntry
    first = (
        select(func.min(one.number))
        .where(one.shop_id == shop_id)
        .group_by(one.use, one.party, one.text_version, one.text_language, one.text_sha256)
    )
    found = select(one).where(one.shop_id == shop_id, one.number.in_(first)).order_by(one.number)
    for entry in session.scalars(found):
        if text_of(session, entry).sha256 != entry.text_sha256:
            yield Break(entry.number, "has another licence text than it was written with")

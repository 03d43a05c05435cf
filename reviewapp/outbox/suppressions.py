"""Addresses that are not written to: the one look-up for all that mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.models.catalog import SUPPRESSION_REASONS, Suppression

UNREACHABLE = ("bounced", "complained")
"""Reasons that hold for every letter; who only unsubscribed still gets answers."""


def is_suppressed(
    session: Session,
    shop_id: UUID,
    email_digest: str,
    reasons: Sequence[str] = SUPPRESSION_REASONS,
) -> bool:
    """Whether the shop may not write to this address, for one of `reasons`."""
    listed = exists().where(
        Suppression.shop_id == shop_id,
        Suppression.email_digest == email_digest,
        Suppression.reason.in_(reasons),
        Suppression.lifted_at.is_(None),
    )
    return bool(session.scalar(select(listed)))


def suppressed_among(
    session: Session, email_digests: Iterable[str], reasons: Sequence[str]
) -> dict[tuple[UUID, str], str]:
    """The reason by (shop, digest), of all these addresses that have one of `reasons`."""
    found = session.scalars(
        select(Suppression).where(
            Suppression.email_digest.in_(set(email_digests)),
            Suppression.reason.in_(reasons),
            Suppression.lifted_at.is_(None),
        )
    )
    return {(entry.shop_id, entry.email_digest): entry.reason for entry in found}


def suppress(
    session: Session, shop_id: UUID, email_digest: str, reason: str, detail: str | None = None
) -> None:
    """Write no more to this address; a lifted entry is put back."""
    entry = insert(Suppression).values(
        id=new_id(),
        created_at=clock.now(),
        shop_id=shop_id,
        email_digest=email_digest,
        reason=reason,
        detail=detail,
    )
    session.execute(
        entry.on_conflict_do_update(
            index_elements=["shop_id", "email_digest", "reason"],
            set_={"detail": entry.excluded.detail, "lifted_at": None},
        )
    )

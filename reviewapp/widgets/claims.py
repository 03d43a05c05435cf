"""Who writes a product: claimed in one transaction, settled in another; statements built once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Integer,
    Interval,
    Uuid,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, UTCDateTime
from reviewapp.core.kit import Kit
from reviewapp.models.widget import SHORTEST_PAUSE, Publication
from reviewapp.widgets.pacing import next_pause, rested

LEASE = timedelta(seconds=60)
"""How long a claimed row waits for a publisher that died."""
BATCH = 20
MAX_CHUNKS = 200
"""Chunks written under one claim, so that a long rebuild stays within its lease."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A product to write: the revision, and how many of the waiting chunks were seen."""

    product_id: UUID
    shop_id: UUID
    claimed_at: datetime
    revision: int
    key_hash: int
    first: bool
    """Nothing was written for it before, or all is to be written anew."""
    taken_over: bool
    """Who had claimed it before did not come to its end: what lies there may be half of it."""
    seen: int
    chunks: tuple[int, ...]
    questions: bool = False


ARRAY_END = 2**31 - 1
_NOW = bindparam("now", type_=UTCDateTime())
_MOST = bindparam("most", type_=Integer)
_DUE = (
    select(Publication.product_id, Publication.claimed_at)
    .where(
        Publication.dirty_at <= _NOW,
        or_(rested(Publication, _NOW), func.cardinality(Publication.dirty_chunks) > _MOST),
        or_(
            Publication.claimed_at.is_(None),
            Publication.claimed_at < bindparam("lost", type_=UTCDateTime()),
        ),
    )
    .order_by(Publication.dirty_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIMED = (
    update(Publication)
    .where(Publication.product_id == _DUE.c.product_id)
    .values(claimed_at=_NOW)
    .returning(
        Publication.product_id,
        Publication.shop_id,
        Publication.claimed_at,
        Publication.revision,
        Publication.key_hash,
        Publication.published_at,
        Publication.dirty_chunks,
        Publication.dirty_questions,
        _DUE.c.claimed_at.is_not(None).label("taken_over"),
    )
    .execution_options(synchronize_session=False)
)


def claim_products(kit: Kit) -> list[Claim]:
    """Take the products that waited longest; nobody else writes them until the lease ends."""
    now = clock.now()
    told = {"now": now, "lost": now - LEASE, "most": MAX_CHUNKS}
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(_CLAIMED, told).all()
    return [_claim(row) for row in rows]


def _claim(row: Any) -> Claim:
    seen = row.dirty_chunks[:MAX_CHUNKS]
    return Claim(
        product_id=row.product_id,
        shop_id=row.shop_id,
        claimed_at=row.claimed_at,
        revision=row.revision,
        key_hash=row.key_hash,
        first=row.published_at is None,
        taken_over=row.taken_over,
        seen=len(seen),
        chunks=tuple(sorted(set(seen))),
        questions=row.dirty_questions or row.published_at is None,
    )


_SEEN = bindparam("seen", type_=Integer)
_FIRST, _MORE = bindparam("first", type_=Boolean()), _SEEN == _MOST
_ALL_SEEN = (Publication.revision == bindparam("of_revision", type_=Integer)) & (
    func.cardinality(Publication.dirty_chunks) == _SEEN
)
_SETTLED = (
    update(Publication)
    .where(
        Publication.product_id == bindparam("of_product", type_=Uuid()),
        Publication.claimed_at == bindparam("of_claim", type_=UTCDateTime()),
    )
    .values(
        claimed_at=None,
        # Never, where all is still to be written anew: the rest of it, or once more.
        published_at=case(
            (_FIRST & _MORE, null()),
            (~_FIRST & Publication.published_at.is_(None), null()),
            else_=_NOW,
        ),
        # What follows chunks that were too many for one claim is no burst.
        pause=case(
            (_MORE, bindparam("shortest", SHORTEST_PAUSE, type_=Interval())),
            else_=next_pause(Publication),
        ),
        dirty_at=case((_ALL_SEEN, null()), else_=_NOW),
        dirty_chunks=Publication.dirty_chunks[_SEEN + 1 : ARRAY_END],
        dirty_questions=case((_ALL_SEEN, False), else_=Publication.dirty_questions),
    )
    .returning(Publication.product_id)
    .execution_options(synchronize_session=False)
)


def settle_product(session: Session, claim: Claim) -> bool:
    """Note what was written; whatever changed since the claim stays dirty. False: not ours."""
    told = {
        "of_product": claim.product_id,
        "of_claim": claim.claimed_at,
        "of_revision": claim.revision,
        "seen": claim.seen,
        "most": MAX_CHUNKS,
        "first": claim.first,
        "now": clock.now(),
    }
    return session.execute(_SETTLED, told).first() is not None

"""What of many reviews may be shown elsewhere under one use, by the ledger itself (P1, P3, P5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.models.rights import PermissionEntry
from reviewapp.rights.rules import (
    Right,
    Seen,
    releases_in_force,
    releases_missing,
    rights_in_force,
)


@dataclass(frozen=True)
class Free:
    """What may be used: the reviews whose words as they stand may, and the files that may."""

    words: frozenset[UUID] = frozenset()
    files: frozenset[UUID] = frozenset()


def free_for(session: Session, review_ids: Collection[UUID], use: str) -> Free:
    """What of these reviews may be used so now; nothing of one that is not published.

    Words under their author's permission; files also only after a person looked at them, and
    with the release of the people in them.
    """
    if not review_ids:
        return Free()
    folded = _Folded(session, review_ids, use, clock.now())
    words = session.execute(
        select(Review.id, ReviewVersion.sha256)
        .join(ReviewVersion, ReviewVersion.review_id == Review.id)
        .where(_published(review_ids), ReviewVersion.version == Review.version)
    )
    files = session.execute(
        select(MediaAsset.id, MediaAsset.review_id, MediaAsset.sha256)
        .join(Review, Review.id == MediaAsset.review_id)
        .where(_published(review_ids), MediaAsset.state.in_(("attached", "ready")))
    ).all()
    seen = seen_in_files(session, [file.id for file in files])
    return Free(
        frozenset(review_id for review_id, sha256 in words if folded.holds(review_id, sha256)),
        frozenset(
            file.id
            for file in files
            if (found := seen.get((file.id, file.sha256))) is not None
            and folded.holds(file.review_id, file.sha256)
            and not releases_missing(found, folded.agreed(file.review_id, file.sha256))
        ),
    )


def _published(review_ids: Collection[UUID]) -> ColumnElement[bool]:
    return and_(Review.id.in_(review_ids), Review.state == "published")


class _Folded:
    """The ledger of these reviews about one use, folded."""

    def __init__(
        self, session: Session, review_ids: Collection[UUID], use: str, now: datetime
    ) -> None:
        by_review: defaultdict[UUID, list[PermissionEntry]] = defaultdict(list)
        rows = session.scalars(
            select(PermissionEntry)
            .where(PermissionEntry.review_id.in_(review_ids), PermissionEntry.use == use)
            .order_by(PermissionEntry.number)
        )
        for entry in rows:
            by_review[entry.review_id].append(entry)
        self._use = use
        self._rights = {one: rights_in_force(told, now) for one, told in by_review.items()}
        self._releases = {one: releases_in_force(told, now) for one, told in by_review.items()}

    def holds(self, review_id: UUID, sha256: str) -> bool:
        return Right(self._use, sha256) in self._rights.get(review_id, frozenset())

    def agreed(self, review_id: UUID, sha256: str) -> dict[str, int]:
        return self._releases.get(review_id, {}).get(Right(self._use, sha256), {})


def seen_in_files(session: Session, asset_ids: Collection[UUID]) -> dict[tuple[UUID, str], Seen]:
    """What a person saw last in each version of each file; not in it: nobody has looked (P5)."""
    rows = session.execute(
        select(
            MediaDecision.asset_id,
            MediaDecision.sha256,
            MediaDecision.found,
            MediaDecision.people,
        )
        .where(MediaDecision.asset_id.in_(asset_ids), MediaDecision.action == "check")
        .order_by(MediaDecision.id)
    )
    return {
        (asset_id, sha256): Seen(frozenset(found or ()), people or 1)
        for asset_id, sha256, found, people in rows
    }

"""What an author is being asked about their reviews, and whose yes it needs beside theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.library import PermissionAsk
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.models.review import Review


def open_questions(session: Session, reviews: Sequence[Review]) -> dict[UUID, list[PermissionAsk]]:
    """Questions that wait for an answer, by review, the oldest first."""
    rows = session.scalars(
        select(PermissionAsk)
        .where(
            PermissionAsk.review_id.in_([one.id for one in reviews if one.state == "published"]),
            PermissionAsk.state == "open",
            or_(PermissionAsk.ends_on.is_(None), PermissionAsk.ends_on >= clock.now().date()),
        )
        .order_by(PermissionAsk.asked_at, PermissionAsk.id)
    )
    found: defaultdict[UUID, list[PermissionAsk]] = defaultdict(list)
    for asked in rows:
        found[asked.review_id].append(asked)
    return dict(found)


def others_asked(session: Session, reviews: Sequence[Review]) -> frozenset[UUID]:
    """Files about which somebody else in the picture was asked, whoever that is."""
    rows = session.scalars(
        select(ReleaseAsk.asset_id).where(
            ReleaseAsk.review_id.in_([one.id for one in reviews]),
            ReleaseAsk.state != "taken_back",
        )
    )
    return frozenset(rows)

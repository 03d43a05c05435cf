"""Reminders: at most two, planned once a message was really sent and nobody answered yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review_request import ReviewRequest

BATCH = 1000
MOST_REMINDERS = 2


def plan_reminders(kit: Kit) -> int:
    """The errand "reminders": plan the next reminder of whatever was sent; returns how many.

    Spacing knows the day of the first message and the shop's numbers only (G3). A message whose
    outcome is unknown is not followed up by itself.
    """
    planned = 0
    while True:
        with kit.database.transaction(EVERY_SHOP) as session:
            count, reminders = _follow_up(session)
        planned += reminders
        if count < BATCH:
            return planned


def _follow_up(session: Session) -> tuple[int, int]:
    sent = session.scalars(
        select(ReviewRequest)
        .where(ReviewRequest.state == "sent", ~ReviewRequest.followed_up)
        .order_by(ReviewRequest.sent_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    parent_ids = {row.parent_id for row in sent if row.parent_id}
    found = session.scalars(select(ReviewRequest).where(ReviewRequest.id.in_(parent_ids)))
    parents: dict[UUID | None, ReviewRequest] = {parent.id: parent for parent in found}
    days = _reminder_days(session, {row.shop_id for row in sent})
    reminders = 0
    for row in sent:
        row.followed_up = True
        root = parents.get(row.parent_id, row)
        send_at = _next_at(row, root, days[row.shop_id])
        if send_at and root.responded_at is None:
            session.add(_reminder(row, root, send_at))
            reminders += 1
    return len(sent), reminders


def _next_at(row: ReviewRequest, root: ReviewRequest, days: Sequence[int]) -> datetime | None:
    """The next reminder's moment: so many days after the first message was sent, and as far from
    a reminder that went out late."""
    if row.step >= min(len(days), MOST_REMINDERS):
        return None
    first_at = root.sent_at or clock.now()
    apart = days[row.step] - (days[row.step - 1] if row.step else 0)
    last_at = row.sent_at or first_at
    return max(first_at + timedelta(days=days[row.step]), last_at + timedelta(days=apart))


def _reminder(row: ReviewRequest, root: ReviewRequest, send_at: datetime) -> ReviewRequest:
    return ReviewRequest(
        shop_id=root.shop_id,
        key=root.key,
        step=row.step + 1,
        parent_id=root.id,
        customer_id=root.customer_id,
        language=root.language,
        trigger=root.trigger,
        delivered_at=root.delivered_at,
        usage_days=root.usage_days,
        send_at=send_at,
    )


def _reminder_days(session: Session, shop_ids: set[UUID]) -> dict[UUID, Sequence[int]]:
    shops = session.scalars(select(Shop).where(Shop.id.in_(shop_ids)))
    return {shop.id: sorted(shop.settings.reminder_days) for shop in shops}

"""Whether anything is due and not yet done."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Order
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets.marks import SLOW


def backlog_is_empty(kit: Kit) -> bool:
    """True when planning, sending, reacting, rendering and publishing have nothing left to do.

    Figures, feed and sitemap are written once an hour: they are never waited for.
    """
    now = clock.now()
    waiting = or_(
        exists().where(OutboxEvent.state == "pending", OutboxEvent.due_at <= now),
        exists().where(Order.planning_due),
        exists().where(ReviewRequest.state == "planned", ReviewRequest.send_at <= now),
        exists().where(ReviewRequest.state == "claimed"),
        exists().where(Mail.state == "planned", Mail.send_at <= now),
        exists().where(Mail.state == "claimed"),
        exists().where(MediaAsset.state == "attached"),
        exists().where(Publication.dirty_at <= now),
        exists().where(ShopDocument.dirty_at <= now, ShopDocument.path.not_in(SLOW)),
        exists().where(Review.waiting_since.is_not(None), Review.decide_by <= now),
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        return not session.scalar(select(waiting))

"""What may need somebody on the home page, beyond cases and decisions."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from reviewapp.accounts.queries import Waiting
from reviewapp.core import clock
from reviewapp.core.i18n import zone_of
from reviewapp.models.account import Shop
from reviewapp.models.insight import Alert, Improvement
from reviewapp.models.library import RUNS_UNTIL, Export, ExportItem, TakeDown, ends_between
from reviewapp.models.question import Question
from reviewapp.models.review import Reply

ENDING = timedelta(days=7)
"""How near the end of a use is told on the home page; letters begin earlier."""


def alerts_open(session: Session, shop_id: UUID) -> Waiting:
    """Clusters nobody has taken care of: one each, however many problems are behind it."""
    row = session.execute(
        select(func.count(), func.max(Alert.last_at)).where(
            Alert.shop_id == shop_id, Alert.closed_at.is_(None)
        )
    ).one()
    return Waiting(row[0], row[1])


def replies_to_approve(session: Session, shop_id: UUID) -> Waiting:
    """Answers that wait for a second person."""
    waiting = (
        Reply.shop_id == shop_id,
        Reply.published_at.is_(None),
        Reply.withdrawn_at.is_(None),
    )
    oldest = session.execute(
        select(Reply.review_id, Reply.created_at).where(*waiting).order_by(Reply.id).limit(1)
    ).first()
    if oldest is None:
        return Waiting(0)
    count = session.scalar(select(func.count()).select_from(Reply).where(*waiting)) or 0
    return Waiting(count, oldest.created_at, oldest_id=oldest.review_id)


def questions_waiting(session: Session, shop_id: UUID) -> Waiting:
    """Questions nobody has read yet."""
    row = session.execute(
        select(func.count(), func.min(Question.submitted_at)).where(
            Question.shop_id == shop_id, Question.state == "pending"
        )
    ).one()
    return Waiting(row[0], row[1])


def take_downs_late(session: Session, shop_id: UUID) -> Waiting:
    """Content whose permission ended and whose day to come down is over (P3)."""
    row = session.execute(
        select(func.count(), func.min(TakeDown.opened_at)).where(
            TakeDown.shop_id == shop_id,
            TakeDown.done_at.is_(None),
            TakeDown.lifted_at.is_(None),
            TakeDown.due_on < clock.now().date(),
        )
    ).one()
    return Waiting(row[0], row[1])


def uses_ending(session: Session, shop_id: UUID) -> Waiting:
    """Recorded uses whose last day is near: to be prolonged, or taken down by then."""
    today = clock.now().date()
    row = session.execute(
        select(func.count(Export.id.distinct()), func.min(RUNS_UNTIL))
        .join(ExportItem, ExportItem.export_id == Export.id)
        .where(
            Export.shop_id == shop_id,
            Export.state == "made",
            ends_between(today, today + ENDING),
        )
    ).one()
    first = datetime.combine(row[1], time(23, 59), UTC) if row[1] else None
    return Waiting(row[0], until=first)


def improvements_due(session: Session, shop_id: UUID) -> Waiting:
    """Improvements whose day has come, and proposals nobody has looked at."""
    zone = zone_of(session.get_one(Shop, shop_id).time_zone)
    today = clock.now().astimezone(zone).date()
    row = session.execute(
        select(func.count(), func.min(Improvement.created_at)).where(
            Improvement.shop_id == shop_id,
            or_(
                Improvement.state == "proposed",
                (Improvement.state == "open") & (Improvement.due_on <= today),
            ),
        )
    ).one()
    return Waiting(row[0], row[1])

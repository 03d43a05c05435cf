"""What the home page tells: what waits, and the last seven days beside the weeks before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from reviewapp.core import clock
from reviewapp.models.case import Case
from reviewapp.models.catalog import Order
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review import ModerationDecision, Reply, Review
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.models.widget import Publication

WEEKS = 8
WEEK = timedelta(days=7)
SOON = timedelta(hours=4)
"""How far ahead a promise counts as about to be missed."""
LOW_RATING = 2
SHOWN = 5


@dataclass(frozen=True)
class Waiting:
    """How many there are, and the oldest's moment (since when, or until when)."""

    count: int
    at: datetime | None = None
    until: datetime | None = None
    oldest_id: UUID | None = None


@dataclass(frozen=True)
class Trend:
    """One number per seven days, oldest first; None where there was nothing to average."""

    values: Sequence[float | None]

    @property
    def now(self) -> float | None:
        """The last seven days."""
        return self.values[-1]

    @property
    def before(self) -> float | None:
        """The seven days before them."""
        return self.values[-2]


def cases_due_soon(session: Session, shop_id: UUID) -> Sequence[Case]:
    """Cases whose next promise is late or due within SOON, the oldest promise first."""
    return session.scalars(
        select(Case)
        .where(
            Case.shop_id == shop_id,
            Case.state != "solved",
            Case.promise_due_at < clock.now() + SOON,
        )
        .options(joinedload(Case.customer))
        .order_by(Case.promise_due_at, Case.id)
        .limit(SHOWN)
    ).all()


def reviews_to_decide(session: Session, shop_id: UUID) -> Waiting:
    """Undecided reviews: how many, the oldest's arrival, the first one's day of self-publishing."""
    return _waiting(
        session,
        select(func.count(), func.min(Review.submitted_at), func.min(Review.decide_by)).where(
            Review.shop_id == shop_id, Review.waiting_since.is_not(None)
        ),
    )


def low_reviews_unanswered(session: Session, shop_id: UUID) -> Waiting:
    """Published reviews of one or two stars to which the shop has not replied."""
    replied = exists().where(
        Reply.review_id == Review.id,
        Reply.published_at.is_not(None),
        Reply.withdrawn_at.is_(None),
    )
    unanswered = (
        Review.shop_id == shop_id,
        Review.state == "published",
        Review.source == "own",
        Review.rating <= LOW_RATING,
        ~replied,
    )
    oldest = session.execute(
        select(Review.id, Review.published_at)
        .where(*unanswered)
        .order_by(Review.published_at, Review.id)
        .limit(1)
    ).first()
    if oldest is None:
        return Waiting(0)
    count = session.scalar(select(func.count()).select_from(Review).where(*unanswered)) or 0
    return Waiting(count, oldest.published_at, oldest_id=oldest.id)


def messages_unknown(session: Session, shop_id: UUID) -> Waiting:
    """Requests and letters of which nobody knows whether they went out."""
    counts = [
        _waiting(
            session,
            select(func.count(), func.min(model.claimed_at)).where(
                model.shop_id == shop_id, model.state == "unknown"
            ),
        )
        for model in (ReviewRequest, Mail)
    ]
    instants = [waiting.at for waiting in counts if waiting.at]
    return Waiting(sum(waiting.count for waiting in counts), min(instants, default=None))


def events_failed(session: Session, shop_id: UUID) -> Waiting:
    """Events whose reactions gave up."""
    return _waiting(
        session,
        select(func.count(), func.min(OutboxEvent.created_at)).where(
            OutboxEvent.shop_id == shop_id, OutboxEvent.state == "failed"
        ),
    )


def trends(session: Session, shop_id: UUID) -> Mapping[str, Trend]:
    """Requests sent, responses, reviews published and hours to a first answer, per seven days."""
    one = func.count()
    hours = func.avg(func.extract("epoch", Case.first_responded_at - Case.opened_at) / 3600)
    return {
        "sent": _trend(session, ReviewRequest, ReviewRequest.sent_at, one, shop_id),
        "responses": _trend(session, ReviewRequest, ReviewRequest.responded_at, one, shop_id),
        "published": _trend(session, Review, Review.published_at, one, shop_id),
        "first_response": _trend(
            session, Case, Case.first_responded_at, hours, shop_id, empty=None
        ),
    }


def first_steps(session: Session, shop_id: UUID) -> Mapping[str, bool]:
    """Which steps of the main job this shop has behind it, in order."""

    def there(model: Any, *conditions: ColumnElement[bool]) -> bool:
        return bool(session.scalar(select(exists().where(model.shop_id == shop_id, *conditions))))

    return {
        "orders": there(Order),
        "requests": there(ReviewRequest),
        "mail": there(ReviewRequest, ReviewRequest.state == "sent"),
        "answer": there(ReviewRequest, ReviewRequest.responded_at.is_not(None))
        or there(ExperienceAnswer),
        "decide": there(ModerationDecision, ModerationDecision.actor == "member"),
        "store": there(Review, Review.state == "published")
        and there(Publication, Publication.published_at.is_not(None)),
    }


def _waiting(session: Session, counted: Select[*tuple[Any, ...]]) -> Waiting:
    return Waiting(*session.execute(counted).one())


def _trend(
    session: Session,
    model: Any,
    instant: InstrumentedAttribute[datetime | None],
    value: ColumnElement[Any],
    shop_id: UUID,
    empty: float | None = 0,
) -> Trend:
    now = clock.now()
    age = func.floor(func.extract("epoch", now - instant) / WEEK.total_seconds())
    found = session.execute(
        select(age, value)
        .select_from(model)
        .where(model.shop_id == shop_id, instant > now - WEEKS * WEEK, instant <= now)
        .group_by(age)
    )
    values: list[float | None] = [empty] * WEEKS
    for weeks_ago, number in found:
        values[WEEKS - 1 - int(weeks_ago)] = float(number)
    return Trend(values)

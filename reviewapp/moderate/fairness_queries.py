"""What became of reviews by their stars: counted over reviews that are decided (G12, G29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import Session

from reviewapp.models.review import ModerationDecision, Review
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.moderate.fairness_rules import MEASURES, STARS, Outcome
from reviewapp.moderate.undoing import taken_back

PEOPLE = ("member", "api")


@dataclass(frozen=True)
class Level:
    """One star level in a window: what became of the reviews that are decided.

    Waiting ones are left out: a count by stars would tell a moderator theirs (G12).
    """

    stars: int
    decided: int = 0
    published: int = 0
    refused: int = 0
    held: int = 0
    withdrawn: int = 0
    timed: int = 0
    """Reviews with a first publication."""
    late: int = 0
    """Of these, published later after their arrival than half of all."""
    median_hours: float | None = None
    """From arrival to the first publication; None when none was published."""
    answers: int = 0
    """Private answers of this score: pages on which the way to the review stood."""
    shown: int = 0
    """Of these, pages on record with their rendered variant (must be all)."""
    reached: int = 0
    """Of these, links through which the review form was sent at least once."""


def levels_since(session: Session, shop_id: UUID, since: datetime) -> list[Level]:
    """All five levels of the reviews that arrived, and the answers given, since an instant."""
    rows = {row.rating: row for row in session.execute(_outcomes(shop_id, since))}
    asked = {row.score: row for row in session.execute(_answers(shop_id, since))}
    return [_level(stars, rows.get(stars), asked.get(stars)) for stars in STARS]


def outcomes_of(levels: list[Level]) -> dict[str, dict[int, Outcome]]:
    """The levels as the tables that are tested, by measure."""
    read = {
        "refused": lambda level: Outcome(level.decided, level.refused),
        "held": lambda level: Outcome(level.decided, level.held),
        "late": lambda level: Outcome(level.timed, level.late),
        "reached": lambda level: Outcome(level.answers, level.reached),
    }
    return {name: {level.stars: read[name](level) for level in levels} for name in MEASURES}


def refusals_by_reason(
    session: Session, shop_id: UUID, since: datetime
) -> dict[str, dict[int, int]]:
    """Reason → stars → refusals by people, those taken back left out."""
    rows = session.execute(
        select(ModerationDecision.reason, Review.rating, func.count().label("number"))
        .join(Review, Review.id == ModerationDecision.review_id)
        .where(
            ModerationDecision.shop_id == shop_id,
            ModerationDecision.action == "refuse",
            ModerationDecision.actor.in_(PEOPLE),
            ModerationDecision.decided_at >= since,
            Review.waiting_since.is_(None),
            ~taken_back(),
        )
        .group_by(ModerationDecision.reason, Review.rating)
    )
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        found.setdefault(str(row.reason), {})[row.rating] = row.number
    return found


def _decided(action: str) -> Any:
    return (
        select(ModerationDecision.id)
        .where(
            ModerationDecision.review_id == Review.id,
            ModerationDecision.action == action,
            ModerationDecision.actor.in_(PEOPLE),
            ~taken_back(),
        )
        .exists()
    )


def _outcomes(shop_id: UUID, since: datetime) -> Select[*tuple[Any, ...]]:
    first_published_at = (
        select(func.min(ModerationDecision.decided_at))
        .where(
            ModerationDecision.review_id == Review.id,
            ModerationDecision.action.in_(("publish", "redact")),
            ~taken_back(),
        )
        .scalar_subquery()
    )
    each = (
        select(
            Review.rating,
            Review.state,
            _decided("refuse").label("refused"),
            _decided("hold").label("held"),
            (func.extract("epoch", first_published_at - Review.submitted_at) / 3600).label("hours"),
        )
        .where(Review.shop_id == shop_id, Review.submitted_at >= since)
        .where(Review.source.in_(("own", "demo")), Review.waiting_since.is_(None))
        .cte("each")
    )
    half = select(func.percentile_cont(0.5).within_group(each.c.hours)).scalar_subquery()
    return select(
        each.c.rating,
        func.count().label("decided"),
        func.count(case((each.c.state == "published", 1))).label("published"),
        func.count(case((each.c.refused, 1))).label("refused"),
        func.count(case((each.c.held, 1))).label("held"),
        func.count(case((each.c.state == "withdrawn", 1))).label("withdrawn"),
        func.count(each.c.hours).label("timed"),
        func.count(case((each.c.hours > half, 1))).label("late"),
        func.percentile_cont(0.5).within_group(each.c.hours).label("median_hours"),
    ).group_by(each.c.rating)


def _answers(shop_id: UUID, since: datetime) -> Select[*tuple[Any, ...]]:
    reviewed = select(Review.id).where(Review.request_id == ReviewRequest.id).exists()
    reached = or_(ReviewRequest.form_sent_at.is_not(None), reviewed)
    return (
        select(
            ExperienceAnswer.score,
            func.count().label("answers"),
            func.count(case((ExperienceAnswer.variant != "", 1))).label("shown"),
            func.count(case((reached, 1))).label("reached"),
        )
        .join(ReviewRequest, ReviewRequest.id == ExperienceAnswer.request_id)
        .where(
            ExperienceAnswer.shop_id == shop_id,
            ExperienceAnswer.created_at >= since,
            ExperienceAnswer.score.is_not(None),
        )
        .group_by(ExperienceAnswer.score)
    )


def _level(stars: int, row: Row[Any] | None, asked: Row[Any] | None) -> Level:
    counted: dict[str, Any] = {}
    if row is not None:
        counted = {name: value for name, value in row._mapping.items() if name != "rating"}
        hours = counted["median_hours"]
        counted["median_hours"] = None if hours is None else float(hours)
    if asked is not None:
        counted |= {name: value for name, value in asked._mapping.items() if name != "score"}
    return Level(stars=stars, **counted)

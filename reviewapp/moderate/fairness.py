"""The daily monitor of fairness per star level; its alarm is a log entry that nobody can mute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.models.review_request import ExperienceAnswer
from reviewapp.moderate.fairness_rules import STARS, Gap, Outcome, refusal_gaps
from reviewapp.moderate.rules import RULES_VERSION, WAITING

WINDOW_DAYS = 90


@dataclass(frozen=True)
class Level:
    """One star level in the window: what became of the reviews that are decided.

    Waiting ones are left out: a count by stars would tell a moderator theirs (G12).
    """

    stars: int
    decided: int
    published: int
    refused: int
    withdrawn: int
    median_hours: float | None
    """From arrival to the first publication; None when none was published."""
    answers: int
    """Private answers of this score: pages on which the way to the review stood."""
    shown: int
    """Of these, pages on record with their rendered variant (must be all)."""


@dataclass(frozen=True)
class Fairness:
    """All levels, the gaps beyond chance, and refusals by reason and stars."""

    since: datetime
    levels: list[Level]
    gaps: list[Gap]
    reasons: dict[str, dict[int, int]]

    @property
    def alarm(self) -> bool:
        """Whether something must be looked at."""
        return bool(self.gaps) or any(level.shown < level.answers for level in self.levels)


def fairness(session: Session, shop_id: UUID) -> Fairness:
    """How the shop's reviews of the last 90 days fared, by their stars."""
    since = clock.now() - timedelta(days=WINDOW_DAYS)
    rows = {row.rating: row for row in session.execute(_outcomes(shop_id, since))}
    shown = {row.score: row for row in session.execute(_links_shown(shop_id, since))}
    levels = [_level(stars, rows.get(stars), shown.get(stars)) for stars in STARS]
    outcomes = {level.stars: Outcome(level.decided, level.refused) for level in levels}
    return Fairness(since, levels, refusal_gaps(outcomes), _reasons(session, shop_id, since))


def alarms(session: Session, shop_id: UUID, most: int = 20) -> list[AuditEntry]:
    """Alarms on record, newest first."""
    found = (
        select(AuditEntry)
        .where(AuditEntry.shop_id == shop_id, AuditEntry.action == "fairness.alarm")
        .order_by(AuditEntry.number.desc())
        .limit(most)
    )
    return list(session.scalars(found))


def watch_fairness(kit: Kit) -> int:
    """The errand `fairness`: check every shop once a day and log it; how many alarms there were."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = session.scalars(select(Shop.id).order_by(Shop.id)).all()
    return sum(_watch(kit, shop_id) for shop_id in shops)


def _watch(kit: Kit, shop_id: UUID) -> int:
    subject = f"fairness:{clock.now().date().isoformat()}"
    with kit.database.transaction(shop_id) as session:
        checked = select(AuditEntry.id).where(
            AuditEntry.shop_id == shop_id, AuditEntry.subject == subject
        )
        if session.scalar(checked.limit(1)) is not None:
            return 0
        found = fairness(session, shop_id)
        record(
            session,
            shop_id=shop_id,
            actor="clock",
            action="fairness.alarm" if found.alarm else "fairness.checked",
            subject=subject,
            rules_version=RULES_VERSION,
            decided=[level.decided for level in found.levels],
            refused=[level.refused for level in found.levels],
            gaps=[{"stars": list(gap.stars), "p": f"{gap.p_value:.2e}"} for gap in found.gaps],
        )
        return int(found.alarm)


def _outcomes(shop_id: UUID, since: datetime) -> Any:
    refused = (
        select(ModerationDecision.id)
        .where(
            ModerationDecision.review_id == Review.id,
            ModerationDecision.action == "refuse",
            ModerationDecision.actor.in_(("member", "api")),
        )
        .exists()
    )
    first_published_at = (
        select(func.min(ModerationDecision.decided_at))
        .where(
            ModerationDecision.review_id == Review.id,
            ModerationDecision.action.in_(("publish", "redact")),
        )
        .scalar_subquery()
    )
    hours = func.extract("epoch", first_published_at - Review.submitted_at) / 3600
    return (
        select(
            Review.rating,
            func.count().label("decided"),
            func.count(case((Review.state == "published", 1))).label("published"),
            func.count(case((refused, 1))).label("refused"),
            func.count(case((Review.state == "withdrawn", 1))).label("withdrawn"),
            func.percentile_cont(0.5).within_group(hours).label("median_hours"),
        )
        .where(Review.shop_id == shop_id, Review.submitted_at >= since)
        .where(Review.source.in_(("own", "demo")), Review.state.not_in(WAITING))
        .group_by(Review.rating)
    )


def _links_shown(shop_id: UUID, since: datetime) -> Any:
    return (
        select(
            ExperienceAnswer.score,
            func.count().label("answers"),
            func.count(case((ExperienceAnswer.variant != "", 1))).label("shown"),
        )
        .where(
            ExperienceAnswer.shop_id == shop_id,
            ExperienceAnswer.created_at >= since,
            ExperienceAnswer.score.is_not(None),
        )
        .group_by(ExperienceAnswer.score)
    )


def _level(stars: int, row: Row[Any] | None, shown: Row[Any] | None) -> Level:
    return Level(
        stars=stars,
        decided=row.decided if row else 0,
        published=row.published if row else 0,
        refused=row.refused if row else 0,
        withdrawn=row.withdrawn if row else 0,
        median_hours=float(row.median_hours) if row and row.median_hours is not None else None,
        answers=shown.answers if shown else 0,
        shown=shown.shown if shown else 0,
    )


def _reasons(session: Session, shop_id: UUID, since: datetime) -> dict[str, dict[int, int]]:
    rows = session.execute(
        select(ModerationDecision.reason, Review.rating, func.count().label("number"))
        .join(Review, Review.id == ModerationDecision.review_id)
        .where(
            ModerationDecision.shop_id == shop_id,
            ModerationDecision.action == "refuse",
            ModerationDecision.actor.in_(("member", "api")),
            ModerationDecision.decided_at >= since,
        )
        .group_by(ModerationDecision.reason, Review.rating)
    )
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        found.setdefault(str(row.reason), {})[row.rating] = row.number
    return found

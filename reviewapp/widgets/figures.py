"""What became of all reviews of a shop, in numbers (G19)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from reviewapp.models.audit import FAIRNESS, AuditEntry
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.widgets.queries import summary_of
from reviewapp.widgets.reader import imported_from
from reviewapp.widgets.values import FairnessFigures, LogHead, Summary, Transparency


def transparency(session: Session, shop_id: UUID) -> Transparency:
    """What became of all the shop's reviews (G19)."""
    published = Review.state == "published"
    states = session.execute(
        select(
            func.count().filter(published),
            func.count().filter(published, Review.verified_buyer),
            func.count().filter(published, Review.incentivized),
            func.count().filter(Review.waiting_since.is_not(None)),
            func.count().filter(Review.state == "withdrawn"),
        ).where(Review.shop_id == shop_id)
    ).one()
    return Transparency(
        published=states[0],
        histogram=store_summary(session, shop_id).histogram,
        verified=states[1],
        incentivized=states[2],
        imported=_imported(session, shop_id),
        refused=_refused(session, shop_id),
        waiting=states[3],
        withdrawn=states[4],
        fairness=_fairness(session, shop_id),
        log=_log_head(session, shop_id),
    )


def store_summary(session: Session, shop_id: UUID) -> Summary:
    """All published reviews of the shop: the sum of its listings (G16)."""
    columns = (
        RatingSummary.ones,
        RatingSummary.twos,
        RatingSummary.threes,
        RatingSummary.fours,
        RatingSummary.fives,
    )
    sums = session.execute(
        select(*(func.coalesce(func.sum(column), 0).label(column.key) for column in columns)).where(
            RatingSummary.shop_id == shop_id
        )
    ).one()
    return summary_of(RatingSummary(**sums._mapping))


def _fairness(session: Session, shop_id: UUID) -> FairnessFigures | None:
    """The monitor's newest entry in the log, not the database's present rows (G30)."""
    entry = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.shop_id == shop_id, text(FAIRNESS))
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).first()
    if entry is None or "answers" not in entry.detail:
        return None
    told = entry.detail
    by_star = ("answers", "shown", "reached", "decided", "published", "refused", "median_hours")
    return FairnessFigures(
        checked_on=entry.created_at.date(),
        days=told["days"],
        gaps=tuple(dict.fromkeys(gap["measure"] for gap in told["gaps"])),
        **{name: tuple(told[name]) for name in by_star},
    )


def _log_head(session: Session, shop_id: UUID) -> LogHead | None:
    row = session.execute(
        select(AuditEntry.number, AuditEntry.hash)
        .where(AuditEntry.shop_id == shop_id)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).first()
    return LogHead(row.number, row.hash) if row else None


def _imported(session: Session, shop_id: UUID) -> dict[str, int]:
    rows = session.execute(
        select(Review.source, func.count())
        .where(Review.shop_id == shop_id, Review.state == "published")
        .group_by(Review.source)
    )
    return {name: number for source, number in rows if (name := imported_from(source))}


def _refused(session: Session, shop_id: UUID) -> dict[str, int]:
    """Reviews that stand refused, by the reason of their last refusal."""
    last = (
        select(ModerationDecision.review_id, ModerationDecision.reason)
        .ext(distinct_on(ModerationDecision.review_id))
        .where(ModerationDecision.shop_id == shop_id, ModerationDecision.action == "refuse")
        .order_by(ModerationDecision.review_id, ModerationDecision.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(last.c.reason, func.count().label("number"))
        .join(Review, Review.id == last.c.review_id)
        .where(Review.state == "refused")
        .group_by(last.c.reason)
    )
    return {row.reason: row.number for row in rows}

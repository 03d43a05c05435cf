"""Reports of published reviews: listed by review, decided once with a reason, answered by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.catalog import Product
from reviewapp.models.feedback import ReviewReport
from reviewapp.models.review import Review
from reviewapp.moderate.candidate import shown
from reviewapp.moderate.carrying_out import Decision, Seen
from reviewapp.moderate.rules import RULES_VERSION
from reviewapp.moderate.service import LONGEST_NOTE, By, decide
from reviewapp.outbox.mail import queue_letter

DISMISS = "dismiss"
"""The review stays as it is; what else may be done is a decision like any other (G13)."""
MOST_LISTED = 100


@dataclass(frozen=True)
class Reported:
    """A review with open reports; there is no room for stars (G12)."""

    review_id: UUID
    title: str
    excerpt: str
    product: str
    reports: int
    oldest: datetime
    reasons: Sequence[str]
    """What they were said to be, each once."""


def reported_reviews(session: Session, shop_id: UUID) -> list[Reported]:
    """Reviews with open reports, longest waiting first."""
    rows = session.execute(
        select(
            Review.id,
            Review.title,
            func.left(Review.body, 160),
            Product.title,
            func.count(),
            func.min(ReviewReport.created_at),
            func.array_agg(ReviewReport.reason.distinct()),
        )
        .join(Review, Review.id == ReviewReport.review_id)
        .join(Product, Product.id == Review.product_id)
        .where(ReviewReport.shop_id == shop_id, ReviewReport.state == "open")
        .group_by(Review.id, Product.title)
        .order_by(func.min(ReviewReport.created_at), Review.id)
        .limit(MOST_LISTED)
    )
    return [Reported(*row) for row in rows]


def reports_of(session: Session, review: Review) -> Sequence[ReviewReport]:
    """All reports of one review, open ones first."""
    return session.scalars(
        select(ReviewReport)
        .where(ReviewReport.review_id == review.id)
        .order_by(ReviewReport.state != "open", ReviewReport.created_at, ReviewReport.id)
    ).all()


def settle(session: Session, review: Review, decision: Decision, answer: str, *, by: By) -> int:
    """Decide on all open reports of `review` at once; returns how many.

    `decision.action` is `dismiss`, or refuse or redact with their reason, note and passage.
    Everyone who left an address gets `answer` by mail, once; the address is forgotten then.
    Invalid without an answer; Conflict when nothing is open any more.
    """
    if not answer.strip() or len(answer) > LONGEST_NOTE:
        raise Invalid(fields={"answer": ["Tell those who reported it what you decided and why."]})
    open_reports = session.scalars(
        select(ReviewReport)
        .where(ReviewReport.review_id == review.id, ReviewReport.state == "open")
        .with_for_update()
    ).all()
    if not open_reports:
        raise Conflict("already_decided")
    upheld = decision.action != DISMISS
    if upheld:
        decide(session, review, decision, by=by, seen=Seen.of(shown(review)))
    title = session.scalar(select(Product.title).where(Product.id == review.product_id)) or ""
    for report in open_reports:
        report.state = "upheld" if upheld else "dismissed"
        report.decided_at, report.answer = clock.now(), answer.strip()
        report.member_id = by.member_id
        _answer(session, report, title)
        record(
            session,
            shop_id=report.shop_id,
            actor=by.label,
            action=f"report.{report.state}",
            subject=f"report:{report.id}",
            review=review.id,
            reason=report.reason,
            rules_version=RULES_VERSION,
        )
    return len(open_reports)


def _answer(session: Session, report: ReviewReport, product: str) -> None:
    if not report.email:
        return
    queue_letter(
        session,
        shop_id=report.shop_id,
        letter="report_answered",
        to=report.email,
        language=report.locale,
        key=f"report_answered:{report.id}",
        params={
            "upheld": report.state == "upheld",
            "answer": report.answer,
            "products": [{"name": product, "picture_url": None}],
        },
    )
    report.email, report.answered_at = None, clock.now()

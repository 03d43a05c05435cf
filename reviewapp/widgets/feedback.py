"""What readers of a storefront send without an account: votes, reports, questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, rows_changed
from reviewapp.core.errors import NotFound
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Product
from reviewapp.models.feedback import HelpfulVote, ReviewReport
from reviewapp.models.question import Answer, Question
from reviewapp.models.review import Flag, Review
from reviewapp.outbox.messages import emit
from reviewapp.widgets.marks import mark_listing
from reviewapp.widgets.service import mark_review
from reviewapp.widgets.visitors import Visitor
from reviewapp.widgets.vote_rules import NETWORK_VOTES, added, taken

MEMORY = timedelta(days=2)
"""How long a vote is known as somebody's; the count stays."""
VOTES_WAIT = timedelta(minutes=1)
"""How long votes wait for others before a document is rewritten for them."""
REPORTED = "A reader reported this review. Look at the report before you decide."


@dataclass(frozen=True, slots=True)
class Report:
    """A reader's notice; `email` gets the answer."""

    reason: str
    note: str
    email: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A shopper's question; `email` gets the answer."""

    body: str
    author: str
    email: str | None
    locale: str


def vote(session: Session, kind: str, subject_id: UUID, visitor: Visitor, *, helpful: bool) -> int:
    """Count one reader's vote once, or take it back; returns how many found it helpful.

    `kind` is of VOTED_ON. From one address range NETWORK_VOTES count; more change nothing.
    NotFound where nothing of this kind is shown under this id.
    """
    subject = session.scalars(_SHOWN[kind](subject_id)).first()
    if subject is None:
        raise NotFound()
    change = _cast if helpful else _withdraw
    step = change(session, kind, subject, visitor)
    if step:
        _count(session, subject, *step)
    return subject.helpful_count if isinstance(subject, Review) else subject.votes


def report(session: Session, review_id: UUID, visitor: Visitor, told: Report) -> bool:
    """Keep a reader's notice and flag the review for a person; False: the reader told us before.

    Nothing changes for the review by itself, however many report it. NotFound where it is not
    shown.
    """
    review = session.scalars(_shown_review(review_id)).first()
    if review is None:
        raise NotFound()
    report_id = _keep_report(session, review, visitor, told)
    if report_id is None:
        return False
    flag = Flag(
        shop_id=review.shop_id,
        review_id=review.id,
        version=review.version,
        kind="report",
        explanation=REPORTED,
    )
    session.add(flag)
    emit(
        session,
        "review.reported",
        shop_id=review.shop_id,
        review_id=review.id,
        report_id=report_id,
    )
    return True


def _keep_report(session: Session, review: Review, visitor: Visitor, told: Report) -> UUID | None:
    new = (
        insert(ReviewReport)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=review.shop_id,
            review_id=review.id,
            reason=told.reason,
            note=told.note,
            email=told.email,
            locale=told.locale,
            visitor=visitor.reader,
        )
        .on_conflict_do_nothing()
        .returning(ReviewReport.id)
    )
    return session.scalar(new)


def ask(session: Session, product: Product, asked: Asked) -> Question:
    """Keep a question until somebody of the shop has read it."""
    question = Question(
        shop_id=product.shop_id,
        product_id=product.id,
        body=asked.body,
        author_name=asked.author,
        author_email=asked.email,
        locale=asked.locale,
    )
    session.add(question)
    session.flush()
    emit(
        session,
        "question.asked",
        shop_id=product.shop_id,
        question_id=question.id,
        product_id=product.id,
    )
    return question


def forget_votes(kit: Kit) -> int:
    """Forget who voted; the counts stay. Returns how many votes were forgotten."""
    old = delete(HelpfulVote).where(HelpfulVote.voted_at < clock.now() - MEMORY)
    with kit.database.transaction(EVERY_SHOP) as session:
        return rows_changed(session, old)


def _cast(
    session: Session, kind: str, subject: Any, visitor: Visitor
) -> tuple[int, datetime] | None:
    from_range = select(func.count()).where(
        HelpfulVote.subject_id == subject.id, HelpfulVote.network == visitor.network
    )
    if (session.scalar(from_range) or 0) >= NETWORK_VOTES:
        return None
    now = clock.now()
    new = (
        insert(HelpfulVote)
        .values(
            subject_id=subject.id,
            visitor=visitor.reader,
            shop_id=subject.shop_id,
            kind=kind,
            network=visitor.network,
            voted_at=now,
        )
        .on_conflict_do_nothing()
        .returning(HelpfulVote.voted_at)
    )
    return (1, now) if session.scalar(new) else None


def _withdraw(
    session: Session, kind: str, subject: Any, visitor: Visitor
) -> tuple[int, datetime] | None:
    gone = (
        delete(HelpfulVote)
        .where(HelpfulVote.subject_id == subject.id, HelpfulVote.visitor == visitor.reader)
        .returning(HelpfulVote.voted_at)
    )
    voted_at = session.scalar(gone)
    return (-1, voted_at) if voted_at else None


def _count(session: Session, subject: Any, step: int, voted_at: datetime) -> None:
    later = clock.now() + VOTES_WAIT
    if isinstance(subject, Review):
        left = subject.helpful_count = max(0, subject.helpful_count + step)
        weight = subject.helpful_weight
        subject.helpful_weight = (
            added(weight, voted_at) if step > 0 else taken(weight, voted_at, left)
        )
        session.flush()
        mark_review(session, subject, at=later)
        return
    subject.votes = max(0, subject.votes + step)
    session.flush()
    question_id = subject.id if isinstance(subject, Question) else subject.question_id
    listing = (
        select(func.coalesce(Product.listing_id, Product.id))
        .join(Question, Question.product_id == Product.id)
        .where(Question.id == question_id)
    )
    mark_listing(session, session.scalars(listing).one(), [], at=later, questions=True)


def _shown_review(review_id: UUID) -> Select[Review]:
    return select(Review).where(Review.id == review_id, Review.state == "published")


def _shown_question(question_id: UUID) -> Select[Question]:
    return select(Question).where(Question.id == question_id, Question.state == "published")


def _shown_answer(answer_id: UUID) -> Select[Answer]:
    return (
        select(Answer)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.id == answer_id, Answer.state == "published", Question.state == "published")
    )


_SHOWN: dict[str, Callable[[UUID], Select[Any]]] = {
    "review": lambda review_id: _shown_review(review_id).with_for_update(),
    "question": lambda question_id: _shown_question(question_id).with_for_update(),
    "answer": lambda answer_id: _shown_answer(answer_id).with_for_update(of=Answer),
}
"""The row is held while it is voted on, so that no vote is counted twice or lost."""

"""Noting what a problem is about: theme, product, batch and route, once each; no words are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.insights.alerts import close_empty, raise_alert
from reviewapp.insights.proposing import propose
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import OrderLine
from reviewapp.models.insight import AlertItem, Mention
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.themes.rules import batch_of, find_themes

LOW_RATING = 2
UNTELLING_ROUTES = ("other", "question")


@dataclass(frozen=True)
class Subject:
    """What brought it up: a review, case or question of a shop, with its product where known."""

    shop_id: UUID
    kind: str
    id: UUID
    product_id: UUID | None
    at: datetime


def note_review(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.published: a low one is a problem; its stars are read after the decision."""
    review = session.get(Review, UUID(event.payload["review_id"]))
    if review is None or review.state != "published" or review.rating > LOW_RATING:
        return
    if review.source != "own":
        return
    at = review.published_at or review.submitted_at
    _forget(session, select(Case.id).where(Case.request_id == review.request_id))
    subject = Subject(review.shop_id, "review", review.id, review.product_id, at)
    _note(session, subject, f"{review.title}\n{review.body}")


def note_case(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.opened: what the customer asked.

    A case about a purchase whose low review is public was counted with it: one problem, once.
    """
    case = session.get(Case, UUID(event.payload["case_id"]))
    if case is None or case.review_id is not None or _counted_as_review(session, case):
        return
    words = session.scalars(
        select(CaseMessage.body)
        .where(CaseMessage.case_id == case.id, CaseMessage.direction == "in")
        .order_by(CaseMessage.id)
    ).all()
    products = session.scalars(
        select(OrderLine.product_id).where(OrderLine.order_id == case.order_id).distinct().limit(2)
    ).all()
    kind = "question" if case.route == "question" else "case"
    product_id = products[0] if len(products) == 1 else None
    subject = Subject(case.shop_id, kind, case.id, product_id, case.opened_at)
    route = [] if case.route in UNTELLING_ROUTES else [("route", case.route)]
    _note(session, subject, "\n".join(words), route)


def note_question(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After question.asked: a question asked again and again is answered on the page."""
    question = session.get(Question, UUID(event.payload["question_id"]))
    if question is not None:
        at = question.submitted_at
        subject = Subject(question.shop_id, "question", question.id, question.product_id, at)
        _note(session, subject, question.body)


def forget_review(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.refused or review.withdrawn: what is not public is no public problem."""
    _forget(session, select(Review.id).where(Review.id == UUID(event.payload["review_id"])))
    close_empty(session, event.shop_id)


def _counted_as_review(session: Session, case: Case) -> bool:
    counted = exists().where(
        Mention.subject == "review",
        Mention.subject_id == Review.id,
        Review.request_id == case.request_id,
    )
    return bool(session.scalar(select(counted)))


def _forget(session: Session, ids: Select[UUID]) -> None:
    session.execute(delete(Mention).where(Mention.subject_id.in_(ids)))
    session.execute(delete(AlertItem).where(AlertItem.subject_id.in_(ids)))


def _note(
    session: Session, subject: Subject, words: str, more: Iterable[tuple[str, str]] = ()
) -> None:
    keys = [*more, *(("theme", found.theme) for found in find_themes(words))]
    if subject.product_id is not None:
        keys.append(("product", str(subject.product_id)))
    if batch := batch_of(words):
        keys.append(("batch", f"{subject.product_id or ''}:{batch}"))
    if not keys:
        return
    rows = [
        {
            "id": new_id(),
            "created_at": subject.at,
            "shop_id": subject.shop_id,
            "axis": axis,
            "key": key,
            "subject": subject.kind,
            "subject_id": subject.id,
            "product_id": subject.product_id,
            "mentioned_at": subject.at,
        }
        for axis, key in keys
    ]
    session.execute(insert(Mention).values(rows).on_conflict_do_nothing())
    if subject.kind != "question":
        raise_alert(session, subject.shop_id, subject.kind, subject.id)
    for axis, key in keys:
        if axis == "theme":
            propose(session, subject.shop_id, key, subject.product_id)

"""The published questions of a listing, cut into documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.core.i18n import Translator, zone_of
from reviewapp.models.catalog import Product
from reviewapp.models.question import Answer, Question
from reviewapp.widgets.rules import QUESTIONS
from reviewapp.widgets.values import QuestionsView, ShownAnswer, ShownQuestion


def questions_views(
    session: Session, listing_id: UUID, time_zone: str, words: Translator
) -> tuple[QuestionsView, ...]:
    """The newest questions, then the full documents of older ones, from the highest number down.

    The first holds 20 to 39 questions where there are so many: a new one rewrites it alone, and
    no question stands in two documents.
    """
    rows = _questions(session, listing_id)
    answers = _answers(session, [row.id for row in rows], zone_of(time_zone), words)
    shown = [_shown(row, answers[row.id], zone_of(time_zone), words) for row in rows]
    full = max(0, (len(shown) - QUESTIONS) // QUESTIONS)
    kept = len(shown) - full * QUESTIONS
    first = QuestionsView(None, len(shown), tuple(shown[:kept]), full - 1 if full else None)
    older = [
        QuestionsView(
            number,
            len(shown),
            tuple(shown[len(shown) - (number + 1) * QUESTIONS : len(shown) - number * QUESTIONS]),
            number - 1 if number else None,
            number + 1 if number < full - 1 else None,
        )
        for number in reversed(range(full))
    ]
    return (first, *older)


def _questions(session: Session, listing_id: UUID) -> Sequence[Question]:
    return session.scalars(
        select(Question)
        .join(Product, Product.id == Question.product_id)
        .where(
            func.coalesce(Product.listing_id, Product.id) == listing_id,
            Question.state == "published",
        )
        .order_by(Question.published_at.desc(), Question.id.desc())
    ).all()


def _answers(
    session: Session, question_ids: Sequence[UUID], zone: tzinfo, words: Translator
) -> defaultdict[UUID, list[ShownAnswer]]:
    found: defaultdict[UUID, list[ShownAnswer]] = defaultdict(list)
    rows = session.scalars(
        select(Answer)
        .where(Answer.question_id.in_(question_ids), Answer.state == "published")
        .order_by((Answer.by == "shop").desc(), Answer.votes.desc(), Answer.id)
    )
    for row in rows:
        found[row.question_id].append(
            ShownAnswer(
                id=str(row.id),
                body=row.body,
                author=row.author_name.strip() or words.gettext("Anonymous"),
                by=row.by,
                answered_on=(row.published_at or row.created_at).astimezone(zone).date(),
                votes=row.votes,
            )
        )
    return found


def _shown(
    row: Question, answers: Sequence[ShownAnswer], zone: tzinfo, words: Translator
) -> ShownQuestion:
    return ShownQuestion(
        id=str(row.id),
        body=row.body,
        author=row.author_name.strip() or words.gettext("Anonymous"),
        asked_on=row.submitted_at.astimezone(zone).date(),
        votes=row.votes,
        answers=tuple(answers),
    )

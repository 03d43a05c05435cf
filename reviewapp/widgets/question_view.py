"""The published questions of a listing, cut into documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from reviewapp.core.i18n import Translator, zone_of
from reviewapp.core.reading import Reading
from reviewapp.models.catalog import Product
from reviewapp.models.question import Answer, Question
from reviewapp.widgets.rules import QUESTIONS
from reviewapp.widgets.values import QuestionsView, ShownAnswer, ShownQuestion


def questions_views(
    reading: Reading, listing_id: UUID, time_zone: str, words: Translator
) -> tuple[QuestionsView, ...]:
    """The newest questions, then the full documents of older ones, from the highest number down.

    The first holds 20 to 39 questions where there are so many: a new one rewrites it alone, and
    no question stands in two documents.
    """
    rows = reading.execute(_QUESTIONS, {"listing_id": listing_id}).all()
    answers = _answers(reading, [row.id for row in rows], zone_of(time_zone), words)
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


_QUESTIONS = (
    select(Question.id, Question.body, Question.author_name, Question.submitted_at, Question.votes)
    .join(Product, Product.id == Question.product_id)
    .where(
        func.coalesce(Product.listing_id, Product.id) == bindparam("listing_id"),
        Question.state == "published",
    )
    .order_by(Question.published_at.desc(), Question.id.desc())
)
_ANSWERS = (
    select(
        Answer.id,
        Answer.question_id,
        Answer.body,
        Answer.author_name,
        Answer.by,
        func.coalesce(Answer.published_at, Answer.created_at).label("answered_at"),
        Answer.votes,
    )
    .where(
        Answer.question_id == any_(bindparam("question_ids", type_=ARRAY(Uuid))),
        Answer.state == "published",
    )
    .order_by((Answer.by == "shop").desc(), Answer.votes.desc(), Answer.id)
)


def _answers(
    reading: Reading, question_ids: Sequence[UUID], zone: tzinfo, words: Translator
) -> defaultdict[UUID, list[ShownAnswer]]:
    found: defaultdict[UUID, list[ShownAnswer]] = defaultdict(list)
    if not question_ids:
        return found
    rows = reading.execute(_ANSWERS, {"question_ids": list(question_ids)}).all()
    for row in rows:
        found[row.question_id].append(
            ShownAnswer(
                id=str(row.id),
                body=row.body,
                author=row.author_name.strip() or words.gettext("Anonymous"),
                by=row.by,
                answered_on=row.answered_at.astimezone(zone).date(),
                votes=row.votes,
            )
        )
    return found


def _shown(
    row: Any, answers: Sequence[ShownAnswer], zone: tzinfo, words: Translator
) -> ShownQuestion:
    return ShownQuestion(
        id=str(row.id),
        body=row.body,
        author=row.author_name.strip() or words.gettext("Anonymous"),
        asked_on=row.submitted_at.astimezone(zone).date(),
        votes=row.votes,
        answers=tuple(answers),
    )

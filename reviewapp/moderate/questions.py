"""Shoppers' questions: shown, refused for a listed reason, taken back; answered by the shop."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.models.account import Shop
from reviewapp.models.question import Answer, Question
from reviewapp.moderate.replies import own_domains
from reviewapp.moderate.reply_rules import Objection, ReplyFacts, check_answer
from reviewapp.moderate.rules import REFUSE_REASONS
from reviewapp.moderate.service import LONGEST_NOTE, By
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.messages import emit

QUESTION_REASONS = tuple(one for one in REFUSE_REASONS if one not in ("clearly_false",))
"""A question claims nothing; all else that a review is refused for, a question is too (G13)."""
MOST_IN_FAQ = 50


def the_question(
    session: Session, shop_id: UUID, question_id: UUID, *, lock: bool = False
) -> Question:
    """One of this shop's with product and answers; NotFound for another's."""
    wanted = (
        select(Question)
        .where(Question.shop_id == shop_id, Question.id == question_id)
        .options(joinedload(Question.product), selectinload(Question.answers))
        .execution_options(populate_existing=True)
    )
    found = session.scalar(wanted.with_for_update(of=Question) if lock else wanted)
    if found is None:
        raise NotFound
    return found


def publish_question(session: Session, question: Question, *, by: By) -> None:
    """Show it; a published one stays as it is."""
    if question.state == "published":
        return
    question.state, question.decided_by = "published", by.member_id
    question.refused_reason, question.note = None, ""
    question.published_at = question.published_at or clock.now()
    emit(
        session,
        "question.published",
        shop_id=question.shop_id,
        question_id=question.id,
        product_id=question.product_id,
    )
    _log(session, question, by, "question.published")


def refuse_question(
    session: Session, question: Question, reason: str, note: str, *, by: By
) -> None:
    """Not shown, for one of the listed reasons and a note; a shown one is taken back with it."""
    wrong: dict[str, list[str]] = {}
    if reason not in QUESTION_REASONS:
        wrong["reason"] = ["Choose one of the listed reasons."]
    if not note.strip() or len(note) > LONGEST_NOTE:
        wrong["note"] = ["Say in a sentence why."]
    if wrong:
        raise Invalid(fields=wrong)
    shown = question.state == "published"
    question.state, question.decided_by = "refused", by.member_id
    question.refused_reason, question.note = reason, note.strip()
    _hide(session, question, by, "question.refused", shown)


def withdraw_question(session: Session, question: Question, *, by: By) -> None:
    """Take a shown question back, with its answers; they stay on record."""
    if question.state == "published":
        question.state, question.decided_by = "withdrawn", by.member_id
        _hide(session, question, by, "question.withdrawn", shown=True)


def answer_question(
    session: Session, shop: Shop, question: Question, body: str, *, by: By
) -> tuple[Answer, bool]:
    """Publish the shop's answer, the question with it where it waited; True: the asker is told.

    An earlier answer of the shop is withdrawn and kept. The asker gets one letter, at the first
    answer, and the address is forgotten. Invalid when a check stops it; Conflict for a refused
    or withdrawn question.
    """
    if question.state in ("refused", "withdrawn"):
        raise Conflict
    found = [one for one in answer_objections(shop, question, body) if one.stops]
    if found:
        told = [one.text + (f" (“{one.passage}”)" if one.passage else "") for one in found]
        raise Invalid(fields={"body": told})
    publish_question(session, question, by=by)
    withdraw_answer(session, question, by=by)
    answer = Answer(
        shop_id=shop.id,
        question_id=question.id,
        body=body.strip(),
        by="shop",
        author_name=shop.name,
        member_id=by.member_id,
        state="published",
        published_at=clock.now(),
    )
    session.add(answer)
    session.flush()
    _tell_answer(session, question, answer, by, "answer.published")
    return answer, _tell_asker(session, shop, question, answer)


def withdraw_answer(session: Session, question: Question, *, by: By) -> None:
    """Take the shop's standing answer back; nothing happens when there is none."""
    for answer in question.answers:
        if answer.by == "shop" and answer.state == "published":
            answer.state, answer.withdrawn_at = "withdrawn", clock.now()
            session.flush()
            _tell_answer(session, question, answer, by, "answer.withdrawn")


def decide_answer(
    session: Session, question: Question, answer_id: UUID, action: str, *, by: By
) -> None:
    """Show or refuse a buyer's answer. NotFound where it is none of this question's."""
    answer = next((one for one in question.answers if one.id == answer_id), None)
    if answer is None or answer.by != "buyer" or action not in ("publish", "refuse"):
        raise NotFound
    shown = answer.state == "published"
    if action == "publish" and not shown:
        answer.state, answer.published_at = "published", answer.published_at or clock.now()
        _tell_answer(session, question, answer, by, "answer.published")
    elif action == "refuse" and answer.state != "refused":
        answer.state = "refused"
        if shown:
            _tell_answer(session, question, answer, by, "answer.withdrawn")


def answer_objections(shop: Shop, question: Question, body: str) -> list[Objection]:
    """What the checks say about an answer; the same words are stopped as in answers to reviews."""
    return check_answer(
        body,
        ReplyFacts(
            title="",
            body=question.body,
            product=question.product.title,
            display_name=question.author_name,
            own_domains=own_domains(shop),
            own_address=shop.postal_address,
            locale=question.locale,
        ),
    )


def put_in_faq(session: Session, question: Question, *, by: By) -> None:
    """Put a shown and answered question at the end of the FAQ page. Invalid for any other."""
    answered = any(one.by == "shop" and one.state == "published" for one in question.answers)
    if question.state != "published" or not answered:
        raise Invalid(fields={"faq": ["Only what is shown and answered by you."]})
    if question.faq_position is None:
        number, last = session.execute(
            select(func.count(), func.max(Question.faq_position)).where(
                Question.shop_id == question.shop_id, Question.faq_position.is_not(None)
            )
        ).one()
        if number >= MOST_IN_FAQ:
            raise Invalid(fields={"faq": [f"At most {MOST_IN_FAQ} questions."]})
        question.faq_position = 0 if last is None else last + 1
        _faq_changed(session, question, by)


def take_from_faq(session: Session, question: Question, *, by: By) -> None:
    """Off the FAQ page; it stays with its product."""
    if question.faq_position is not None:
        question.faq_position = None
        _faq_changed(session, question, by)


def move_in_faq(session: Session, question: Question, *, up: bool, by: By) -> None:
    """One place up or down; at the end nothing happens."""
    rows = session.scalars(
        select(Question)
        .where(Question.shop_id == question.shop_id, Question.faq_position.is_not(None))
        .order_by(Question.faq_position, Question.id)
        .with_for_update()
    ).all()
    order = [row.id for row in rows]
    if question.id not in order:
        raise NotFound
    place = order.index(question.id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        order[place], order[other] = order[other], order[place]
        for row in rows:
            row.faq_position = order.index(row.id)
        _faq_changed(session, question, by)


def _hide(session: Session, question: Question, by: By, action: str, shown: bool) -> None:
    question.faq_position = None
    question.author_email = None  # there will be no answer to write about
    if shown:
        emit(
            session,
            "question.withdrawn",
            shop_id=question.shop_id,
            question_id=question.id,
            product_id=question.product_id,
        )
    _log(session, question, by, action)


def _faq_changed(session: Session, question: Question, by: By) -> None:
    emit(session, "faq.changed", shop_id=question.shop_id, question_id=question.id)
    _log(session, question, by, "faq.changed")


def _tell_answer(session: Session, question: Question, answer: Answer, by: By, event: str) -> None:
    told = {"question_id": question.id, "answer_id": answer.id, "product_id": question.product_id}
    if event == "answer.published":
        emit(session, "answer.published", shop_id=question.shop_id, **told)
    else:
        emit(session, "answer.withdrawn", shop_id=question.shop_id, **told)
    _log(session, question, by, event, answer=answer.id)


def _tell_asker(session: Session, shop: Shop, question: Question, answer: Answer) -> bool:
    if not question.author_email:
        return False
    product = question.product
    queued = queue_letter(
        session,
        shop_id=shop.id,
        letter="question_answered",
        to=(question.author_name or None, question.author_email),
        language=question.locale,
        key=f"question_answered:{question.id}",
        params={
            "question": question.body,
            "answer": answer.body,
            "product_url": product.url,
            "products": [{"name": product.title, "picture_url": product.image_url}],
        },
    )
    question.author_email = None  # left for this one letter
    return queued is not None


def _log(session: Session, question: Question, by: By, action: str, **more: object) -> None:
    record(
        session,
        shop_id=question.shop_id,
        actor=by.label,
        action=action,
        subject=f"question:{question.id}",
        reason=question.refused_reason,
        **more,
    )

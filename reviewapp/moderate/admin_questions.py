"""The admin's door for shoppers' questions: list, one question, its answer, the FAQ page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.question import QUESTION_STATES, Question
from reviewapp.moderate import queries, questions, texts
from reviewapp.moderate.passages import marked
from reviewapp.moderate.reply_rules import Objection
from reviewapp.moderate.review_page import as_json
from reviewapp.moderate.service import By
from reviewapp.moderate.signals import Span
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session
from reviewapp.web.typed import line, text

blueprint = Blueprint("questions", __name__, url_prefix="/admin/questions")
gate_members(blueprint)

Page = Response | tuple[str, int]


@blueprint.get("", strict_slashes=False)
@require("review.read")
def index() -> str:
    """Questions: those that wait come first, the oldest of them on top."""
    shop_id = actor().shop.id
    state = chosen("state", (*QUESTION_STATES, "all")) or "pending"
    return render_template(
        "moderate/admin_questions.html",
        page=listing(
            _found(shop_id, state, words()),
            (Question.submitted_at, Question.id),
            newest_first=state != "pending",
        ),
        counts=_counts(shop_id),
        state=state,
        states=QUESTION_STATES,
        words=words(),
        texts=texts,
    )


@blueprint.get("/faq")
@require("review.read")
def faq() -> str:
    """The questions on the FAQ page, in their order."""
    shop = actor().shop
    rows = session().scalars(
        select(Question)
        .where(Question.shop_id == shop.id, Question.faq_position.is_not(None))
        .options(joinedload(Question.product), selectinload(Question.answers))
        .order_by(Question.faq_position, Question.id)
    )
    address = f"{kit().settings.public_url}/p/v1/{shop.widget_key}/faq.html"
    return render_template("moderate/admin_faq.html", rows=rows.all(), address=address)


@blueprint.get("/<uuid:question_id>")
@require("review.read")
def one(question_id: UUID) -> str:
    """One question with its answers."""
    return _page(questions.the_question(session(), actor().shop.id, question_id))


@blueprint.post("/<uuid:question_id>/answer")
@require("review.reply")
def answer(question_id: UUID) -> Page:
    """Publish the answer; what stops it, or is not confirmed, shows the form again."""
    question = _held(question_id)
    body = _body()
    found = questions.answer_objections(actor().shop, question, body)
    try:
        if any(not one.stops for one in found) and not request.form.get("confirmed"):
            raise Invalid(fields={"confirmed": [_("Look at the remarks, then confirm.")]})
        told = questions.answer_question(session(), actor().shop, question, body, by=_by())[1]
    except Invalid as error:
        return _page(question, body=body, remarks=found, wrong=error.fields), error.status
    except Conflict as error:
        return _page(question, body=body, notice=_("This question is not shown.")), error.status
    say("good", _("Answered. A mail goes to who asked.") if told else _("Answered."))
    return _back(question_id)


@blueprint.post("/<uuid:question_id>/answer/check")
@require("review.reply")
def check(question_id: UUID) -> Response:
    """What the checks say about the words as they are typed; nothing is kept."""
    question = questions.the_question(session(), actor().shop.id, question_id)
    found = questions.answer_objections(actor().shop, question, _body())
    return jsonify(remarks=as_json(found))


@blueprint.post("/<uuid:question_id>/decision")
@require("review.reply")
def decide(question_id: UUID) -> Page:
    """Publish, refuse or take back; also the FAQ page and the answers of buyers."""
    question, action = _held(question_id), line("action")
    try:
        _act(question, action)
    except Invalid as error:
        wrong, doing = error.fields, "refuse" if action == "refuse" else ""
        return _page(question, wrong=wrong, doing=doing), error.status
    say("good", _done(action))
    if request.form.get("from") == "faq":
        return redirect(url_for("questions.faq"))
    return _back(question_id)


def _act(question: Question, action: str) -> None:
    db, by = session(), _by()
    actions = {
        "publish": lambda: questions.publish_question(db, question, by=by),
        "refuse": lambda: questions.refuse_question(
            db, question, line("reason"), text("note"), by=by
        ),
        "withdraw": lambda: questions.withdraw_question(db, question, by=by),
        "withdraw_answer": lambda: questions.withdraw_answer(db, question, by=by),
        "faq": lambda: questions.put_in_faq(db, question, by=by),
        "not_faq": lambda: questions.take_from_faq(db, question, by=by),
        "up": lambda: questions.move_in_faq(db, question, up=True, by=by),
        "down": lambda: questions.move_in_faq(db, question, up=False, by=by),
        "publish_answer": lambda: questions.decide_answer(
            db, question, _answer_id(), "publish", by=by
        ),
        "refuse_answer": lambda: questions.decide_answer(
            db, question, _answer_id(), "refuse", by=by
        ),
    }
    if action not in actions:
        raise Invalid(fields={"action": [_("Nothing that can be done.")]})
    actions[action]()


def _done(action: str) -> str:
    return {
        "publish": _("The question is shown."),
        "refuse": _("The question is not shown."),
        "withdraw": _("The question is taken back."),
        "withdraw_answer": _("The answer is taken back."),
        "faq": _("It stands on the FAQ page."),
        "not_faq": _("It is off the FAQ page."),
    }.get(action, _("Done."))


def _page(
    question: Question,
    *,
    body: str | None = None,
    remarks: list[Objection] | None = None,
    wrong: dict[str, list[str]] | None = None,
    doing: str = "",
    notice: str = "",
) -> str:
    wrong, remarks = wrong or {}, remarks or []
    standing = next(
        (one for one in question.answers if one.by == "shop" and one.state == "published"), None
    )
    typed = body if body is not None else (standing.body if standing else "")
    marks = [(Span(one.start, one.end), one.code) for one in remarks if one.end > one.start]
    return render_template(
        "moderate/admin_question.html",
        question=question,
        standing=standing,
        typed=typed,
        remarks=remarks,
        pieces_of_answer=marked(typed, marks) if body is not None else [],
        people={member.id: member.name for member in queries.team(session(), question.shop_id)},
        reasons=questions.QUESTION_REASONS,
        doing=doing or chosen("do", ("refuse",)),
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(one)) for name, told in wrong.items() for one in told],
        notice=notice,
        texts=texts,
    )


def _found(shop_id: UUID, state: str, typed: str) -> Select[Question]:
    found = (
        select(Question)
        .where(Question.shop_id == shop_id)
        .options(joinedload(Question.product), selectinload(Question.answers))
    )
    if state != "all":
        found = found.where(Question.state == state)
    for word in typed.split()[:10]:
        found = found.where(
            or_(
                Question.body.icontains(word, autoescape=True),
                Question.author_name.icontains(word, autoescape=True),
            )
        )
    return found


def _counts(shop_id: UUID) -> dict[str, int]:
    rows = session().execute(
        select(Question.state, func.count())
        .where(Question.shop_id == shop_id)
        .group_by(Question.state)
    )
    return {row[0]: row[1] for row in rows}


def _held(question_id: UUID) -> Question:
    return questions.the_question(session(), actor().shop.id, question_id, lock=True)


def _answer_id() -> UUID:
    try:
        return UUID(line("answer_id"))
    except ValueError as error:
        raise Invalid(fields={"action": [_("Nothing that can be done.")]}) from error


def _body() -> str:
    """As it was sent, so that places in it are those the page shows."""
    return request.form.get("body", "").replace("\x00", "").replace("\r\n", "\n")


def _by() -> By:
    return By("member", actor().label, actor().id)


def _back(question_id: UUID) -> Response:
    return redirect(url_for("questions.one", question_id=question_id))

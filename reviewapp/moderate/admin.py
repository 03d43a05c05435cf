"""The moderator's door: the queue, one review without its stars, the decision, what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.review import Review
from reviewapp.moderate import queries, texts
from reviewapp.moderate.blind import blind, question_labels
from reviewapp.moderate.rules import WAITING, decision_options
from reviewapp.moderate.schemas import decision_of
from reviewapp.moderate.service import By, Seen, decide
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session

blueprint = Blueprint("queue", __name__, url_prefix="/admin/queue")
gate_members(blueprint)

FORMS = ("refuse", "redact", "hold")
"""Actions that ask for more than a press of a button."""


@blueprint.get("", strict_slashes=False)
@require("review.decide")
def index() -> str:
    """The oldest waiting review, or the news that nothing waits."""
    waiting = queries.review_queue(session(), actor().shop.id)
    if not waiting:
        return render_template("moderate/admin_queue_empty.html")
    return _queue_page(_review(waiting[0].id), chosen=False)


@blueprint.get("/<uuid:review_id>")
@require("review.decide")
def one(review_id: UUID) -> str | Response:
    """A waiting review beside the list and its evidence; a decided one shows its outcome."""
    review = _review(review_id)
    if review.state not in WAITING:
        return redirect(url_for("queue.decided", review_id=review_id))
    asked = request.args.get("do", "")
    allowed = decision_options(review.state).reasons
    return _queue_page(review, doing=asked if asked in FORMS and asked in allowed else "")


@blueprint.post("/<uuid:review_id>/decision")
@require("review.decide")
def decision(review_id: UUID) -> Response | tuple[str, int]:
    """Decide on what was seen; errors keep what was typed, a late decision is told kindly."""
    review = _review(review_id)
    action = request.form.get("action", "")
    try:
        decide(session(), review, asked_for(review, action), by=_by(), seen=_seen())
    except Invalid as error:
        doing = action if action in FORMS else ""
        return _queue_page(review, doing=doing, wrong=error.fields), error.status
    except Conflict as error:
        return _too_late(review_id, error), error.status
    return redirect(url_for("queue.decided", review_id=review_id))


@blueprint.get("/<uuid:review_id>/decided")
@require("review.decide")
def decided(review_id: UUID) -> str | Response:
    """What came of it: now the stars show, and the next review is one key away."""
    review = _review(review_id)
    if review.state in WAITING and not (review.state == "held" and review.decisions):
        return redirect(url_for("queue.one", review_id=review_id))
    return _decided_page(review)


def asked_for(review: Review, action: str) -> Any:
    """The decision in the form; also used by the review's own page."""
    typed = request.form.get("passage", "")
    days = request.form.get("hold_days", "")
    return decision_of(
        review,
        action=action,
        reason=request.form.get("reason"),
        note=request.form.get("note", "").replace("\x00", ""),
        typed=typed.splitlines() if action == "redact" else [" ".join(typed.split())],
        marks=request.form.getlist("mark"),
        hold_days=int(days) if days.isdecimal() and len(days) < 4 else None,
    )


def _by() -> By:
    return By("member", actor().label, actor().id)


def _seen() -> Seen:
    state, version = request.form.get("state", ""), request.form.get("version", "")
    if state not in WAITING or not version.isdecimal() or len(version) > 6:
        raise Conflict
    return Seen(state, int(version))


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)


def _queue_page(
    review: Review,
    *,
    doing: str = "",
    wrong: dict[str, list[str]] | None = None,
    notice: str = "",
    chosen: bool = True,
) -> str:
    """The page of a waiting review; it is handed a view that has no stars (G12)."""
    shop = actor().shop
    wrong = wrong or {}
    return render_template(
        "moderate/admin_queue.html",
        item=blind(review, question_labels(shop.settings.questions_by_product_type)),
        waiting=queries.review_queue(session(), shop.id, around=review.id if chosen else None),
        length=queries.queue_length(session(), shop.id),
        next_id=queries.next_in_queue(session(), review),
        evidence=queries.evidence(session(), review),
        decisions=review.decisions,
        options=decision_options(review.state).reasons,
        doing=doing,
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        notice=notice,
        chosen=chosen,
        texts=texts,
    )


def _too_late(review_id: UUID, error: Conflict) -> str:
    """Somebody else, or the author, was first: show how it stands, nothing is decided twice."""
    review = _review(review_id)
    if review.state in WAITING:
        return _queue_page(
            review,
            notice=_("The author changed the text while you were reading. This is the new one."),
        )
    return _decided_page(review, late=True)


def _decided_page(review: Review, *, late: bool = False) -> str:
    shop = actor().shop
    return render_template(
        "moderate/admin_decided.html",
        review=review,
        last=max(review.decisions, key=lambda row: row.decided_at, default=None),
        evidence=queries.evidence(session(), review),
        late=late,
        next_id=queries.next_in_queue(session(), review),
        length=queries.queue_length(session(), shop.id),
        texts=texts,
    )

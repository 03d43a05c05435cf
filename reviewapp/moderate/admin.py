"""The moderator's door: the queue, one review in hand without its stars, the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.review import Review
from reviewapp.moderate import claims, queries, queue_queries, texts
from reviewapp.moderate.blind import blind, question_labels
from reviewapp.moderate.candidate import Candidate, the_candidate
from reviewapp.moderate.carrying_out import Seen
from reviewapp.moderate.changes import changed_pieces
from reviewapp.moderate.rules import WAITING, decision_options, stars_shown
from reviewapp.moderate.schemas import decision_of
from reviewapp.moderate.service import By, decide
from reviewapp.moderate.undo_offer import undo_offer
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session

blueprint = Blueprint("queue", __name__, url_prefix="/admin/queue")
gate_members(blueprint)

FORMS = ("refuse", "redact", "hold", "flag")
"""Actions that ask for more than a press of a button."""


@blueprint.get("", strict_slashes=False)
@require("review.decide")
def index() -> str | Response:
    """What is in hand, else the list with a way to begin; looking takes nothing (G11)."""
    mine = claims.in_hand(session(), actor().id)
    if mine:
        return redirect(url_for("queue.one", review_id=mine[0]))
    shop_id = actor().shop.id
    waiting = queue_queries.review_queue(session(), shop_id)
    return render_template(
        "moderate/admin_queue_start.html" if waiting else "moderate/admin_queue_empty.html",
        waiting=waiting,
        length=queue_queries.queue_length(session(), shop_id),
        pace=queue_queries.pace(session(), shop_id),
        undo=undo_offer(session(), actor().id),
        me=actor().id,
        texts=texts,
    )


@blueprint.get("/<uuid:review_id>")
@require("review.decide")
def one(review_id: UUID) -> str | Response:
    """A waiting review beside the list and its evidence; a decided one shows its outcome."""
    review = _review(review_id)
    if review.waiting_since is None:
        return redirect(url_for("queue.decided", review_id=review_id))
    asked = request.args.get("do", "")
    return _queue_page(review, doing=asked if asked in FORMS else "")


@blueprint.post("/<uuid:review_id>/decision")
@require("review.decide")
def decision(review_id: UUID) -> Response | str | tuple[str, int]:
    """Decide on what was seen and go on; errors keep what was typed, a late one is told kindly."""
    review = _review(review_id)
    place = queue_queries.place_of(session(), review_id)
    action = request.form.get("action", "")
    try:
        _refuse_if_taken(review)
        words = the_candidate(session(), review)
        asked = asked_for(words, action)
        decide(session(), review, asked, by=by(), seen=_seen(), undoable_since=clock.now())
    except Invalid as error:
        doing = action if action in FORMS else ""
        return _queue_page(review, doing=doing, wrong=error.fields), error.status
    except Conflict as error:
        return _too_late(review_id, error), error.status
    return go_on(after=place)


@blueprint.get("/<uuid:review_id>/decided")
@require("review.decide")
def decided(review_id: UUID) -> str | Response:
    """What came of it; the stars show once it cannot be taken back any more (G12)."""
    review = _review(review_id)
    if review.waiting_since is not None and not _held_by_person(review):
        return redirect(url_for("queue.one", review_id=review_id))
    return _decided_page(review)


def go_on(after: Any = None, *, holds_too: bool = False) -> Response:
    """Take the next review nobody has in hand; none left: the queue's own page."""
    claims.release(session(), actor().id)
    found = claims.take_next(
        session(), shop_id=actor().shop.id, member_id=actor().id, after=after, holds_too=holds_too
    )
    if found is None:
        return redirect(url_for("queue.index"), 303)
    return redirect(url_for("queue.one", review_id=found), 303)


def asked_for(words: Candidate, action: str) -> Any:
    """The decision in the form; also used by the review's own page and for many at once."""
    typed = request.form.get("passage", "")
    days = request.form.get("hold_days", "")
    return decision_of(
        words,
        action=action,
        reason=request.form.get("reason"),
        note=request.form.get("note", "").replace("\x00", ""),
        typed=typed.splitlines() if action == "redact" else [" ".join(typed.split())],
        marks=request.form.getlist("mark"),
        hold_days=int(days) if days.isdecimal() and len(days) < 4 else None,
    )


def by() -> By:
    """Who decides in this request."""
    return By("member", actor().label, actor().id)


def _refuse_if_taken(review: Review) -> None:
    holder = claims.holders(session(), [review.id]).get(review.id)
    if holder is not None and holder.member_id != actor().id:
        raise Conflict("in_other_hands")


def _seen() -> Seen:
    state, version = request.form.get("state", ""), request.form.get("version", "")
    if state not in WAITING or not version.isdecimal() or len(version) > 6:
        raise Conflict
    return Seen(state, int(version))


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)


def _held_by_person(review: Review) -> bool:
    return "held" in (review.state, review.edit_state) and bool(review.decisions)


def _queue_page(
    review: Review,
    *,
    doing: str = "",
    wrong: dict[str, list[str]] | None = None,
    notice: str = "",
) -> str:
    """The page of a waiting review; it is handed a view that has no stars (G12)."""
    shop, wrong = actor().shop, wrong or {}
    words = the_candidate(session(), review)
    options = decision_options(words.state).reasons
    evidence = queries.evidence(session(), review)
    return render_template(
        "moderate/admin_queue.html",
        item=blind(review, words, question_labels(shop.settings.questions_by_product_type)),
        changed=changed_pieces(evidence.versions, words, review.decisions),
        waiting=queue_queries.review_queue(session(), shop.id, around=review.id),
        length=queue_queries.queue_length(session(), shop.id),
        pace=queue_queries.pace(session(), shop.id),
        holder=claims.holders(session(), [review.id]).get(review.id),
        me=actor().id,
        undo=undo_offer(session(), actor().id),
        evidence=evidence,
        decisions=review.decisions,
        options=options,
        doing=doing if doing in options or doing == "flag" else "",
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        notice=notice,
        texts=texts,
    )


def _too_late(review_id: UUID, error: Conflict) -> str:
    """Somebody else, or the author, was first: show how it stands, nothing is decided twice."""
    review = _review(review_id)
    if review.waiting_since is None:
        return _decided_page(review, late=True)
    doing = request.form.get("action", "")
    if error.code == "in_other_hands":
        return _queue_page(review, doing=doing if doing in FORMS else "")
    return _queue_page(
        review,
        notice=_("The author changed the text while you were reading. This is the new one."),
    )


def _decided_page(review: Review, *, late: bool = False) -> str:
    shop = actor().shop
    return render_template(
        "moderate/admin_decided.html",
        review=review,
        stars=stars_shown(review.waiting_since, review.decided_at, clock.now()),
        last=max(review.decisions, key=lambda row: row.id, default=None),
        evidence=queries.evidence(session(), review),
        late=late,
        undo=undo_offer(session(), actor().id),
        length=queue_queries.queue_length(session(), shop.id),
        texts=texts,
    )

"""The admin's door for public answers: check, draft, publish, approve, send back, take back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.review import Review
from reviewapp.moderate import queries
from reviewapp.moderate.drafting_endpoint import make_draft
from reviewapp.moderate.drafts import draft_facts, order_number_of
from reviewapp.moderate.replies import (
    PLACE_OF_KIND,
    Draft,
    approve_reply,
    objections,
    publish_reply,
    return_reply,
    withdraw_reply,
)
from reviewapp.moderate.reply_store import templates_in_force
from reviewapp.moderate.reply_templates import REPLY_KINDS
from reviewapp.moderate.review_page import as_json, review_page
from reviewapp.moderate.service import By
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session
from reviewapp.web.typed import line, text

blueprint = Blueprint("replies", __name__, url_prefix="/admin/reviews")
gate_members(blueprint)

Page = Response | tuple[str, int]


@blueprint.post("/<uuid:review_id>/reply")
@require("review.reply")
def publish(review_id: UUID) -> Page:
    """Publish the answer, or hand it to a second person; what stops it shows the form again."""
    review = _review(review_id)
    draft = _typed()
    found = objections(session(), review, draft)
    doubts = [objection for objection in found if not objection.stops]
    try:
        if doubts and not request.form.get("confirmed"):
            raise Invalid(fields={"confirmed": [_("Look at the remarks, then confirm.")]})
        draft = _with_owner(draft)
        reply = publish_reply(session(), review, draft, by=_by())
    except Invalid as error:
        return review_page(review, draft=draft, remarks=found, wrong=error.fields), error.status
    said = _("Your answer stands under the review.")
    say("good", said if reply.published_at else _("Your answer waits for a second person."))
    return _back(review_id)


@blueprint.post("/<uuid:review_id>/reply/check")
@require("review.reply")
def check(review_id: UUID) -> Response:
    """What the checks say about the words as they are typed; nothing is kept."""
    return jsonify(remarks=as_json(objections(session(), _review(review_id), _typed())))


@blueprint.post("/<uuid:review_id>/reply/draft")
@require("review.reply")
def draft(review_id: UUID) -> str:
    """A draft in the editor; nothing is kept or sent, and it is labelled as what it is."""
    review = _review(review_id)
    shop, kind = actor().shop, line("kind")
    facts = draft_facts(review, shop, order_number_of(session(), review))
    in_force = templates_in_force(session(), shop.id, review.locale)
    release()  # an endpoint may be slow: no transaction waits for it
    made = make_draft(
        kit().settings,
        facts,
        {name: one.text for name, one in in_force.items()},
        kind if kind in REPLY_KINDS else "",
    )
    enter_shop(shop.id)
    review = _review(review_id)
    begun = Draft(made.kind, made.body, "", PLACE_OF_KIND[made.kind], drafted_by=made.by)
    return review_page(review, draft=begun, remarks=objections(session(), review, begun))


@blueprint.post("/<uuid:review_id>/reply/<uuid:reply_id>/approve")
@require("review.reply")
def approve(review_id: UUID, reply_id: UUID) -> Page:
    """Publish what somebody else wrote."""
    review = _review(review_id)
    try:
        approve_reply(session(), review, reply_id, by=_by())
    except Invalid as error:
        return review_page(review, wrong=error.fields), error.status
    except Conflict as error:
        return review_page(_review(review_id), notice=_(error.message)), error.status
    say("good", _("The answer stands under the review."))
    return _back(review_id)


@blueprint.post("/<uuid:review_id>/reply/<uuid:reply_id>/return")
@require("review.reply")
def send_back(review_id: UUID, reply_id: UUID) -> Page:
    """Send it back to its writer with a word why."""
    review = _review(review_id)
    try:
        return_reply(session(), review, reply_id, text("note"), by=_by())
    except Invalid as error:
        return review_page(review, wrong=error.fields), error.status
    except Conflict as error:
        return review_page(_review(review_id), notice=_(error.message)), error.status
    say("good", _("Sent back to its writer."))
    return _back(review_id)


@blueprint.post("/<uuid:review_id>/reply/withdraw")
@require("review.reply")
def take_back(review_id: UUID) -> Response:
    """Take the standing answer back."""
    withdraw_reply(session(), _review(review_id), by=_by())
    say("good", _("The answer is taken back."))
    return _back(review_id)


def _typed() -> Draft:
    """The form as it stands: places in the body are those of the words that were sent."""
    began = line("drafted_by")
    return Draft(
        kind=line("kind"),
        body=request.form.get("body", "").replace("\x00", "").replace("\r\n", "\n"),
        improvement=request.form.get("improvement", "").replace("\x00", "").replace("\r\n", "\n"),
        place=line("place") or "other",
        drafted_by=began if began in ("rules", "endpoint") else None,
    )


def _with_owner(draft: Draft) -> Draft:
    """Who makes the change and by when; Invalid for a stranger or no day."""
    owner, day = line("owner"), line("due_on")
    people = {str(member.id): member.id for member in queries.team(session(), actor().shop.id)}
    if owner and owner not in people:
        raise Invalid(fields={"owner": [_("Somebody of this team.")]})
    try:
        due_on = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise Invalid(fields={"due_on": [_("A day, such as 2026-12-24.")]}) from error
    return Draft(
        draft.kind,
        draft.body,
        draft.improvement,
        draft.place,
        people.get(owner),
        due_on,
        draft.drafted_by,
    )


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)


def _by() -> By:
    return By("member", actor().label, actor().id)


def _back(review_id: UUID) -> Response:
    return redirect(url_for("reviews.one", review_id=review_id) + "#answer")

"""The admin's door for reviews: the list, one review with its history, the public answer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import REVIEW_STATES, Review
from reviewapp.moderate import queries, texts
from reviewapp.moderate.admin import asked_for
from reviewapp.moderate.blind import SHOWN_MEDIA, blind, question_labels
from reviewapp.moderate.replies import (
    Draft,
    objections,
    publish_reply,
    withdraw_reply,
)
from reviewapp.moderate.reply_rules import REPLY_KINDS, Objection
from reviewapp.moderate.reply_templates import reply_template
from reviewapp.moderate.rules import WAITING, decision_options
from reviewapp.moderate.service import By, Seen, decide
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session

blueprint = Blueprint("reviews", __name__, url_prefix="/admin/reviews")
gate_members(blueprint)

PHOTO_WIDTH = 640


@blueprint.get("", strict_slashes=False)
@require("review.read")
def index() -> str:
    """All reviews, newest first; stars only of those that are decided (G12)."""
    shop_id = actor().shop.id
    state, product = chosen("state", REVIEW_STATES), _product_filter()
    found = queries.reviews_of(shop_id, state=state, product_id=product, words=words())
    return render_template(
        "moderate/admin_reviews.html",
        page=listing(found, (Review.submitted_at, Review.id), newest_first=True),
        counts=queries.state_counts(session(), shop_id),
        products=queries.reviewed_products(session(), shop_id),
        state=state,
        product=product,
        words=words(),
        waiting=WAITING,
        texts=texts,
    )


@blueprint.get("/<uuid:review_id>")
@require("review.read")
def one(review_id: UUID) -> str:
    """One review with versions, decisions, flags and the answer."""
    kind = chosen("kind", REPLY_KINDS)
    return _page(_review(review_id), draft=Draft(kind, "", "") if kind else None)


@blueprint.post("/<uuid:review_id>/decision")
@require("review.decide")
def decision(review_id: UUID) -> Response | tuple[str, int]:
    """Decide again: refuse or redact what is published, publish what was refused."""
    review = _review(review_id)
    action, state = request.form.get("action", ""), request.form.get("state", "")
    version = request.form.get("version", "")
    try:
        if review.state in WAITING or state not in REVIEW_STATES:
            raise Conflict
        if not version.isdecimal() or len(version) > 6:
            raise Conflict
        seen = Seen(state, int(version))
        decide(session(), review, asked_for(review, action), by=_by(), seen=seen)
    except Invalid as error:
        return _page(review, doing=action, wrong=error.fields), error.status
    except Conflict as error:
        notice = _("Somebody changed this review in the meantime. This is how it stands now.")
        return _page(_review(review_id), notice=notice), error.status
    say("good", _(texts.ACTIONS[action]) + ".")
    return redirect(url_for("reviews.one", review_id=review_id))


@blueprint.post("/<uuid:review_id>/reply")
@require("review.reply")
def reply(review_id: UUID) -> Response | tuple[str, int]:
    """Publish the answer; checks that stop it, or that nobody confirmed, show the form again."""
    review = _review(review_id)
    draft = Draft(
        request.form.get("kind", ""),
        request.form.get("body", "").replace("\x00", "").replace("\r\n", "\n"),
        request.form.get("improvement", "").replace("\x00", "").replace("\r\n", "\n"),
    )
    found = objections(session(), review, draft)
    doubts = [objection for objection in found if not objection.stops]
    try:
        if doubts and not request.form.get("confirmed"):
            raise Invalid(fields={"confirmed": [_("Look at the remarks, then confirm.")]})
        publish_reply(session(), review, draft, by=_by())
    except Invalid as error:
        return _page(review, draft=draft, remarks=found, wrong=error.fields), error.status
    say("good", _("Your answer stands under the review."))
    return redirect(url_for("reviews.one", review_id=review_id))


@blueprint.post("/<uuid:review_id>/reply/withdraw")
@require("review.reply")
def take_back(review_id: UUID) -> Response:
    """Take the standing answer back."""
    withdraw_reply(session(), _review(review_id), by=_by())
    say("good", _("The answer is taken back."))
    return redirect(url_for("reviews.one", review_id=review_id))


@blueprint.get("/<uuid:review_id>/photos/<uuid:asset_id>")
@require("review.read")
def photo(review_id: UUID, asset_id: UUID) -> Response:
    """A photo of the review for members' eyes; `?full=1` for the whole picture."""
    review = _review(review_id)
    asset = next(
        (one for one in review.media if one.id == asset_id and one.state in SHOWN_MEDIA), None
    )
    if asset is None:
        raise NotFound
    key, content_type = _file(asset, whole="full" in request.args)
    response = Response(kit().storage.read(key), content_type=content_type)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


def _file(asset: MediaAsset, *, whole: bool) -> tuple[str, str]:
    shown = (None if whole else asset.picture(PHOTO_WIDTH)) or asset
    return shown.key, shown.content_type


def _page(
    review: Review,
    *,
    draft: Draft | None = None,
    remarks: list[Objection] | None = None,
    doing: str = "",
    wrong: dict[str, list[str]] | None = None,
    notice: str = "",
) -> str:
    shop, wrong = actor().shop, wrong or {}
    standing = next((row for row in review.replies if row.withdrawn_at is None), None)
    templates = {
        kind: reply_template(
            review.locale, kind, name=review.display_name, email=shop.email
        )
        for kind in REPLY_KINDS
    }  # fmt: skip
    return render_template(
        "moderate/admin_review.html",
        review=review,
        item=blind(review, question_labels(shop.settings.questions_by_product_type)),
        decided=review.state not in WAITING,
        evidence=queries.evidence(session(), review),
        options=decision_options(review.state).reasons,
        standing=standing,
        draft=_begun(draft, templates) or standing,
        templates=templates,
        remarks=remarks or [],
        doing=doing or chosen("do", ("refuse", "redact")),
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        notice=notice,
        texts=texts,
    )


def _begun(draft: Draft | None, templates: dict[str, str]) -> Draft | None:
    """A draft of a kind that was only chosen begins with the kind's template."""
    if draft is None or draft.body or request.method == "POST":
        return draft
    return Draft(draft.kind, templates[draft.kind], "")


def _product_filter() -> UUID | None:
    try:
        return UUID(request.args["product"]) if request.args.get("product") else None
    except ValueError:
        return None


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)


def _by() -> By:
    return By("member", actor().label, actor().id)

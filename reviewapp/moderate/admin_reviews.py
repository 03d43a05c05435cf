"""The admin's door for reviews: the list, one review with its history, deciding again."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import REVIEW_STATES, Review
from reviewapp.moderate import queries, texts
from reviewapp.moderate.admin import asked_for
from reviewapp.moderate.blind import SHOWN_MEDIA
from reviewapp.moderate.candidate import shown
from reviewapp.moderate.carrying_out import Seen
from reviewapp.moderate.queue_queries import queue_length
from reviewapp.moderate.replies import PLACE_OF_KIND, Draft
from reviewapp.moderate.reply_templates import REPLY_KINDS
from reviewapp.moderate.review_page import review_page
from reviewapp.moderate.rules import WAITING, stars_shown
from reviewapp.moderate.service import By, decide
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
        most_counted=queries.MOST_COUNTED,
        searched=queries.SEARCHED,
        length=queue_length(session(), shop_id),
        products=queries.reviewed_products(session(), shop_id),
        state=state,
        product=product,
        words=words(),
        stars_shown=stars_shown,
        texts=texts,
    )


@blueprint.get("/<uuid:review_id>")
@require("review.read")
def one(review_id: UUID) -> str:
    """One review with versions, decisions, flags and the answer."""
    kind = chosen("kind", REPLY_KINDS)
    return review_page(
        _review(review_id), draft=Draft(kind, "", "", PLACE_OF_KIND[kind]) if kind else None
    )


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
        decide(session(), review, asked_for(shown(review), action), by=_by(), seen=seen)
    except Invalid as error:
        return review_page(review, doing=action, wrong=error.fields), error.status
    except Conflict as error:
        notice = _("Somebody changed this review in the meantime. This is how it stands now.")
        return review_page(_review(review_id), notice=notice), error.status
    say("good", _(texts.ACTIONS[action]) + ".")
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


def _product_filter() -> UUID | None:
    try:
        return UUID(request.args["product"]) if request.args.get("product") else None
    except ValueError:
        return None


def _review(review_id: UUID) -> Review:
    return queries.the_review(session(), actor().shop.id, review_id)


def _by() -> By:
    return By("member", actor().label, actor().id)

"""Door of whoever got a confirmation mail: is this review yours? Opening stores nothing (G11)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.collect.link import bound_text
from reviewapp.collect.storefront import (
    confirm_submission,
    discard_submission,
    earlier_review_of,
    waiting_submission,
)
from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.web.auth import public
from reviewapp.web.forms import READING, check_same_origin
from reviewapp.web.language import chosen_language, speak
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import enter_shop, kit, session

HOLDER = "whoever holds the signed link of a confirmation mail"
blueprint = Blueprint("confirming", __name__)


@blueprint.get("/c/<token>")
@public(HOLDER)
def show(token: str) -> Response:
    """What was written, and the one question: is it yours?"""
    submission = _enter(token)
    if submission.request_id is not None:
        return _own_page(submission.request_id)
    shown = render_template(
        "collect/customer_confirm.html",
        submission=submission,
        product=session().get_one(Product, submission.product_id),
        earlier=earlier_review_of(session(), submission),
        token=token,
        errors=[],
    )
    return make_response(shown)


@blueprint.post("/c/<token>")
@public(HOLDER)
def confirm(token: str) -> Response:
    """It is: from here on it is a review like any other, and its author has a page."""
    submission = _enter(token)
    request_id = confirm_submission(session(), submission, mine_url=_mine_url)
    return _own_page(request_id, done="confirmed")


@blueprint.post("/c/<token>/discard")
@public(HOLDER)
def discard(token: str) -> Response:
    """It is not: delete it."""
    submission = _enter(token)
    if submission.request_id is not None:
        return _own_page(submission.request_id)
    discard_submission(session(), submission)
    return make_response(render_template("collect/customer_discarded.html", errors=[]))


def _enter(token: str) -> ReviewSubmission:
    bound_text()
    limit("link.address", client_address(), burst=300, per_minute=300)
    submission_id = kit().links.read("submission", token)
    if request.method not in READING:
        check_same_origin()
    found = waiting_submission(session(), submission_id)
    shop = session().get(Shop, found.shop_id)
    if shop is None:
        raise NotFound("link_unknown")
    enter_shop(shop.id)
    g.shop = shop
    speak(chosen_language() or negotiate(found.locale))
    return found


def _own_page(request_id: UUID, done: str = "") -> Response:
    token = kit().links.sign("request", request_id)
    address = url_for("author.mine", token=token, lang=chosen_language(), done=done or None)
    return redirect(address, 303)


def _mine_url(request_id: UUID) -> str:
    token = kit().links.sign("request", request_id)
    return kit().settings.public_url + url_for("author.mine", token=token)

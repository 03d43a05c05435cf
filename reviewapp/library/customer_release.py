"""Door of whoever is in a picture, or a child's guardian: this use of it, yes or no (P5)."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Gone, Invalid, NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.library.asked_picture import picture_of
from reviewapp.library.contents import shop_review
from reviewapp.library.depicted import (
    ANSWERS,
    LONGEST_NAME,
    answer,
    open_question,
    shown_asset,
)
from reviewapp.library.release_letter import PURPOSE
from reviewapp.models.account import Shop
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.models.review import Review
from reviewapp.rights.ledger import Origin
from reviewapp.rights.release_texts import release_text
from reviewapp.web.auth import public
from reviewapp.web.forms import READING, check_same_origin
from reviewapp.web.language import chosen_language, page_language, speak
from reviewapp.web.limits import client_address, client_agent, limit
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, session
from reviewapp.web.typed import line

HOLDER = "whoever holds the signed link of a mail to somebody who is in a picture"
blueprint = Blueprint("release", __name__)

Page = Response | tuple[Response, int]


@blueprint.get("/d/<token>")
@public(HOLDER)
def show(token: str) -> Response:
    """What is asked, with the very picture; opening it stores nothing (G11)."""
    return _page(_enter(token), token)


@blueprint.post("/d/<token>")
@public(HOLDER)
def decide(token: str) -> Page:
    """Yes or no, once; or a yes taken back. What was answered before stays as it is."""
    asked = _enter(token)
    word = line("answer")
    if word not in ANSWERS:
        raise Invalid
    review = _review(asked)
    if word == "yes" and shown_asset(asked, review) is None:
        raise Gone("ask_gone")
    try:
        answer(
            session(), asked, review, word, name=line("name", LONGEST_NAME),
            origin=Origin(client_address(), client_agent()),
            language=page_language(), version=_version(asked),
        )  # fmt: skip
    except Invalid as error:
        return _page(asked, token, _(error.fields["name"][0])), error.status
    except Conflict:
        pass  # answered before, here or in another window: the page says what stands
    return redirect(url_for("release.show", token=token, lang=chosen_language()), 303)


@blueprint.get("/d/<token>/file")
@public(HOLDER)
def file(token: str) -> Response:
    """The picture, or the still of a film."""
    asked = _enter(token)
    if asked.state == "taken_back":
        raise NotFound
    return picture_of(shown_asset(asked, _review(asked)))


def _enter(token: str) -> ReleaseAsk:
    limit("link.address", client_address(), burst=300, per_minute=300)
    request.max_content_length = 10_000
    ask_id = kit().links.read(PURPOSE, token)
    if request.method not in READING:
        check_same_origin()
    asked = open_question(session(), ask_id)
    enter_shop(asked.shop_id)
    g.shop = session().get_one(Shop, asked.shop_id)
    speak(chosen_language() or asked.language or negotiate(g.shop.locale))
    return asked


def _page(asked: ReleaseAsk, token: str, fault: str = "") -> Response:
    review = _review(asked)
    asset = shown_asset(asked, review)
    if asset is None and asked.state in ("open", "expired"):
        raise Gone("ask_gone")
    text = release_text(asked.party, asked.use, page_language())
    shown = render_template(
        "library/customer_release.html",
        asked=asked,
        product=review.product.title,
        asset=asset,
        text=text,
        token=token,
        fault=fault,
        typed=request.form.get("name", ""),
        longest=LONGEST_NAME,
        errors=[("name", fault)] if fault else [],
    )
    return make_response(shown)


def _review(asked: ReleaseAsk) -> Review:
    return shop_review(session(), asked.shop_id, asked.review_id)


def _version(asked: ReleaseAsk) -> str | None:
    """The text as the page named it, where it is one for this party."""
    named = request.form.get("licence", "")
    return named if named.startswith(f"{asked.party}-") else None

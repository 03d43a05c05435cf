"""Door of whoever was asked for a permission: the very content, the very use, yes or no (P1)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Gone, Invalid
from reviewapp.core.i18n import negotiate, translator
from reviewapp.library.ask_letters import PURPOSE, messages_of
from reviewapp.library.asked_picture import picture_of
from reviewapp.library.asking import answer, is_over, open_ask
from reviewapp.library.contents import WORDS, Content, contents_of, shop_review
from reviewapp.library.renewing import answer_longer, answerable
from reviewapp.models.account import Shop
from reviewapp.models.library import PermissionAsk
from reviewapp.models.review import Review
from reviewapp.rights.ledger import Act, Origin
from reviewapp.rights.rules import last_day
from reviewapp.rights.wording import text_shown
from reviewapp.web.auth import public
from reviewapp.web.forms import READING, check_same_origin
from reviewapp.web.language import chosen_language, page_language, speak
from reviewapp.web.limits import client_address, client_agent, limit
from reviewapp.web.session import enter_shop, kit, session

HOLDER = "whoever holds the signed link of a mail that asks for a permission"
blueprint = Blueprint("permission", __name__)


@blueprint.get("/a/<token>")
@public(HOLDER)
def show(token: str) -> Response:
    """What is asked, with what it is about; opening it stores nothing (G11)."""
    return _page(_enter(token), token)


@blueprint.post("/a/<token>")
@public(HOLDER)
def decide(token: str) -> Response:
    """Yes or no, once; the same page then says what was answered and where it can be changed."""
    asked = _enter(token)
    wanted = request.form.get("answer", "")
    if wanted not in ("yes", "no"):
        raise Invalid
    review = _review(asked)
    if _waits(asked):
        settled = answer if asked.runs_until is None else answer_longer
        settled(session(), asked, review, granted=wanted == "yes", act=_act(asked, review))
    return redirect(url_for("permission.show", token=token, lang=chosen_language()), 303)


@blueprint.get("/a/<token>/files/<uuid:asset_id>")
@public(HOLDER)
def file(token: str, asset_id: UUID) -> Response:
    """A picture the ask is about, or the still of a film."""
    asked = _enter(token)
    contents = _contents(asked, _review(asked))
    return picture_of(next((one.asset for one in contents if one.asset_id == asset_id), None))


def _enter(token: str) -> PermissionAsk:
    limit("link.address", client_address(), burst=300, per_minute=300)
    request.max_content_length = 10_000
    ask_id = kit().links.read(PURPOSE, token)
    if request.method not in READING:
        check_same_origin()
    asked = open_ask(session(), ask_id)
    enter_shop(asked.shop_id)
    g.shop = session().get_one(Shop, asked.shop_id)
    speak(chosen_language() or asked.language or negotiate(g.shop.locale))
    return asked


def _page(asked: PermissionAsk, token: str) -> Response:
    review = _review(asked)
    text = text_shown(session(), asked.shop_id, asked.use, page_language())
    contents = _contents(asked, review)
    shown = render_template(
        "library/customer_ask.html",
        asked=asked,
        review=review,
        files=[one.asset for one in contents if one.asset],
        words=any(one.kind == WORDS for one in contents),
        text=text,
        ends=asked.ends_on and translator(page_language()).long_date(asked.ends_on),
        runs=asked.runs_until and translator(page_language()).long_date(last_day(asked.runs_until)),
        late=asked.runs_until is not None and asked.runs_until <= clock.now(),
        waits=_waits(asked),
        over=is_over(asked),
        token=token,
        own_page=_own_page(review),
        errors=[],
    )
    return make_response(shown)


def _review(asked: PermissionAsk) -> Review:
    """What was asked about; Gone when its author took it back or was erased meanwhile."""
    review = shop_review(session(), asked.shop_id, asked.review_id)
    if review.state != "published":
        raise Gone("ask_gone")
    return review


def _waits(asked: PermissionAsk) -> bool:
    """Whether there is something to answer: not after the day it is about, nor after an end."""
    if asked.answered_at is not None or is_over(asked):
        return False
    return asked.runs_until is None or bool(answerable(session(), asked))


def _contents(asked: PermissionAsk, review: Review) -> list[Content]:
    hashes = {one["sha256"] for one in asked.subjects}
    return [one for one in contents_of(session(), review) if one.sha256 in hashes]


def _act(asked: PermissionAsk, review: Review) -> Act:
    """The proof: which ask, and the text in the language it was read in just now."""
    proof = {"ask": str(asked.id), "action": "answered"} | messages_of(session(), kit(), asked)
    origin = Origin(client_address(), client_agent(), review.display_name)
    return Act(page_language(), proof, origin, text_version=request.form.get("licence"))


def _own_page(review: Review) -> str | None:
    if review.request_id is None:
        return None
    token = kit().links.sign("request", review.request_id)
    return url_for("author.mine", token=token, lang=chosen_language())

"""Door of whoever was helped: how it was, once; opening the page stores nothing (G11)."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.support.after_care import PURPOSE
from reviewapp.support.feedback import LONGEST_WORDS, Told, keep_feedback, kept_feedback, whole
from reviewapp.web.auth import public
from reviewapp.web.forms import READING, check_same_origin
from reviewapp.web.language import chosen_language, speak
from reviewapp.web.limits import client_address, limit
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, session
from reviewapp.web.typed import line, text

HOLDER = "whoever holds the signed link of the letter that asks how the help was"
blueprint = Blueprint("feedback", __name__)


@blueprint.get("/f/<token>")
@public(HOLDER)
def show(token: str) -> Response:
    """The questions; nothing is chosen, nothing is stored."""
    return _page(_enter(token), token)


@blueprint.post("/f/<token>")
@public(HOLDER)
def send(token: str) -> Response | tuple[Response, int]:
    """Keep the answer."""
    case = _enter(token)
    told = Told(
        whole(line("csat"), 1, 5),
        whole(line("effort"), 1, 5),
        whole(line("nps"), 0, 10),
        text("words", LONGEST_WORDS),
    )
    try:
        keep_feedback(session(), case, told, nps=g.shop.settings.recommendation)
    except Invalid:
        return _page(case, token, [("csat", _("Choose at least one answer."))]), 422
    return redirect(url_for("feedback.done", token=token, lang=chosen_language()), 303)


@blueprint.get("/f/<token>/done")
@public(HOLDER)
def done(token: str) -> Response:
    """It has arrived."""
    _enter(token)
    return make_response(render_template("support/customer_feedback_done.html", errors=[]))


def _enter(token: str) -> Case:
    limit("link.address", client_address(), burst=300, per_minute=300)
    request.max_content_length = 20_000
    case_id = kit().links.read(PURPOSE, token)
    if request.method not in READING:
        check_same_origin()
    case = session().get(Case, case_id)
    if case is None:
        raise NotFound("link_unknown")
    enter_shop(case.shop_id)
    g.shop = session().get_one(Shop, case.shop_id)
    speak(chosen_language() or negotiate(case.language, negotiate(g.shop.locale)))
    return case


def _page(case: Case, token: str, errors: list[tuple[str, str]] | None = None) -> Response:
    shown = render_template(
        "support/customer_feedback.html",
        token=token,
        answered=kept_feedback(session(), case) is not None,
        nps=g.shop.settings.recommendation,
        scores=[(score, str(score)) for score in range(11)],
        typed={name: line(name) for name in ("csat", "effort", "nps")} | {"words": text("words")},
        errors=errors or [],
    )
    return make_response(shown)

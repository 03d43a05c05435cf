"""Mail templates to look at: every letter, in every language, as HTML and as text."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.accounts.letter_previews import RULES, sample_facts
from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.models.catalog import Product
from reviewapp.outbox.letters import LETTERS, Letter, render, version
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.headers import STRICT
from reviewapp.web.listing import chosen
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session

blueprint = Blueprint("letters", __name__, url_prefix="/admin/letters")
gate_members(blueprint)

WIDTHS = ("desktop", "phone", "text")
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
)
"""A mail brings its styles inline, as mail clients want it; it can do nothing else."""


@blueprint.get("", strict_slashes=False)
@require("request.read")
def index() -> Response:
    """The letter, language and width that were chosen; the request at first."""
    return preview(chosen("letter", tuple(LETTERS)) or "request")


@blueprint.get("/<letter>")
@require("request.read")
def preview(letter: str) -> Response:
    """One letter."""
    language = chosen("language", LANGUAGES) or actor().shop.locale
    language = language if language in LANGUAGES else LANGUAGES[0]
    written = _written(letter, language)
    page = render_template(
        "accounts/letters.html",
        letter=letter,
        letters=_names(),
        language=language,
        languages=LANGUAGES,
        width=chosen("width", WIDTHS) or WIDTHS[0],
        written=written,
        version=version(letter, language),
        rules=[(rule, _rules()[rule]) for rule in RULES[letter]],
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{STRICT}; frame-src 'self'"
    return response


@blueprint.get("/<letter>/<language>.html")
@require("request.read")
def html(letter: str, language: str) -> Response:
    """The HTML body alone, for the frame."""
    if language not in LANGUAGES:
        raise NotFound()
    response = Response(_written(letter, language).html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


def _written(letter: str, language: str) -> Letter:
    if letter not in LETTERS:
        raise NotFound()
    shop = actor().shop
    title = session().scalar(
        select(Product.title).where(Product.shop_id == shop.id).order_by(Product.id).limit(1)
    )
    words = {
        "message": _("The rim came with a chip, and the parcel was wet."),
        "answer": _("The chip comes from too tight a packing. A new one leaves tomorrow; you "
                    "keep the other one. Nothing else is needed from you."),
        "passage": _("Call me at 0171 …"),
        "question": _("Can it go into the dishwasher?"),
    }  # fmt: skip
    facts = sample_facts(
        letter, shop, title or _("Stoneware mug"), kit().settings.public_url, words
    )
    return render(letter, language, facts)


def _names() -> dict[str, str]:
    told = {
        "request": _("Request"),
        "reminder": _("Reminder"),
        "help_received": _("Help received"),
        "case_reply": _("Answer to a case"),
        "review_received": _("Review received"),
        "review_confirm": _("Review to confirm"),
        "review_refused": _("Review refused"),
        "report_answered": _("Report answered"),
        "question_answered": _("Question answered"),
        "review_may_change": _("After a solved case"),
        "case_feedback": _("How was our help?"),
        "case_due": _("Promises that are due"),
        "buy_again": _("Buying again"),
        "sign_in": _("Sign-in link"),
        "invitation": _("Invitation"),
    }
    return {letter: told.get(letter, letter) for letter in LETTERS}


def _rules() -> dict[str, str]:
    return {
        "G3": _(
            "Wording, number and spacing never depend on an answer; nothing tracks the reader."
        ),
        "G5": _("Help and review are equally near."),
        "G6": _("Help comes first, never instead of the review."),
        "G7": _("A direct link to the review stands beside the question."),
        "G8": _("Help never depends on writing, changing or removing a review."),
        "G10": _("A private answer is never published."),
        "G13": _("A refusal names one of the listed reasons."),
        "G14": _("Undecided, a review is published by itself."),
        "G20": _("An incentive is disclosed, and offered to everybody alike."),
        "G26": _("A star link only pre-selects; nothing is stored before sending."),
        "G28": _("Authors edit and withdraw at any time."),
    }

"""Door of shoppers: writing a review from a product's page, by tag or plain form (G10, G19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.collect import storefront_form
from reviewapp.collect.intake import Entered
from reviewapp.collect.link import LANGUAGE_NAMES
from reviewapp.collect.schemas import MOST_CHARS, field_name
from reviewapp.collect.storefront import TERM, Written, keep_submission
from reviewapp.collect.storefront_form import FIELDS, TRAP, Filled
from reviewapp.core.errors import Invalid, Malformed, TooMany
from reviewapp.core.i18n import negotiate
from reviewapp.core.ids import email_digest
from reviewapp.core.json import json_response
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.form_questions import Question, questions_for
from reviewapp.web.auth import public
from reviewapp.web.forms import check_same_origin
from reviewapp.web.language import chosen_language, page_language, page_translator, speak
from reviewapp.web.limits import client_address, limit
from reviewapp.web.pages import gettext
from reviewapp.web.session import enter_shop, kit, session
from reviewapp.web.storefront import product_of

SHOPPERS = "shoppers write reviews; nothing is kept as one before its author confirms by mail"
MOST_BYTES = 64 * 1024
CACHING = "public, max-age=300, stale-while-revalidate=3600"

blueprint = Blueprint("storefront", __name__)


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Any page may send the form; there is no cookie that could act for somebody."""
    if request.path.startswith("/w/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/w/v1/<widget_key>/products/<key>/form")
@public(SHOPPERS)
def form(widget_key: str, key: str) -> Response:
    """What the form asks about this product, in the language of `lang`."""
    limit("storefront.form", client_address(), burst=120, per_minute=120)
    shop, product = _enter(widget_key, key, request.args.get("lang", ""))
    response = json_response(
        {
            "product": product.title,
            "language": page_language(),
            "questions": storefront_form.description(_questions(shop, product), page_translator()),
            "limits": {name: MOST_CHARS[name] for name in ("title", "body", "display_name")},
        }
    )
    response.headers["Cache-Control"] = CACHING
    return response


@blueprint.post("/w/v1/<widget_key>/products/<key>/reviews")
@public(SHOPPERS)
def take(widget_key: str, key: str) -> Response:
    """Keep what was written and mail its confirmation; the answer is the same for any address."""
    _bound()
    sent = _sent()
    shop, product = _enter(widget_key, key, str(sent.get("lang", "")))
    filled = storefront_form.read(_questions(shop, product), sent, page_translator())
    if filled.words is None:
        raise Invalid(fields={name: [text] for name, text in filled.faults.items()})
    _keep(shop, product, filled)
    return json_response({"state": "confirm", "days": TERM.days}, status=202)


@blueprint.get("/write/<widget_key>/<key>")
@public(SHOPPERS)
def write(widget_key: str, key: str) -> Response:
    """The same form as a page of its own, for browsers without scripts and closed builders."""
    limit("storefront.form", client_address(), burst=120, per_minute=120)
    shop, product = _enter(widget_key, key, "")
    return _page(shop, product, Entered())


@blueprint.post("/write/<widget_key>/<key>")
@public(SHOPPERS)
def send(widget_key: str, key: str) -> Response:
    """Keep it, or show the form again with all that was typed."""
    check_same_origin()
    request.max_content_length = MOST_BYTES
    shop, product = _enter(widget_key, key, "")
    questions = _questions(shop, product)
    sent = {name: request.form[name] for name in _names(questions) if name in request.form}
    filled = storefront_form.read(questions, sent, page_translator())
    if filled.words is None:
        return _page(shop, product, Entered(sent, filled.faults))
    try:
        _limit_address()
        _keep(shop, product, filled)
    except TooMany as over:
        return _page(shop, product, Entered(sent), over)
    shown = render_template(
        "collect/public_written.html", product=product, errors=[], days=TERM.days
    )
    return make_response(shown)


def _enter(widget_key: str, key: str, language: str) -> tuple[Shop, Product]:
    shop, product = product_of(session(), widget_key, key)
    enter_shop(shop.id)
    g.shop = shop
    fallback = negotiate(shop.locale)
    if request.path.startswith("/w/"):
        speak(negotiate(language[:40], fallback))
    else:
        asked = request.headers.get("Accept-Language")
        speak(chosen_language() or negotiate(asked, fallback))
    return shop, product


def _questions(shop: Shop, product: Product) -> tuple[Question, ...]:
    configured = shop.settings.questions_by_product_type
    return questions_for(product.product_type, configured, page_language())


def _names(questions: tuple[Question, ...]) -> tuple[str, ...]:
    return (*FIELDS, *(field_name(question) for question in questions))


def _bound() -> None:
    request.max_content_length = MOST_BYTES
    _limit_address()


def _limit_address() -> None:
    limit("storefront.review", client_address(), burst=20, per_minute=4)


def _keep(shop: Shop, product: Product, filled: Filled) -> None:
    """The limit by e-mail keeps the form from being used to fill a stranger's mailbox."""
    assert filled.words is not None
    known_by = email_digest(filled.email)
    limit("storefront.email", f"{shop.id}:{known_by}", burst=4, per_minute=0.1)
    keep_submission(
        session(),
        shop,
        product,
        Written(filled.email, filled.words, page_language()),
        confirm_url=_confirm_url,
    )


def _confirm_url(submission_id: UUID) -> str:
    token = kit().links.sign("submission", submission_id)
    return kit().settings.public_url + url_for("confirming.show", token=token)


def _sent() -> Mapping[str, Any]:
    """The fields of a form or of a JSON object; its values are texts and numbers."""
    if not request.is_json:
        return request.form.to_dict()
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Malformed
    wrong = [name for name, value in body.items() if not isinstance(value, str | int)]
    if wrong:
        raise Invalid(fields={str(name)[:60]: [gettext("Text is expected.")] for name in wrong})
    return {name: str(value) for name, value in body.items()}


def _page(shop: Shop, product: Product, entered: Entered, over: TooMany | None = None) -> Response:
    errors = list(entered.faults.items())
    if over is not None:
        errors.insert(0, ("main", gettext(over.message)))
    shown = render_template(
        "collect/public_write.html",
        product=product,
        questions=_questions(shop, product),
        entered=entered,
        trap=TRAP,
        policy_href=f"{kit().settings.public_url}/p/v1/{shop.widget_key}/policy.html",
        errors=errors,
        languages=[
            (f"{request.path}?lang={language}", language, name)
            for language, name in LANGUAGE_NAMES.items()
            if language != page_language()
        ],
    )
    response = make_response(shown, 429 if over else 422 if errors else 200)
    if over is not None:
        response.headers["Retry-After"] = str(over.retry_after_seconds)
    return response

"""Votes, reports and questions from storefronts: no cookies, limited by address, told once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from marshmallow import Schema, ValidationError
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, Malformed, NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.core.json import json_response
from reviewapp.models.account import Shop
from reviewapp.web.auth import public
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import enter_shop, kit, session
from reviewapp.web.storefront import product_of
from reviewapp.widgets.feedback import Asked, Report, ask, report, vote
from reviewapp.widgets.schemas import QuestionSchema, ReportSchema, VoteSchema
from reviewapp.widgets.visitors import Visitor, visitor_of

MOST_BYTES = 16 * 1024
READERS = "readers of a storefront have no account"

blueprint = Blueprint("widgets_feedback", __name__, url_prefix="/w/v1/<widget_key>")
_vote, _report, _question = VoteSchema(), ReportSchema(), QuestionSchema()


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Any page may send this; there is no cookie that could act for somebody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@blueprint.post("/reviews/<uuid:subject_id>/helpful")
@public(READERS)
def review_helpful(widget_key: str, subject_id: UUID) -> Response:
    """`{"helpful": true}` counts once a reader, `false` takes it back."""
    return _voted(widget_key, "review", subject_id)


@blueprint.post("/questions/<uuid:subject_id>/helpful")
@public(READERS)
def question_helpful(widget_key: str, subject_id: UUID) -> Response:
    """The same for a question."""
    return _voted(widget_key, "question", subject_id)


@blueprint.post("/answers/<uuid:subject_id>/helpful")
@public(READERS)
def answer_helpful(widget_key: str, subject_id: UUID) -> Response:
    """The same for an answer."""
    return _voted(widget_key, "answer", subject_id)


@blueprint.post("/reviews/<uuid:review_id>/report")
@public(READERS)
def report_review(widget_key: str, review_id: UUID) -> Response:
    """`{"reason", "note", "email"?}`; a person looks at it, and answers by mail where asked to."""
    visitor = _enter(widget_key, "reports", burst=5, per_minute=1)
    told = _sent(_report)
    locale = negotiate(told.pop("lang") or request.headers.get("Accept-Language", ""))
    report(session(), review_id, visitor, Report(**told, locale=locale))
    return json_response({"received": True}, status=202)


@blueprint.post("/products/<key>/questions")
@public(READERS)
def ask_question(widget_key: str, key: str) -> Response:
    """`{"body", "author", "email"?}`; shown once somebody of the shop has read it."""
    _enter(widget_key, "questions", burst=5, per_minute=1)
    told = _sent(_question)
    told.pop("website")
    shop, product = product_of(session(), widget_key, key)
    locale = negotiate(told.pop("lang"), negotiate(shop.locale))
    ask(session(), product, Asked(**told, locale=locale))
    return json_response({"state": "waiting"}, status=202)


def _voted(widget_key: str, kind: str, subject_id: UUID) -> Response:
    visitor = _enter(widget_key, "votes", burst=30, per_minute=10)
    limit("votes.network", visitor.network, burst=120, per_minute=30)
    told = _sent(_vote)
    count = vote(session(), kind, subject_id, visitor, helpful=told["helpful"])
    return json_response({"helpful": count})


def _enter(widget_key: str, kind: str, *, burst: int, per_minute: float) -> Visitor:
    """Who knocks, within the limits of an address and of a shop; from here on in the shop."""
    request.max_content_length = MOST_BYTES
    address = client_address()
    limit(f"widgets.{kind}", address, burst=burst, per_minute=per_minute)
    if "\0" in widget_key:
        raise NotFound()
    shop_id = session().scalar(select(Shop.id).where(Shop.widget_key == widget_key))
    if shop_id is None:
        raise NotFound()
    limit(f"widgets.{kind}.shop", str(shop_id), burst=burst * 40, per_minute=per_minute * 60)
    enter_shop(shop_id)
    return visitor_of(kit(), address)


def _sent(schema: Schema) -> dict[str, Any]:
    """The JSON of the body, whatever its content type: text/plain spares pages a preflight."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Malformed()
    try:
        told: dict[str, Any] = schema.load(body, unknown="exclude")
    except ValidationError as error:
        messages: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow's own
        raise Invalid(fields=messages) from error
    return told

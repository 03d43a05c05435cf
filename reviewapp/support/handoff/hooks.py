"""Where helpdesks say that a ticket changed: `/hooks/{secret}/{provider}`; repeats are harmless."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, Malformed, NotFound
from reviewapp.core.ids import digest
from reviewapp.models.case import CASE_STATES
from reviewapp.models.handoff import Handoff, Helpdesk
from reviewapp.support.handoff.accounts import PULLED, unseal_secret
from reviewapp.support.handoff.looking import look_soon, take_in
from reviewapp.support.handoff.tickets import Answer, Seen
from reviewapp.support.handoff.webhook import check_signature
from reviewapp.web.auth import public
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import enter_shop, kit, session

BURST, PER_MINUTE = 120, 600
MOST_BYTES = 256 * 1024
NAMES = ("ticket_id", "conversation_id", "id")
INSIDE = ("ticket", "conversation", "freshdesk_webhook", "detail")
"""Where the kinds put the number of the ticket; only a number is taken from what they send."""

blueprint = Blueprint("helpdesk_hooks", __name__, url_prefix="/hooks")


class AnswerSchema(Schema):
    """One answer to the customer, written elsewhere."""

    id = fields.String(required=True, validate=validate.Length(1, 200))
    body = fields.String(required=True, validate=validate.Length(1, 20_000))
    at = fields.AwareDateTime(default_timezone=None)
    author = fields.String(allow_none=True, validate=validate.Length(max=200))


class ToldSchema(Schema):
    """What a helpdesk behind the generic webhook tells of a case."""

    case = fields.UUID(required=True)
    state = fields.String(validate=validate.OneOf(CASE_STATES))
    answers = fields.List(fields.Nested(AnswerSchema), validate=validate.Length(max=100))


@blueprint.post("/<secret>/<any('webhook', 'zendesk', 'gorgias', 'chatwoot', 'freshdesk'):kind>")
@public("helpdesks: the address is a secret, the generic webhook is signed besides")
def changed(secret: str, kind: str) -> tuple[str, int]:
    """Take note and answer at once; what became of the ticket is looked up afterwards."""
    limit("helpdesk_hooks", client_address(), burst=BURST, per_minute=PER_MINUTE)
    helpdesk = session().scalar(
        select(Helpdesk).where(Helpdesk.hook_digest == digest(secret), Helpdesk.kind == kind)
    )
    if helpdesk is None:
        raise NotFound
    enter_shop(helpdesk.shop_id)
    body = request.get_data(cache=False)[: MOST_BYTES + 1]
    if len(body) > MOST_BYTES:
        raise Malformed
    if kind in PULLED:
        if ticket_id := ticket_of(_json(body)):
            look_soon(session(), helpdesk.id, ticket_id)
        return "", 204
    if helpdesk.secret is None:
        raise NotFound
    secret_key = unseal_secret(kit().settings, helpdesk.id, helpdesk.secret)
    lower = {name.lower(): value for name, value in request.headers.items()}
    check_signature(secret_key, lower, body)
    _take(helpdesk, _json(body))
    return "", 204


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    """Nobody caches an answer to a hook."""
    response.headers["Cache-Control"] = "no-store"
    return response


def ticket_of(told: Any) -> str | None:
    """The number of the ticket in what a helpdesk sent, wherever its kind puts it."""
    if not isinstance(told, dict):
        return None
    for place in (*(told.get(name) for name in INSIDE), told):
        if isinstance(place, dict):
            for name in NAMES:
                value = place.get(name)
                if isinstance(value, int | str) and str(value).strip():
                    return str(value).strip()[:100]
    return None


def _take(helpdesk: Helpdesk, told: Any) -> None:
    try:
        read = ToldSchema(unknown=EXCLUDE).load(told if isinstance(told, dict) else {})
    except ValidationError as error:
        messages: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow's own
        raise Invalid(fields={name: [str(text)] for name, text in messages.items()}) from error
    handoff = session().scalar(
        select(Handoff).where(
            Handoff.helpdesk_id == helpdesk.id, Handoff.case_id == UUID(str(read["case"]))
        )
    )
    if handoff is None:
        raise NotFound
    answers = [
        Answer(each["id"], each["body"], _at(each.get("at")), each.get("author"))
        for each in read.get("answers", ())
    ]
    main = handoff.joins_id or handoff.id
    state = read.get("state") or handoff.ticket_state
    take_in(session(), main, Seen(state, answers, frozenset()))


def _at(told: datetime | None) -> datetime:
    return told or clock.now()


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed from error

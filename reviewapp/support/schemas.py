"""Cases and their messages as programs read and send them."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from reviewapp.models.case import CASE_STATES, ROUTES
from reviewapp.support.service import MOST_CHARACTERS
from reviewapp.web.api import PageArgs
from reviewapp.web.api_fields import Instant, Text


class CaseArgs(PageArgs):
    """Which cases to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(CASE_STATES))
    route = fields.String(load_default=None, validate=validate.OneOf(ROUTES))


class CaseSchema(ma.Schema):
    """A case with its clocks."""

    id = fields.UUID()
    route = fields.String()
    state = fields.String()
    tags = fields.List(fields.String())
    language = fields.String()
    customer_id = fields.UUID()
    order_id = fields.UUID(allow_none=True)
    request_id = fields.UUID(allow_none=True)
    assignee_id = fields.UUID(allow_none=True)
    opened_at = Instant()
    first_response_due_at = Instant()
    first_responded_at = Instant(allow_none=True)
    next_update_due_at = Instant(
        allow_none=True, metadata={"description": "When the customer was told to hear from us."}
    )
    resolution_due_at = Instant(allow_none=True)
    solved_at = Instant(allow_none=True)
    reopened_count = fields.Integer()
    priority = fields.String()
    refund_kind = fields.String(allow_none=True)
    follow_up_on = fields.Date(allow_none=True)
    escalation = fields.String(
        allow_none=True, metadata={"description": "Why a person must take it."}
    )
    automation_stopped = fields.Boolean()
    merged_into_id = fields.UUID(allow_none=True)


class MessageSchema(ma.Schema):
    """One turn of the conversation, or a note among the team."""

    id = fields.UUID()
    direction = fields.String(metadata={"description": "in, out or note."})
    body = fields.String()
    member_id = fields.UUID(allow_none=True)
    created_at = Instant()


class WholeCaseSchema(CaseSchema):
    """A case with its thread."""

    messages = fields.List(fields.Nested(MessageSchema))


class NewMessageSchema(ma.Schema):
    """An answer to the customer, or a note."""

    direction = fields.String(
        required=True,
        validate=validate.OneOf(("out", "note")),
        metadata={"description": "out: mailed to the customer; note: seen by the team only."},
    )
    body = Text(MOST_CHARACTERS, required=True)
    next_update_at = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "With out: when the customer was told to hear from you again."},
    )


class StateSchema(ma.Schema):
    """What becomes of a case."""

    state = fields.String(required=True, validate=validate.OneOf(CASE_STATES))

"""Requests as programs read them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from reviewapp.collect.reasons import REASONS, sentence
from reviewapp.models.base import DELIVERY_STATES
from reviewapp.models.review_request import TRIGGERS, ReviewRequest
from reviewapp.web.api_fields import Instant, Text
from reviewapp.web.api_paging import PageArgs


class RequestFilterSchema(PageArgs):
    """Which requests to list."""

    state = fields.String(load_default="", validate=validate.OneOf(DELIVERY_STATES))
    reason = fields.String(load_default="", validate=validate.OneOf(sorted(REASONS)))
    order = Text(200, load_default="", metadata={"description": "The shop's own order number."})


class RequestSchema(Schema):
    """A request or a reminder: when, why not, and what an auditor asks for."""

    id = fields.UUID()
    step = fields.Integer(metadata={"description": "0 the request, 1 and 2 its reminders."})
    parent_id = fields.UUID(metadata={"description": "The request a reminder belongs to."})
    orders = fields.Function(
        lambda request: [order.external_id for order in request.orders],
        metadata={"type": "array", "items": {"type": "string"}},
    )
    state = fields.String(validate=validate.OneOf(DELIVERY_STATES))
    reason = fields.String(metadata={"description": "Why it is skipped, cancelled or waits."})
    reason_text = fields.Method("_reason_text", metadata={"type": "string"})
    trigger = fields.String(validate=validate.OneOf(TRIGGERS))
    delivered_at = Instant(metadata={"description": "The delivery, or its estimate."})
    usage_days = fields.Integer()
    send_at = Instant()
    delayed_since = Instant()
    delay_reason = fields.String()
    sent_at = Instant()
    language = fields.String()
    template_version = fields.String()
    incentive = fields.String()
    incentive_disclosure = fields.String()
    expires_at = Instant()
    responded_at = Instant()
    message_id = fields.String()
    created_at = Instant()

    def _reason_text(self, request: ReviewRequest) -> Any:
        return sentence(request.reason) or None

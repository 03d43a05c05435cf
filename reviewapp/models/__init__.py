"""Tables and tiny properties; one aggregate a file; importing this knows them all."""

from reviewapp.models import (
    account,
    audit,
    case,
    catalog,
    collection,
    insight,
    integration,
    media,
    outbox,
    question,
    reply_template,
    review,
    review_request,
    review_submission,
    rights,
    widget,
)

__all__ = [
    "account",
    "audit",
    "case",
    "catalog",
    "collection",
    "insight",
    "integration",
    "media",
    "outbox",
    "question",
    "reply_template",
    "review",
    "review_request",
    "review_submission",
    "rights",
    "widget",
]

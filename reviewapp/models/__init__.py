"""Tables and tiny properties; one aggregate a file; importing this knows them all."""

from reviewapp.models import (
    account,
    audit,
    case,
    catalog,
    integration,
    media,
    outbox,
    question,
    review,
    review_request,
    rights,
    widget,
)

__all__ = [
    "account",
    "audit",
    "case",
    "catalog",
    "integration",
    "media",
    "outbox",
    "question",
    "review",
    "review_request",
    "rights",
    "widget",
]

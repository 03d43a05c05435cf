"""What happened to a request, in order: the record an auditor reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from reviewapp.collect.queries import RequestFile
from reviewapp.models.review_request import ReviewRequest


class Happening(NamedTuple):
    """One entry; `kind` chooses the words, `detail` is data as it stands."""

    at: datetime
    kind: str
    detail: str = ""
    by: str = ""
    step: int = 0


def timeline(file: RequestFile) -> list[Happening]:
    """Everything that has a date, oldest first; what is planned comes last."""
    found = [*_orders(file), *_answers(file)]
    for message in (file.request, *file.reminders):
        found += _message(message)
    found += [
        Happening(entry.created_at, entry.action, by=entry.actor)
        for entry in file.log
        if entry.action in ("request.sent_again", "request.left")
    ]
    return sorted(found, key=lambda happening: (happening.at, happening.step))


def _orders(file: RequestFile) -> Iterator[Happening]:
    for order in file.orders:
        yield Happening(order.ordered_at, "ordered", order.external_id)
    told = {event.type for event in file.events}
    for event in file.events:
        yield Happening(event.at, event.type, event.tracking or "")
    if "delivered" not in told and file.request.delivered_at:
        kind = "estimated" if file.request.trigger == "estimated" else "delivered"
        yield Happening(file.request.delivered_at, kind)


def _message(message: ReviewRequest) -> Iterator[Happening]:
    step = message.step
    yield Happening(message.created_at, "planned", step=step)
    if message.delayed_since:
        yield Happening(message.delayed_since, "delayed", message.delay_reason or "", step=step)
    if message.sent_at:
        yield Happening(message.sent_at, "sent", message.smtp_answer or "", step=step)
    elif message.state == "unknown" and (message.sending_at or message.claimed_at):
        at = message.sending_at or message.claimed_at or message.created_at
        yield Happening(at, "unknown", message.smtp_answer or "", step=step)
    elif message.state == "planned" and message.send_at:
        yield Happening(message.send_at, "due", step=step)


def _answers(file: RequestFile) -> Iterator[Happening]:
    if file.request.responded_at:
        yield Happening(file.request.responded_at, "responded")
    for at in file.case_opened_at:
        yield Happening(at, "case")
    for at in file.reviewed_at:
        yield Happening(at, "reviewed")

"""Sending requests and reminders: may it still go, what does it say, what is kept as proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from reviewapp.collect.agenda import Asked
from reviewapp.collect.due import Due, read_due
from reviewapp.collect.eligibility import Verdict, may_send
from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Order
from reviewapp.models.review_request import ReviewRequest
from reviewapp.outbox.delivery import Later, Outcome, Skip, Tally, deliver
from reviewapp.outbox.envelopes import Unsubscribe, seal
from reviewapp.outbox.letters import version
from reviewapp.outbox.mail import sender_for
from reviewapp.outbox.shop_facts import shop_facts
from reviewapp.outbox.threads import writer_for

DELAYS = ("open_case", "pause", "season_held", "season_slowed", "spacing")
"""What counts as a delay of G2, and is kept as one; waiting for daytime does not."""
LOOK_AGAIN = timedelta(hours=1)
"""How long a request waits for the shop to fill in what its letters must say."""
WEB = ("http://", "https://")


def send_due_requests(kit: Kit) -> Tally:
    """The errand "requests": send every request and reminder that is due and still may go."""
    load = partial(prepare, kit=kit)
    return deliver(kit.database, ReviewRequest, load, sender_for(kit.settings))


def prepare(
    session: Session, rows: Sequence[ReviewRequest], *, kit: Kit
) -> Callable[[ReviewRequest], Outcome]:
    """Decide about a batch and note the proof on its rows; what it returns writes one letter."""
    now = clock.now()
    due = read_due(session, rows, now)
    verdicts = {row.id: _decide(session, due, row, now) for row in rows}

    def compose(row: ReviewRequest) -> Outcome:
        verdict = verdicts[row.id]
        if verdict.action == "later" and verdict.at:
            return Later(verdict.at, verdict.reason or "")
        if verdict.action != "send":
            state = "cancelled" if verdict.action == "cancel" else "skipped"
            return Skip(verdict.reason or "", state)
        return _letter(kit, due, row, verdict.products)

    return compose


def _decide(session: Session, due: Due, row: ReviewRequest, now: datetime) -> Verdict:
    settings = due.settings[row.shop_id]
    verdict = may_send(due.facts(row), settings, now)
    if verdict.action == "send":
        root = due.roots[row.id]
        due.history[row.customer_id].append(Asked(now, verdict.products, root.id))
        _note_proof(due, row, now)
    elif verdict.reason in DELAYS:
        row.delayed_since = row.delayed_since or row.send_at
        row.delay_reason = verdict.reason
    elif verdict.reason == "awaiting_delivery":
        _plan_again(session, due.roots[row.id].id)
    return verdict


def _note_proof(due: Due, row: ReviewRequest, now: datetime) -> None:
    """What an auditor asks for later; a reminder repeats the offer of its request (G20)."""
    root, settings = due.roots[row.id], due.settings[row.shop_id]
    if row is root:
        row.incentive = settings.incentive
        row.incentive_disclosure = settings.incentive_disclosure if settings.incentive else None
        row.expires_at = now + timedelta(days=settings.link_days)
    else:
        row.incentive, row.incentive_disclosure = root.incentive, root.incentive_disclosure
        row.expires_at = root.expires_at
    row.template_version = version(_letter_name(row), row.language)


def _letter(kit: Kit, due: Due, row: ReviewRequest, products: frozenset[UUID]) -> Outcome:
    root, shop = due.roots[row.id], due.shops[row.shop_id]
    customer = due.customers[row.customer_id]
    public_url = kit.settings.public_url
    unsubscribe_url = f"{public_url}/u/{kit.links.sign('unsubscribe', root.id)}"
    params = shop_facts(shop, customer.name) | {
        "page_url": f"{public_url}/r/{kit.links.sign('request', root.id)}",
        "unsubscribe_url": unsubscribe_url,
        "estimated": root.trigger == "estimated",
        "incentive_disclosure": row.incentive_disclosure,
        "products": _products(due, products),
    }
    if not customer.email:
        return Skip("no_address")
    if not shop.postal_address.strip():  # the law wants one in every letter that asks
        return Later(due.now + LOOK_AGAIN, "no_postal_address")
    return seal(
        _letter_name(row),
        row.language,
        params,
        row_id=row.id,
        shop_id=row.shop_id,
        to_email=customer.email,
        to_name=customer.name,
        writer=writer_for(shop, kit.settings),
        at=due.now,
        unsubscribe=Unsubscribe(unsubscribe_url),
    )


def _letter_name(row: ReviewRequest) -> str:
    return "reminder" if row.step else "request"


def _products(due: Due, products: frozenset[UUID]) -> list[dict[str, Any]]:
    """Names and pictures in a fixed order; a picture that is no web address is left out."""
    shown = [due.shown[product_id] for product_id in sorted(products)]
    return [
        {"name": title, "picture_url": url if url and url.startswith(WEB) else None}
        for title, url in shown
    ]


def _plan_again(session: Session, request_id: UUID) -> None:
    session.execute(update(Order).where(Order.request_id == request_id).values(planning_due=True))
    ping_after_commit(session, "plan")

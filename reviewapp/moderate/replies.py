"""The shop's public answer to a review: written, approved by a second person, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order, OrderLine
from reviewapp.models.insight import PLACES
from reviewapp.models.review import Reply, Review
from reviewapp.moderate.links import host_of
from reviewapp.moderate.reply_rules import REPLY_KINDS, Objection, ReplyFacts, check_reply
from reviewapp.moderate.reply_store import words_of_templates
from reviewapp.moderate.service import By
from reviewapp.outbox.messages import emit

ANSWERABLE = "published"
NOTHING = "nothing"
REPLY_PLACES = (*PLACES, NOTHING)
"""Where the improvement is made; "nothing": the words say why nothing changes."""
PLACE_OF_KIND = {
    "mismatch": "page",
    "shipping": "policy",
    "support": "script",
    "quality": "supplier",
    "wrong_item": "supplier",
    "damaged": "supplier",
    "refund": "policy",
    "price": "page",
    "thanks": "page",
}
"""Where the lesson of a kind usually belongs; what the editor begins with."""
LONGEST_RETURN_NOTE = 1_000


@dataclass(frozen=True)
class Draft:
    """An answer as it was typed: kind, the public text, what changes because of the review.

    `place`, `owner_id` and `due_on` say where, who and by when; `drafted_by` is "rules" or
    "endpoint" where the words began as a draft of the machine.
    """

    kind: str
    body: str
    improvement: str
    place: str = "other"
    owner_id: UUID | None = None
    due_on: date | None = None
    drafted_by: str | None = None


def objections(session: Session, review: Review, draft: Draft) -> list[Objection]:
    """What the checks say about a draft, the stopping ones first (G27)."""
    return check_reply(draft.kind, draft.body, draft.improvement, reply_facts(session, review))


def publish_reply(session: Session, review: Review, draft: Draft, *, by: By) -> Reply:
    """Put the answer under the published review in place of an earlier one.

    Where the shop asks for a second person's approval it waits for that (`published_at` is None)
    and the earlier one stands on. Invalid with the fields when the review is not published, the
    kind unknown, or a check stops it; warnings are the caller's to show.
    """
    _answerable(session, review, objections(session, review, draft), draft)
    waits = session.get_one(Shop, review.shop_id).settings.reply_approval
    _withdraw(session, _waiting(session, review.id) if waits else _all(session, review.id))
    reply = Reply(
        shop_id=review.shop_id,
        review_id=review.id,
        kind=draft.kind,
        body=draft.body.strip(),
        improvement=draft.improvement.strip(),
        place=draft.place,
        member_id=by.member_id,
        drafted_by=draft.drafted_by,
        published_at=None if waits else clock.now(),
    )
    session.add(reply)
    session.flush()
    owner = {"owner_id": draft.owner_id, "due_on": draft.due_on and draft.due_on.isoformat()}
    _tell(session, reply, "reply.submitted" if waits else "reply.published", by, **owner)
    return reply


def approve_reply(session: Session, review: Review, reply_id: UUID, *, by: By) -> Reply:
    """Publish an answer that waits; only another person than its writer may (four eyes).

    Conflict when it does not wait any more or is one's own; Invalid when a check stops it by now.
    """
    reply = _the_waiting(session, review, reply_id)
    if by.member_id is None or by.member_id == reply.member_id:
        raise Conflict("own_reply", "Somebody else than its writer approves an answer.")
    draft = Draft(reply.kind, reply.body, reply.improvement, reply.place)
    _answerable(session, review, objections(session, review, draft), draft)
    _withdraw(session, [row for row in _all(session, review.id) if row.id != reply.id])
    reply.published_at, reply.approved_by = clock.now(), by.member_id
    session.flush()
    _tell(session, reply, "reply.published", by)
    return reply


def return_reply(session: Session, review: Review, reply_id: UUID, note: str, *, by: By) -> None:
    """Send a waiting answer back to its writer and say why; an empty reason is Invalid."""
    reply = _the_waiting(session, review, reply_id)
    if not note.strip() or len(note) > LONGEST_RETURN_NOTE:
        raise Invalid(fields={"note": ["Say in a sentence what to change."]})
    reply.withdrawn_at, reply.returned_note = clock.now(), note.strip()
    _log(session, reply, by, "reply.returned")


def withdraw_reply(session: Session, review: Review, *, by: By) -> None:
    """Take the standing and any waiting answer back; nothing happens when there is none."""
    for reply in _all(session, review.id):
        reply.withdrawn_at = clock.now()
        if reply.published_at is not None:
            _tell(session, reply, "reply.withdrawn", by)


def reply_facts(session: Session, review: Review) -> ReplyFacts:
    """What the checks need to know; `review` comes with product and customer."""
    shop = session.get_one(Shop, review.shop_id)
    number = session.scalar(
        select(Order.external_id).join(OrderLine).where(OrderLine.id == review.order_line_id)
    )
    customer = review.customer
    return ReplyFacts(
        title=review.title,
        body=review.body,
        product=review.product.title,
        display_name=review.display_name,
        customer_name=customer.name if customer else None,
        customer_email=customer.email if customer else None,
        order_number=number,
        own_domains=own_domains(shop),
        own_address=shop.postal_address,
        templates=words_of_templates(session, shop.id, review.locale),
        locale=review.locale,
    )


def own_domains(shop: Shop) -> tuple[str, ...]:
    """Hosts and mail domains that are the shop's own."""
    own = (host_of(shop.url or ""), shop.email.rpartition("@")[2].casefold())
    return tuple(domain for domain in own if domain)


def _answerable(
    session: Session, review: Review, found: list[Objection], draft: Draft
) -> None:  # fmt: skip
    wrong: dict[str, list[str]] = {}
    session.flush()
    session.refresh(review, ["state"], with_for_update=True)  # two answers at once: in turn
    if review.state != ANSWERABLE:
        wrong["review"] = ["Only a published review can be answered."]
    if draft.kind not in REPLY_KINDS:
        wrong["kind"] = ["Choose one of the listed kinds."]
    if draft.place not in REPLY_PLACES:
        wrong["place"] = ["Choose one of the listed places."]
    for objection in found:
        if objection.stops:
            field = "improvement" if objection.code == "improvement" else "body"
            said = f" (“{objection.passage}”)" if objection.passage else ""
            wrong.setdefault(field, []).append(f"{objection.text}{said}")
    if wrong:
        raise Invalid(fields=wrong)


def _the_waiting(session: Session, review: Review, reply_id: UUID) -> Reply:
    """The waiting answer, held so that two people decide in turn."""
    reply = session.scalar(
        select(Reply)
        .where(Reply.id == reply_id, Reply.review_id == review.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if reply is None:
        raise NotFound
    if reply.published_at is not None or reply.withdrawn_at is not None:
        raise Conflict("already_decided")
    return reply


def _waiting(session: Session, review_id: UUID) -> list[Reply]:
    return [row for row in _all(session, review_id) if row.published_at is None]


def _all(session: Session, review_id: UUID) -> list[Reply]:
    """What stands or waits, held."""
    return list(
        session.scalars(
            select(Reply)
            .where(Reply.review_id == review_id, Reply.withdrawn_at.is_(None))
            .with_for_update()
        )
    )


def _withdraw(session: Session, replies: list[Reply]) -> None:
    for earlier in replies:
        earlier.withdrawn_at = clock.now()


def _tell(session: Session, reply: Reply, event: str, by: By, **more: object) -> None:
    facts = {"review_id": reply.review_id, "reply_id": reply.id, **more}
    if event == "reply.published":
        emit(session, "reply.published", shop_id=reply.shop_id, **facts)
    elif event == "reply.submitted":
        emit(session, "reply.submitted", shop_id=reply.shop_id, **facts)
    else:
        emit(session, "reply.withdrawn", shop_id=reply.shop_id, **facts)
    _log(session, reply, by, event)


def _log(session: Session, reply: Reply, by: By, action: str) -> None:
    record(
        session,
        shop_id=reply.shop_id,
        actor=by.label,
        action=action,
        subject=f"review:{reply.review_id}",
        reply=reply.id,
        kind=reply.kind,
    )

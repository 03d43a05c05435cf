"""Publishing and taking back the shop's public answer to a review."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order, OrderLine
from reviewapp.models.review import Reply, Review
from reviewapp.moderate.links import host_of
from reviewapp.moderate.reply_rules import REPLY_KINDS, Objection, ReplyFacts, check_reply
from reviewapp.moderate.service import By
from reviewapp.outbox.messages import emit

ANSWERABLE = "published"


@dataclass(frozen=True)
class Draft:
    """An answer as it was typed: kind, the public text, what changes because of the review."""

    kind: str
    body: str
    improvement: str


def objections(session: Session, review: Review, draft: Draft) -> list[Objection]:
    """What the checks say about a draft, the stopping ones first (G27)."""
    return check_reply(draft.kind, draft.body, draft.improvement, reply_facts(session, review))


def publish_reply(session: Session, review: Review, draft: Draft, *, by: By) -> Reply:
    """Put the answer under the published review in place of an earlier one.

    Invalid with the fields when the review is not published, the kind unknown, or a check stops
    it; warnings are the caller's to show.
    """
    wrong: dict[str, list[str]] = {}
    session.flush()
    session.refresh(review, ["state"], with_for_update=True)  # two answers at once: in turn
    if review.state != ANSWERABLE:
        wrong["review"] = ["Only a published review can be answered."]
    if draft.kind not in REPLY_KINDS:
        wrong["kind"] = ["Choose one of the listed kinds."]
    for objection in objections(session, review, draft):
        if objection.stops:
            field = "improvement" if objection.code == "improvement" else "body"
            said = f" (“{objection.passage}”)" if objection.passage else ""
            wrong.setdefault(field, []).append(f"{objection.text}{said}")
    if wrong:
        raise Invalid(fields=wrong)
    now = clock.now()
    for earlier in _standing(session, review.id):
        earlier.withdrawn_at = now
    reply = Reply(
        shop_id=review.shop_id,
        review_id=review.id,
        kind=draft.kind,
        body=draft.body.strip(),
        improvement=draft.improvement.strip(),
        member_id=by.member_id,
        published_at=now,
    )
    session.add(reply)
    session.flush()
    emit(session, "reply.published", shop_id=review.shop_id, review_id=review.id, reply_id=reply.id)
    _log(session, review, reply, by, "reply.published")
    return reply


def withdraw_reply(session: Session, review: Review, *, by: By) -> None:
    """Take the standing answer back; nothing happens when there is none."""
    for reply in _standing(session, review.id):
        reply.withdrawn_at = clock.now()
        emit(
            session,
            "reply.withdrawn",
            shop_id=review.shop_id,
            review_id=review.id,
            reply_id=reply.id,
        )
        _log(session, review, reply, by, "reply.withdrawn")


def reply_facts(session: Session, review: Review) -> ReplyFacts:
    """What the checks need to know; `review` comes with product and customer."""
    shop = session.get_one(Shop, review.shop_id)
    number = session.scalar(
        select(Order.external_id).join(OrderLine).where(OrderLine.id == review.order_line_id)
    )
    customer = review.customer
    own = (host_of(shop.url or ""), shop.email.rpartition("@")[2].casefold())
    return ReplyFacts(
        title=review.title,
        body=review.body,
        product=review.product.title,
        display_name=review.display_name,
        customer_name=customer.name if customer else None,
        customer_email=customer.email if customer else None,
        order_number=number,
        own_domains=tuple(domain for domain in own if domain),
        locale=review.locale,
    )


def _standing(session: Session, review_id: UUID) -> list[Reply]:
    return list(
        session.scalars(
            select(Reply)
            .where(Reply.review_id == review_id, Reply.withdrawn_at.is_(None))
            .with_for_update()
        )
    )


def _log(session: Session, review: Review, reply: Reply, by: By, action: str) -> None:
    record(
        session,
        shop_id=review.shop_id,
        actor=by.label,
        action=action,
        subject=f"review:{review.id}",
        reply=reply.id,
        kind=reply.kind,
    )

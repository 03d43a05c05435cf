"""One word about buying again to the satisfied, where the shop asked for it (playbook 6).

Marketing, not asking: who is asked for a review never depends on any of this (G1).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Order, OrderLine, Product, Suppression
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.models.touchpoint import Touchpoint
from reviewapp.outbox.mail import queue_letter
from reviewapp.support.pausing import people_only

WENT_WELL = 4
"""Answers to "how did it go?" from here on are those of the satisfied."""
LATEST = timedelta(days=30)
"""A word that could not go out by then does not go out at all."""
AT_ONCE = 200


def reach_out(kit: Kit) -> int:
    """Plan and send what is due in every shop that chose it; how many letters were queued."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop_ids = session.scalars(
            select(Shop.id).where(Shop.settings_json["repeat_purchase_days"].as_integer() > 0)
        ).all()
    sent = 0
    for shop_id in shop_ids:
        with kit.database.transaction(shop_id) as session:
            shop, now = session.get_one(Shop, shop_id), clock.now()
            _plan(session, shop, now)
            sent += _send_due(session, kit, shop, now)
    return sent


def _plan(session: Session, shop: Shop, now: datetime) -> None:
    """One for each purchase whose buyer last said that it went well; never two."""
    days = timedelta(days=shop.settings.repeat_purchase_days)
    newest = (
        select(
            ExperienceAnswer.request_id,
            func.max(ExperienceAnswer.created_at).label("at"),
            func.array_agg(ExperienceAnswer.score).label("scores"),
        )
        .where(ExperienceAnswer.shop_id == shop.id, ExperienceAnswer.created_at <= now - days,
               ExperienceAnswer.created_at > now - days - LATEST)
        .group_by(ExperienceAnswer.request_id)
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        select(ReviewRequest.id, ReviewRequest.customer_id, newest.c.at, newest.c.scores)
        .join(newest, newest.c.request_id == ReviewRequest.id)
        .where(~_has_touchpoint())
        .limit(AT_ONCE)
    )
    for request_id, customer_id, at, scores in rows:
        if not all(score is not None and score >= WENT_WELL for score in scores):
            continue
        session.execute(
            insert(Touchpoint)
            .values(id=new_id(), created_at=now, shop_id=shop.id, request_id=request_id,
                    customer_id=customer_id, due_at=at + days)
            .on_conflict_do_nothing(index_elements=["request_id"])
        )  # fmt: skip


def _send_due(session: Session, kit: Kit, shop: Shop, now: datetime) -> int:
    rows = session.execute(
        select(Touchpoint, Customer)
        .join(Customer, Customer.id == Touchpoint.customer_id)
        .where(Touchpoint.shop_id == shop.id, Touchpoint.state == "planned",
               Touchpoint.due_at <= now)
        .order_by(Touchpoint.due_at, Touchpoint.id)
        .limit(AT_ONCE)
        .with_for_update(of=Touchpoint, skip_locked=True)
    ).all()  # fmt: skip
    sent = 0
    for touchpoint, customer in rows:
        reason = _why_not(session, shop, customer)
        if reason is None:
            _send(session, kit, shop, touchpoint, customer)
            sent += 1
        touchpoint.state, touchpoint.reason = "skipped" if reason else "sent", reason
    return sent


def _why_not(session: Session, shop: Shop, customer: Customer) -> str | None:
    """What keeps us from writing; a pause, a case or a way out ends it for good."""
    if not customer.email or customer.erasing_since is not None:
        return "no_address"
    if not shop.postal_address:
        return "no_postal_address"
    if people_only(session, customer.id):
        return "paused"
    if session.scalar(select(exists().where(*_unhappy(customer)))):
        return "case"
    listed = exists().where(
        Suppression.shop_id == shop.id,
        Suppression.email_digest == email_digest(customer.email),
        Suppression.lifted_at.is_(None),
    )
    return "suppressed" if session.scalar(select(listed)) else None


def _unhappy(customer: Customer) -> list[ColumnElement[bool]]:
    """A case of this customer in the last 90 days, of whatever kind."""
    since = clock.now() - timedelta(days=90)
    return [Case.customer_id == customer.id,
            or_(Case.state != "solved", Case.opened_at > since)]  # fmt: skip


def _send(
    session: Session, kit: Kit, shop: Shop, touchpoint: Touchpoint, customer: Customer
) -> None:
    products = session.execute(
        select(Product.title, Product.image_url)
        .join(OrderLine, OrderLine.product_id == Product.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.request_id == touchpoint.request_id)
        .distinct()
        .limit(3)
    ).all()
    token = kit.links.sign("unsubscribe", touchpoint.request_id)
    queue_letter(
        session,
        shop_id=shop.id,
        letter="buy_again",
        to=(customer.name, customer.email or ""),
        language=customer.locale or shop.locale,
        customer_id=customer.id,
        key=f"buy_again:{touchpoint.request_id}",
        params={
            "page_url": shop.url or kit.settings.public_url,
            "unsubscribe_url": f"{kit.settings.public_url}/u/{token}",
            "products": [{"name": title, "picture_url": url} for title, url in products],
        },
    )


def _has_touchpoint() -> ColumnElement[bool]:
    return exists().where(Touchpoint.request_id == ReviewRequest.id)

"""Several reviews at once, found by addresses and orders: nothing of devices is known or kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.catalog import Customer, Order, OrderLine
from reviewapp.models.review import Review

MAILBOX_DAYS = 30
DOMAIN_DAYS = 7
ORDER_WINDOW = timedelta(minutes=10)
MOST_READ = 2_000
SHARED_DOMAINS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "ymail.com",
        "aol.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.ch",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.de",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "laposte.net",
        "yahoo.fr",
        "hotmail.fr",
        "yahoo.es",
        "hotmail.es",
        "telefonica.net",
        "uol.com.br",
        "bol.com.br",
        "terra.com.br",
        "yahoo.com.br",
        "hotmail.com.br",
        "ig.com.br",
        "sapo.pt",
        "mail.com",
        "zoho.com",
        "yandex.com",
        "mail.ru",
        "qq.com",
        "163.com",
        "comcast.net",
        "verizon.net",
        "att.net",
        "btinternet.com",
        "sky.com",
        "yahoo.co.uk",
        "hotmail.co.uk",
    ]
)
"""Mail domains that strangers share: two reviews from one of them mean nothing."""
_DOTS_COUNT_NOT = frozenset({"gmail.com", "googlemail.com"})


def mailbox_of(email: str) -> str:
    """The mailbox behind an address: no part after +, no dots where they mean nothing."""
    local, _, domain = email.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOTS_COUNT_NOT:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def domain_of(email: str) -> str:
    """The private mail domain of an address; "" for one that strangers share."""
    domain = email.strip().casefold().rpartition("@")[2]
    return "" if domain in SHARED_DOMAINS else domain


def one_mailbox(session: Session, review: Review, email: str | None) -> tuple[str, ...]:
    """Reviews of the shop by other buyers behind the author's mailbox, newest first."""
    if not email:
        return ()
    recent = (
        select(Review.id, Customer.email)
        .join(Customer, Customer.id == Review.customer_id)
        .where(
            Review.shop_id == review.shop_id,
            Review.customer_id != review.customer_id,
            Review.submitted_at <= review.submitted_at,
            Review.submitted_at > review.submitted_at - timedelta(days=MAILBOX_DAYS),
        )
        .order_by(Review.submitted_at.desc())
        .limit(MOST_READ)
    )
    wanted = mailbox_of(email)
    return _ids(row.id for row in session.execute(recent) if mailbox_of(row.email or "") == wanted)


def one_domain(session: Session, review: Review, email: str | None) -> tuple[str, ...]:
    """Reviews of this product from the author's private mail domain within a week."""
    domain = domain_of(email or "")
    if not domain:
        return ()
    same = (
        select(Review.id, Customer.email)
        .join(Customer, Customer.id == Review.customer_id)
        .where(
            Review.product_id == review.product_id,
            Review.customer_id != review.customer_id,
            Review.submitted_at <= review.submitted_at,
            Review.submitted_at > review.submitted_at - timedelta(days=DOMAIN_DAYS),
        )
        .order_by(Review.submitted_at.desc())
        .limit(MOST_READ)
    )
    return _ids(row.id for row in session.execute(same) if domain_of(row.email or "") == domain)


def one_order_window(session: Session, review: Review, order: Order | None) -> tuple[str, ...]:
    """Reviews of this product whose orders, of other buyers, were placed within minutes."""
    if order is None:
        return ()
    near = (
        select(Review.id)
        .join(OrderLine, OrderLine.id == Review.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Review.product_id == review.product_id,
            Review.id != review.id,
            Review.customer_id != review.customer_id,
            Order.ordered_at.between(
                order.ordered_at - ORDER_WINDOW, order.ordered_at + ORDER_WINDOW
            ),
        )
        .limit(MOST_READ)
    )
    return _ids(session.scalars(near))


def _ids(found: Iterable[UUID]) -> tuple[str, ...]:
    return tuple(str(one) for one in found)

"""Rows to test with; each reads as a sentence: `order(session, shop, delivered_days_ago=3)`."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.ids import digest, email_digest, new_id, new_secret
from reviewapp.core.kit import Kit
from reviewapp.models.account import ApiKey, Member, MemberSession, Shop
from reviewapp.models.catalog import Customer, Order, OrderLine, Product
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest


def add(session: Session, row: Any) -> Any:
    """Put a row in and give it back with its id."""
    session.add(row)
    session.flush()
    return row


def shop(session: Session, **values: Any) -> Shop:
    """A shop in Berlin that mails in English."""
    settings = values.pop("settings", {})
    defaults: dict[str, Any] = {
        "name": "Kiln & Clay",
        "email": "hello@kiln.example",
        "url": "https://kiln.example",
        "time_zone": "Europe/Berlin",
        "country": "DE",
        "postal_address": "Kiln & Clay, Ofenweg 1, 10115 Berlin",
        "widget_key": new_secret("wk"),
        "settings_json": settings,
    }
    return add(session, Shop(**defaults | values))


def member(session: Session, shop: Shop, role: str = "owner", **values: Any) -> Member:
    """Somebody of the team."""
    defaults = {"email": f"{role}-{new_id()}@kiln.example", "name": role.title(), "role": role}
    return add(session, Member(shop_id=shop.id, **defaults | values))


def signed_in_member(session: Session, kit: Kit, shop: Shop, role: str) -> tuple[str, str]:
    """A member with a session; returns its token and the CSRF token of its forms."""
    return signed_in(session, kit, member(session, shop, role))


def signed_in(session: Session, kit: Kit, person: Member) -> tuple[str, str]:
    """A session of this member; returns its token and the CSRF token of its forms."""
    token, now = new_secret("ms"), clock.now()
    add(
        session,
        MemberSession(
            shop_id=person.shop_id,
            member_id=person.id,
            token_digest=digest(token),
            seen_at=now,
            expires_at=now + timedelta(days=30),
        ),
    )
    key = kit.settings.secret_keys[0].encode()
    return token, hmac.new(key, b"csrf:" + digest(token).encode(), hashlib.sha256).hexdigest()


def api_key(session: Session, shop: Shop, role: str = "owner") -> str:
    """A key of the shop; returns the secret."""
    token = new_secret("sk")
    add(
        session,
        ApiKey(
            shop_id=shop.id, name="tests", hint=token[:8], token_digest=digest(token), role=role
        ),
    )
    return token


def product(session: Session, shop: Shop, external_id: str | None = None, **values: Any) -> Product:
    """A stoneware mug."""
    defaults: dict[str, Any] = {
        "external_id": external_id or f"MUG-{new_id()}",
        "title": "Stoneware mug",
        "url": "https://kiln.example/mug",
        "product_type": "tableware",
        "tags": [],
    }
    return add(session, Product(shop_id=shop.id, **defaults | values))


def customer(session: Session, shop: Shop, email: str | None = None, **values: Any) -> Customer:
    """A buyer with an address of their own."""
    email = email or f"buyer-{new_id()}@customers.example"
    defaults: dict[str, Any] = {
        "email": email,
        "email_digest": email_digest(email),
        "name": "Ada Quist",
        "locale": "en",
    }
    return add(session, Customer(shop_id=shop.id, **defaults | values))


def order(
    session: Session,
    shop: Shop,
    *products: Product,
    buyer: Customer | None = None,
    delivered_days_ago: float | None = None,
    **values: Any,
) -> Order:
    """An order of these products (one mug by default), delivered where a day is told."""
    now = clock.now()
    buyer = buyer or customer(session, shop)
    defaults: dict[str, Any] = {
        "external_id": f"O-{new_id()}",
        "customer_id": buyer.id,
        "ordered_at": now - timedelta(days=(delivered_days_ago or 0) + 5),
        "tags": [],
    }
    placed: Order = add(session, Order(shop_id=shop.id, **defaults | values))
    for number, item in enumerate(products or (product(session, shop),), start=1):
        delivered = None
        if delivered_days_ago is not None:
            delivered = now - timedelta(days=delivered_days_ago)
        line(session, placed, item, external_id=str(number), delivered_at=delivered)
    return placed


def line(session: Session, placed: Order, item: Product, **values: Any) -> OrderLine:
    """One line of an order."""
    defaults: dict[str, Any] = {"external_id": str(new_id())}
    row = OrderLine(
        shop_id=placed.shop_id, order_id=placed.id, product_id=item.id, **defaults | values
    )
    return add(session, row)


def request(
    session: Session, shop: Shop, placed: Order | None = None, **values: Any
) -> ReviewRequest:
    """A request that was sent for an order."""
    placed = placed or order(session, shop, delivered_days_ago=8)
    now = clock.now()
    defaults: dict[str, Any] = {
        "key": str(placed.id),
        "customer_id": placed.customer_id,
        "language": "en",
        "trigger": "delivered",
        "state": "sent",
        "send_at": now,
        "sent_at": now,
        "expires_at": now + timedelta(days=90),
    }
    asked: ReviewRequest = add(session, ReviewRequest(shop_id=shop.id, **defaults | values))
    placed.request_id = asked.id
    placed.planning_due = False
    session.flush()
    return asked


def review(session: Session, shop: Shop, item: Product | None = None, **values: Any) -> Review:
    """A review that waits for a decision."""
    item = item or product(session, shop)
    defaults: dict[str, Any] = {
        "product_id": item.id,
        "rating": 4,
        "title": "Keeps the tea warm",
        "body": "The glaze is even and the handle fits my hand.",
        "display_name": "Ada Q.",
        "locale": "en",
        "decide_by": clock.now() + timedelta(days=10),
    }
    return add(session, Review(shop_id=shop.id, **defaults | values))

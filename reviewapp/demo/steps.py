"""The first steps through the main job: which are done, by what the database says."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.demo.catalogue import Buyer, buyer
from reviewapp.integrations import service as integrations
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderLine, Product
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest

SOURCE = "demo"
FIRST_NUMBER = 5001


@dataclass(frozen=True)
class Step:
    """One step: what to do, where, and whether it is behind us."""

    title: str
    text: str
    href: str
    link: str
    done: bool


@dataclass(frozen=True)
class Trail:
    """The newest order placed here, and how far it has come."""

    order_id: str
    buyer: str
    email: str
    product: str
    product_title: str
    request: ReviewRequest | None
    review: Review | None


def demo_shop(session: Session) -> Shop:
    """The shop that the seed made."""
    return session.scalars(select(Shop).order_by(Shop.id).limit(1)).one()


def place_order(session: Session, shop: Shop, product_id: str) -> Trail:
    """Order one piece as somebody new, delivered at once; NotFound for an unknown product."""
    product = session.scalars(
        select(Product).where(Product.shop_id == shop.id, Product.external_id == product_id)
    ).first()
    if product is None:
        raise NotFound()
    placed = select(func.count()).where(Order.shop_id == shop.id, Order.source == SOURCE)
    number = FIRST_NUMBER + (session.scalar(placed) or 0)
    who = buyer(number)
    order, _ = integrations.put_order(
        session, shop.id, f"MF-{number}", _facts(who, number, product_id), source=SOURCE
    )
    for happened in ("shipped", "delivered"):
        integrations.record_event(session, order, happened, clock.now())
    session.flush()
    found = trail(session, shop.id)
    assert found is not None, "it was placed a moment ago"
    return found


def trail(session: Session, shop_id: UUID) -> Trail | None:
    """The newest order placed on the storefront with its request and review; None before one."""
    row = session.execute(
        select(Order, Customer, Product, ReviewRequest, Review)
        .join(Customer, Customer.id == Order.customer_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Product, Product.id == OrderLine.product_id)
        .outerjoin(ReviewRequest, ReviewRequest.id == Order.request_id)
        .outerjoin(Review, Review.order_line_id == OrderLine.id)
        .where(Order.shop_id == shop_id, Order.source == SOURCE)
        .order_by(Order.id.desc(), Review.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    order, who, product, request, review = row
    return Trail(
        order_id=order.external_id,
        buyer=who.name or "",
        email=who.email or "",
        product=product.external_id,
        product_title=product.title,
        request=request,
        review=review,
    )


def first_steps(found: Trail | None) -> list[Step]:
    """Order, clock, mail, answer, decision, store."""
    sent = bool(found and found.request and found.request.state == "sent")
    answered = bool(found and found.request and found.request.responded_at)
    decided = bool(found and found.review and found.review.state not in ("pending", "held"))
    shown = bool(found and found.review and found.review.state == "published")
    who = found.buyer if found else "somebody"
    mail = f"/demo/mailbox?to={found.email}" if found else "/demo/mailbox"
    page = f"/demo/store/products/{found.product}" if found else "/demo/store"
    return [
        Step(
            "Place an order",
            f"{found.order_id}, {found.product_title}, for {who}. It arrived at once."
            if found
            else "Buy anything on its page; somebody made up pays, and it arrives at once.",
            "/demo/store/products/juniper-dress",
            "Buy a dress",
            found is not None,
        ),
        Step("Let eight days pass", "Opinions need time: the request goes out after a week, in "
             "daytime.", "#demo-clock", "Move the clock", sent),
        Step("Open the mail", f"The letter to {who} asks how it went.", mail, "Open the mailbox",
             sent),
        Step("Answer as the customer", "Say it went badly and ask for help, or write a review, or "
             "both. The way to the review is open whatever you answer.", mail, "Open the letter",
             answered),
        Step("Decide as the moderator", "The queue shows words and photos, not the stars.",
             "/admin/queue", "Open the queue", decided),
        Step("See it on the store", "Stars and reviews on the product’s page, seconds later.",
             f"{page}#reviews", "Open the page", shown),
    ]  # fmt: skip


def _facts(who: Buyer, number: int, product_id: str) -> dict[str, object]:
    return {
        "email": f"{who.name.split()[0].lower()}.{number}@shopper.example",
        "name": who.name,
        "locale": who.locale,
        "country": who.country,
        "ordered_at": clock.now(),
        "currency": "EUR",
        "lines": [{"external_id": "1", "product": product_id, "quantity": 1}],
    }

"""The case behind a low public review: joined or opened, its proof kept as a note."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.i18n import zone_of
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Order, OrderLine, Product
from reviewapp.models.review import Review
from reviewapp.support.service import new_case
from reviewapp.themes.rules import route_of


def case_for(session: Session, shop: Shop, review: Review) -> Case:
    """The customer's open case about this purchase, else a new one; the proof is attached to it.

    The customer is not written to: they did not ask for help, a person may offer it.
    """
    line = session.get(OrderLine, review.order_line_id) if review.order_line_id else None
    order = session.get(Order, line.order_id) if line else None
    case = _open_case(session, review, order)
    if case is None:
        case = _new_case(session, shop, review, order)
    elif case.review_id is None:
        case.review_id = review.id
    product = session.get_one(Product, review.product_id)
    note = CaseMessage(
        shop_id=shop.id,
        case_id=case.id,
        direction="note",
        body=proof(review, product, order, line, shop.time_zone),
    )
    session.add(note)
    session.flush()
    return case


def proof(
    review: Review, product: Product, order: Order | None, line: OrderLine | None, zone: str
) -> str:
    """What is known when the review went public: its words, the order, the way of the parcel."""

    def day(at: datetime | None) -> str:
        return at.astimezone(zone_of(zone)).date().isoformat() if at else "not told"

    told = [
        f"A low public review opened this incident (published {day(review.published_at)}).",
        f"Product: {product.title} ({product.sku or product.external_id})",
    ]
    if order is not None:
        told.append(f"Order {order.external_id} of {day(order.ordered_at)}")
        told.append(f"Tracking: {order.tracking or 'not told'}")
    if line is not None:
        told.append(f"Shipped {day(line.shipped_at)}, delivered {day(line.delivered_at)}")
        for name, at in (("Refunded", line.refunded_at), ("Returned", line.returned_at)):
            told += [f"{name} {day(at)}"] if at else []
    words = f"{review.title}\n{review.body}".strip()
    return "\n".join(told) + f"\n\n“{words}”\n{review.display_name}"


def _open_case(session: Session, review: Review, order: Order | None) -> Case | None:
    if review.request_id is None and order is None:
        return None
    return session.scalar(
        select(Case)
        .where(
            Case.customer_id == review.customer_id,
            Case.state != "solved",
            (Case.request_id == review.request_id)
            | (Case.order_id == (order.id if order else None)),
        )
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(1)
        .with_for_update()
    )


def _new_case(session: Session, shop: Shop, review: Review, order: Order | None) -> Case:
    assert review.customer_id is not None
    case = Case(
        shop_id=shop.id,
        customer_id=review.customer_id,
        order_id=order.id if order else None,
        request_id=review.request_id,
        review_id=review.id,
        route=route_of(f"{review.title}\n{review.body}"),
        tags=["negative-review risk"],
        language=review.locale,
        opened_at=clock.now(),
    )
    return new_case(session, shop, case, by="clock", review=review.id)

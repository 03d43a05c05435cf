"""What a macro's fields are for one case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.i18n import LANGUAGES, SOURCE_LANGUAGE, translator
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Order, OrderLine, Product
from reviewapp.models.review import Review
from reviewapp.support.clockwork import next_update_by
from reviewapp.support.hours import hours_of

MOST_NAMED = 3


def next_update_for(session: Session, shop: Shop, case: Case) -> datetime | None:
    """When this customer hears again by the target, on a full quarter of an hour before it."""
    due = next_update_by(shop.settings, hours_of(session, shop), case.route, clock.now())
    return due and due.replace(minute=due.minute - due.minute % 15, second=0, microsecond=0)


def macro_facts(
    session: Session, shop: Shop, case: Case, next_update: datetime | None
) -> dict[str, str]:
    """name, order, item and date as the customer reads them; empty where nothing is known."""
    language = case.language if case.language in LANGUAGES else SOURCE_LANGUAGE
    name = case.customer.name or ""
    order = session.scalar(select(Order.external_id).where(Order.id == case.order_id))
    date = translator(language).date_time(next_update, shop.time_zone) if next_update else ""
    return {
        "name": next(iter(name.split()), ""),
        "order": order or "",
        "item": ", ".join(_items(session, case)),
        "date": date,
    }


def _items(session: Session, case: Case) -> list[str]:
    titles = select(Product.title).join(OrderLine, OrderLine.product_id == Product.id)
    if case.order_line_ids:
        found = session.scalars(titles.where(OrderLine.id.in_(case.order_line_ids)))
    elif case.review_id is not None:
        of_review = select(Product.title).join(Review, Review.product_id == Product.id)
        found = session.scalars(of_review.where(Review.id == case.review_id))
    else:
        found = session.scalars(titles.where(OrderLine.order_id == case.order_id))
    named = list(dict.fromkeys(found.all()))
    return named if len(named) <= MOST_NAMED else []

"""Taking in products, orders and what became of them; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.errors import Invalid
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.json import canonical_sha256
from reviewapp.integrations.products import CREATED, UNCHANGED, UPDATED, change
from reviewapp.integrations.rules import FACTS, Told, ahead_of, fold, mail_address
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine, Product

PLANNED_BY_CUSTOMER = ("locale", "country", "time_zone")
PLANNED_BY_ORDER = ("ordered_at", "promised_at", "locale", "country", "time_zone", "tags")
ORDER_FACTS = (*PLANNED_BY_ORDER, "currency", "total")


def put_order(
    session: Session,
    shop_id: UUID,
    external_id: str,
    facts: Mapping[str, Any],
    *,
    source: str = "api",
) -> tuple[Order, str]:
    """Create the order with its buyer and lines, or change what `facts` tell otherwise.

    `facts` is what `OrderFactsSchema` loads. Lines that are not named again stay. Returns (order,
    outcome); Invalid when `ordered_at` lies ahead of our clock by more than a day.
    """
    if ahead_of(facts["ordered_at"], clock.now()):
        raise Invalid(fields={"ordered_at": ["Must not lie in the future."]})
    customer, customer_changed = _put_customer(session, shop_id, facts)
    told = {name: facts[name] for name in ORDER_FACTS if name in facts}
    created = session.scalar(
        insert(Order)
        .values(
            id=new_id(),
            shop_id=shop_id,
            external_id=external_id,
            source=source,
            customer_id=customer.id,
            **{"tags": [], **told},
        )
        .on_conflict_do_nothing(index_elements=["shop_id", "external_id"])
        .returning(Order.id)
    )
    order = _locked_order(session, shop_id, external_id)
    changed = change(order, told | {"customer_id": customer.id})
    lines_changed = _put_lines(session, order, facts["lines"])
    relevant = changed & {*PLANNED_BY_ORDER, "customer_id"} or lines_changed or customer_changed
    if created is not None or relevant:
        _plan(session, order)
    if created is not None:
        return order, CREATED
    return order, UPDATED if changed or lines_changed or customer_changed else UNCHANGED


def record_event(
    session: Session,
    order: Order,
    type_: str,
    at: datetime,
    lines: Sequence[str] = (),
    tracking: str | None = None,
) -> str:
    """Note that something happened to the order or to `lines` of it; the outcome.

    `lines` are external ids; none: the whole order. Order-blind and repeatable. Invalid for an
    instant more than a day ahead, or a line the order does not have.
    """
    if ahead_of(at, clock.now()):
        raise Invalid(fields={"at": ["Must not lie in the future."]})
    order = _locked_order(session, order.shop_id, order.external_id)
    _check_lines(session, order, lines)
    created = session.scalar(
        insert(OrderEvent)
        .values(
            id=new_id(),
            shop_id=order.shop_id,
            order_id=order.id,
            type=type_,
            at=at,
            lines=sorted(set(lines)),
            tracking=tracking,
            digest=event_digest(type_, at, lines),
        )
        .on_conflict_do_nothing(index_elements=["order_id", "digest"])
        .returning(OrderEvent.id)
    )
    if tracking:
        change(order, {"tracking": tracking})
    if created is None:
        return UNCHANGED
    if refold(session, order):
        _plan(session, order)
    return CREATED


def event_digest(type_: str, at: datetime, lines: Sequence[str]) -> str:
    """What makes an event the same event: its type, instant and lines."""
    return canonical_sha256([type_, at, sorted(set(lines))])


def refold(session: Session, order: Order) -> bool:
    """Bring the lines' facts in line with all events of the order; whether any changed."""
    events = session.scalars(select(OrderEvent).where(OrderEvent.order_id == order.id)).all()
    told = [Told(event.type, event.at, frozenset(event.lines)) for event in events]
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    facts = fold(told, [line.external_id for line in lines])
    return any([change(line, _as_values(facts[line.external_id])) for line in lines])  # noqa: C419  # every line must be changed, so no early end


def _as_values(facts: Any) -> dict[str, datetime | None]:
    return {name: getattr(facts, name) for name in FACTS}


def _locked_order(session: Session, shop_id: UUID, external_id: str) -> Order:
    """The order, taken in turn: two events at once must not fold past each other."""
    return session.scalars(
        select(Order)
        .where(Order.shop_id == shop_id, Order.external_id == external_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _check_lines(session: Session, order: Order, lines: Sequence[str]) -> None:
    if not lines:
        return
    known = set(
        session.scalars(select(OrderLine.external_id).where(OrderLine.order_id == order.id))
    )
    unknown = {
        f"lines.{place}": ["The order has no such line."]
        for place, line in enumerate(lines)
        if line not in known
    }
    if unknown:
        raise Invalid(fields=unknown)


def _put_customer(
    session: Session, shop_id: UUID, facts: Mapping[str, Any]
) -> tuple[Customer, bool]:
    """The person behind an address; whether anything that planning reads changed.

    Who had their data erased stays erased: a repeated order must not bring it back.
    """
    email = mail_address(facts["email"]) or facts["email"]
    digest = email_digest(email)
    session.execute(
        insert(Customer)
        .values(id=new_id(), shop_id=shop_id, email=email, email_digest=digest)
        .on_conflict_do_nothing(index_elements=["shop_id", "email_digest"])
    )
    customer = session.scalars(
        select(Customer)
        .where(Customer.shop_id == shop_id, Customer.email_digest == digest)
        .with_for_update()
    ).one()
    if customer.erased_at is not None:
        return customer, False
    told = {name: facts.get(name) for name in ("name", *PLANNED_BY_CUSTOMER)}
    changed = change(customer, {name: value for name, value in told.items() if value})
    return customer, bool(changed & set(PLANNED_BY_CUSTOMER))


def _put_lines(session: Session, order: Order, told: Sequence[Mapping[str, Any]]) -> bool:
    """Add and change lines; whether anything changed."""
    products = _products(session, order.shop_id, [line["product"] for line in told])
    lines = {
        line.external_id: line
        for line in session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    }
    fresh_ids = iter(sorted(new_id() for _ in told))
    changed = False
    for item in told:
        values = {name: item[name] for name in ("quantity", "price") if name in item}
        values["product_id"] = products[item["product"]]
        line = lines.get(item["external_id"])
        if line is None:
            session.add(
                OrderLine(
                    id=next(fresh_ids),
                    shop_id=order.shop_id,
                    order_id=order.id,
                    external_id=item["external_id"],
                    **values,
                )
            )
            changed = True
        elif change(line, values):
            changed = True
    session.flush()
    if changed:
        refold(session, order)
    return changed


def _products(session: Session, shop_id: UUID, external_ids: Sequence[str]) -> dict[str, UUID]:
    """External id → id; what is unknown becomes a bare product, in sorted order (no deadlock)."""
    wanted = sorted(set(external_ids))
    session.execute(
        insert(Product)
        .values(
            [
                {"id": new_id(), "shop_id": shop_id, "external_id": name, "title": name, "tags": []}
                for name in wanted
            ]
        )
        .on_conflict_do_nothing(index_elements=["shop_id", "external_id"])
    )
    found = select(Product.external_id, Product.id).where(
        Product.shop_id == shop_id, Product.external_id.in_(wanted)
    )
    return {row.external_id: row.id for row in session.execute(found)}


def _plan(session: Session, order: Order) -> None:
    order.planning_due = True
    session.flush()
    ping_after_commit(session, "plan")

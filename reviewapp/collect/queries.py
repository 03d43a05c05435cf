"""Requests for the screens and the API: lists, counts, and all that is known about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from reviewapp.core.errors import NotFound
from reviewapp.core.ids import email_digest
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest


@dataclass(frozen=True)
class RequestFile:
    """Everything about one request: what an auditor asks for, in one place."""

    request: ReviewRequest
    reminders: Sequence[ReviewRequest]
    orders: Sequence[Order]
    events: Sequence[OrderEvent]
    reviewed_at: Sequence[datetime]
    """When each review of this request was submitted; what it says is not read here."""
    case_opened_at: Sequence[datetime]
    log: Sequence[AuditEntry]


def requests(
    shop_id: UUID, *, state: str = "", reason: str = "", words: str = "", order: str = ""
) -> Select[ReviewRequest]:
    """The shop's requests and reminders; `words` is an order's number, an address or a name."""
    found = (
        select(ReviewRequest)
        .where(ReviewRequest.shop_id == shop_id)
        .options(selectinload(ReviewRequest.customer), selectinload(ReviewRequest.orders))
    )
    if state:
        found = found.where(ReviewRequest.state == state)
    if reason:
        found = found.where(
            or_(ReviewRequest.reason == reason, ReviewRequest.delay_reason == reason)
        )
    if order:
        found = found.where(_about_order(shop_id, order))
    if words:
        found = found.where(_about(shop_id, words))
    return found


def order_numbers(session: Session, rows: Sequence[ReviewRequest]) -> dict[UUID, list[str]]:
    """The shop's own order numbers for each of `rows`; a reminder has those of its request."""
    roots = {row.id: row.parent_id or row.id for row in rows}
    found = session.execute(
        select(Order.request_id, Order.external_id)
        .where(Order.request_id.in_(set(roots.values())))
        .order_by(Order.ordered_at, Order.id)
    ).all()
    return {
        row_id: [number for request_id, number in found if request_id == root]
        for row_id, root in roots.items()
    }


def outcome_counts(session: Session, shop_id: UUID) -> dict[tuple[str, str | None], int]:
    """Step-0 requests by (state, reason)."""
    rows = session.execute(
        select(ReviewRequest.state, ReviewRequest.reason, func.count())
        .where(ReviewRequest.shop_id == shop_id, ReviewRequest.step == 0)
        .group_by(ReviewRequest.state, ReviewRequest.reason)
    )
    return {(state, reason): count for state, reason, count in rows}


def request_file(session: Session, shop_id: UUID, request_id: UUID) -> RequestFile:
    """One request of the shop, a reminder's with its first message; NotFound otherwise."""
    request = one_request(session, shop_id, request_id)
    if request.parent_id is not None:
        request = one_request(session, shop_id, request.parent_id)
    reminders = session.scalars(
        select(ReviewRequest)
        .where(ReviewRequest.parent_id == request.id)
        .order_by(ReviewRequest.step)
    ).all()
    orders = session.scalars(
        select(Order)
        .where(Order.request_id == request.id)
        .options(selectinload(Order.lines).selectinload(OrderLine.product))
        .order_by(Order.ordered_at, Order.id)
    ).all()
    subjects = [f"request:{row.id}" for row in (request, *reminders)]
    return RequestFile(
        request=request,
        reminders=reminders,
        orders=orders,
        events=session.scalars(
            select(OrderEvent)
            .where(OrderEvent.order_id.in_([order.id for order in orders]))
            .order_by(OrderEvent.at)
        ).all(),
        reviewed_at=session.scalars(
            select(Review.submitted_at).where(Review.request_id == request.id)
        ).all(),
        case_opened_at=session.scalars(
            select(Case.opened_at).where(Case.request_id == request.id)
        ).all(),
        log=session.scalars(
            select(AuditEntry)
            .where(AuditEntry.shop_id == shop_id, AuditEntry.subject.in_(subjects))
            .order_by(AuditEntry.number)
        ).all(),
    )


def one_request(session: Session, shop_id: UUID, request_id: UUID) -> ReviewRequest:
    """A request or reminder of the shop with its customer; NotFound for any other."""
    found = session.scalar(
        select(ReviewRequest)
        .where(ReviewRequest.id == request_id, ReviewRequest.shop_id == shop_id)
        .options(selectinload(ReviewRequest.customer), selectinload(ReviewRequest.orders))
    )
    if found is None:
        raise NotFound()
    return found


def _about_order(shop_id: UUID, number: str) -> ColumnElement[bool]:
    asked = select(Order.request_id).where(Order.shop_id == shop_id, Order.external_id == number)
    return or_(ReviewRequest.id.in_(asked), ReviewRequest.parent_id.in_(asked))


def _about(shop_id: UUID, words: str) -> ColumnElement[bool]:
    customer = (Customer.shop_id == shop_id, Customer.id == ReviewRequest.customer_id)
    if "@" in words:
        return exists().where(*customer, Customer.email_digest == email_digest(words))
    named = exists().where(*customer, Customer.name.icontains(words, autoescape=True))
    return or_(_about_order(shop_id, words), named)

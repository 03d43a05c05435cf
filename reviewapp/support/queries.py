"""Cases to be worked and read: lists by the oldest promise, one case with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.case import Case, CaseMessage, Incident
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest

NOTHING_PROMISED = datetime(9999, 1, 1, tzinfo=UTC)
"""Where nothing is owed, the place after every promise."""
VIEWS = ("open", "mine", "unassigned", "overdue", "waiting", "solved", "all")


def promise_at() -> ColumnElement[datetime]:
    """What is owed next: the first answer, then the next update; else NOTHING_PROMISED."""
    owed = case(
        (Case.first_responded_at.is_(None), Case.first_response_due_at),
        else_=Case.next_update_due_at,
    )
    never = literal(NOTHING_PROMISED, Case.opened_at.type)
    return case((Case.state == "solved", never), else_=func.coalesce(owed, never))


def cases(shop_id: UUID) -> Select[Any]:
    """All cases of a shop, in no order yet."""
    return select(Case).where(Case.shop_id == shop_id)


def case_rows(
    shop_id: UUID, view: str, member_id: UUID, route: str, words: str
) -> Select[*tuple[Any, ...]]:
    """Cases for the list, with their customer, order number and who works on them."""
    found = (
        select(Case, Customer, Order.external_id, Member.name)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(Order, Order.id == Case.order_id)
        .outerjoin(Member, Member.id == Case.assignee_id)
        .where(Case.shop_id == shop_id, _in_view(view, member_id))
    )
    if route:
        found = found.where(Case.route == route)
    if words:
        found = found.where(_about(words))
    return found


def counts(session: Session, shop_id: UUID, member_id: UUID) -> Mapping[str, int]:
    """How many cases each view holds."""
    columns = [
        func.count().filter(_in_view(view, member_id)).label(view)
        for view in VIEWS
        if view != "all"
    ]
    row = session.execute(select(*columns).where(Case.shop_id == shop_id)).one()
    return dict(row._mapping)


def case_of(session: Session, shop_id: UUID, case_id: UUID, *, lock: bool = False) -> Case:
    """One case with its customer and thread; NotFound for another shop's.

    `lock` takes it in turn: for whoever is going to change it.
    """
    wanted = (
        select(Case)
        .where(Case.shop_id == shop_id, Case.id == case_id)
        .options(
            joinedload(Case.customer),
            selectinload(Case.messages)
            .selectinload(CaseMessage.media)
            .selectinload(MediaAsset.renditions),
        )
    )
    found = session.scalar(wanted.with_for_update(of=Case) if lock else wanted)
    if found is None:
        raise NotFound()
    return found


def evidence(session: Session, case: Case) -> dict[str, Any]:
    """What stands beside a case: order with lines and events, request, reviews, earlier cases.

    Reviews come without their stars: help is the same for every score (G8).
    """
    return {
        "order": _order(session, case.order_id),
        "events": session.scalars(
            select(OrderEvent).where(OrderEvent.order_id == case.order_id).order_by(OrderEvent.at)
        ).all(),
        "request": session.get(ReviewRequest, case.request_id) if case.request_id else None,
        "reviews": _reviews(session, case),
        "incident": session.scalar(select(Incident).where(Incident.case_id == case.id).limit(1)),
        "others": session.scalars(
            select(Case)
            .where(Case.customer_id == case.customer_id, Case.id != case.id)
            .order_by(Case.opened_at.desc())
            .limit(5)
        ).all(),
    }


def workers(session: Session, shop_id: UUID) -> Sequence[Member]:
    """Members a case can be given to."""
    return session.scalars(
        select(Member)
        .where(
            Member.shop_id == shop_id,
            Member.disabled_at.is_(None),
            Member.role.in_(("owner", "agent")),
        )
        .order_by(Member.name, Member.id)
    ).all()


def photo_of(session: Session, case_id: UUID, asset_id: UUID) -> MediaAsset:
    """A photo of this case's thread; NotFound otherwise, and for one that was hidden."""
    found = session.scalar(
        select(MediaAsset)
        .join(CaseMessage, CaseMessage.id == MediaAsset.case_message_id)
        .where(
            CaseMessage.case_id == case_id,
            MediaAsset.id == asset_id,
            MediaAsset.state.in_(("attached", "ready")),
        )
        .options(selectinload(MediaAsset.renditions))
    )
    if found is None:
        raise NotFound()
    return found


def _in_view(view: str, member_id: UUID) -> ColumnElement[bool]:
    unsolved = Case.state != "solved"
    views: dict[str, ColumnElement[bool]] = {
        "open": Case.state == "open",
        "mine": unsolved & (Case.assignee_id == member_id),
        "unassigned": unsolved & Case.assignee_id.is_(None),
        "overdue": unsolved & (promise_at() < clock.now()),
        "waiting": Case.state == "waiting",
        "solved": Case.state == "solved",
        "all": Case.shop_id.is_not(None),
    }
    return views[view]


def _about(words: str) -> ColumnElement[bool]:
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    said = exists().where(CaseMessage.case_id == Case.id, CaseMessage.body.ilike(pattern))
    return or_(
        Customer.name.ilike(pattern),
        Customer.email.ilike(pattern),
        Order.external_id.ilike(pattern),
        said,
    )


def _order(session: Session, order_id: UUID | None) -> Order | None:
    return session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .options(selectinload(Order.lines).joinedload(OrderLine.product))
    )


def _reviews(session: Session, case: Case) -> Sequence[Review]:
    if case.request_id is None:
        return []
    return session.scalars(
        select(Review)
        .where(Review.request_id == case.request_id, Review.state != "withdrawn")
        .options(joinedload(Review.product))
        .order_by(Review.id)
    ).all()

"""Cases to be worked and read: lists by the oldest promise, one case with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.models.account import Member
from reviewapp.models.case import Case, CaseMessage, Incident, Pause
from reviewapp.models.case_details import CaseStep, CaseTag
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine, Product
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest

VIEWS = (
    "open", "mine", "unassigned", "due", "overdue", "escalated", "follow_up", "waiting", "solved",
    "all",
)  # fmt: skip
NEWEST_FIRST = ("solved", "all")
"""Views of what is over; in all others the oldest promise comes first."""
MOST_COUNTED = 100


@dataclass(frozen=True)
class Filters:
    """What a list of cases is narrowed to; empty narrows nothing."""

    view: str
    member_id: UUID
    horizon: datetime
    """What is due before it is about to break."""
    today: date
    route: str = ""
    owner: UUID | None = None
    tag: str = ""
    priority: str = ""
    words: str = ""


def cases(shop_id: UUID) -> Select[Any]:
    """All cases of a shop, in no order yet."""
    return select(Case).where(Case.shop_id == shop_id)


def list_keys(view: str) -> tuple[Any, ...]:
    """What orders a view's list."""
    return (Case.opened_at if view in NEWEST_FIRST else Case.promise_due_at, Case.id)


def case_rows(shop_id: UUID, wanted: Filters) -> Select[*tuple[Any, ...]]:
    """Cases for the list, with their customer, order number and owner; not narrowed to words."""
    rows = (
        select(Case, Customer, Order.external_id, Member.name)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(Order, Order.id == Case.order_id)
        .outerjoin(Member, Member.id == Case.assignee_id)
        .where(*_narrowed(shop_id, wanted))
    )
    if not wanted.tag:
        return rows
    tagged = (CaseTag.shop_id == shop_id, CaseTag.tag == wanted.tag, CaseTag.case_id == Case.id)
    return (
        rows.join(CaseTag, and_(*tagged))
        if walks_tag(wanted)
        else rows.where(exists().where(*tagged))
    )


def walks_tag(wanted: Filters) -> bool:
    """Whether the list is read as its tag's rows stand: nothing else there is rarer."""
    alone = not (wanted.words or wanted.route or wanted.owner or wanted.priority)
    return bool(wanted.tag) and alone and wanted.view in NEWEST_FIRST


def counts(session: Session, shop_id: UUID, wanted: Filters) -> Mapping[str, str]:
    """How many cases each view of open work holds, up to a bound: no long table is read."""
    columns = []
    for view in VIEWS:
        if view in NEWEST_FIRST:
            continue
        some = select(Case.id).where(Case.shop_id == shop_id, *_in_view(view, wanted))
        bounded = some.limit(MOST_COUNTED).subquery()
        columns.append(select(func.count()).select_from(bounded).scalar_subquery().label(view))
    row = session.execute(select(*columns)).one()._mapping
    bound = f"{MOST_COUNTED - 1}+"
    return {
        view: bound if count >= MOST_COUNTED else str(count) for view, count in row.items() if count
    }


def tags_in_use(session: Session, shop_id: UUID) -> Sequence[str]:
    """Tags of this shop's cases, each found by one jump in the index."""
    first = (
        select(func.min(CaseTag.tag).label("tag"))
        .where(CaseTag.shop_id == shop_id)
        .cte("tags", recursive=True)
    )
    following = (
        select(func.min(CaseTag.tag))
        .where(CaseTag.shop_id == shop_id, CaseTag.tag > first.c.tag)
        .scalar_subquery()
    )
    every = first.union_all(select(following).where(first.c.tag.is_not(None)))
    return session.scalars(select(every.c.tag).where(every.c.tag.is_not(None)).limit(200)).all()


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
        "pauses": session.scalars(
            select(Pause)
            .where(Pause.customer_id == case.customer_id)
            .order_by(Pause.starts_at.desc())
            .limit(5)
        ).all(),
        "orders": session.scalar(
            select(func.count()).select_from(Order).where(Order.customer_id == case.customer_id)
        ),
        "done": dict(
            session.execute(
                select(CaseStep.step, CaseStep.member_id).where(CaseStep.case_id == case.id)
            ).all()
        ),
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


def member_names(session: Session, shop_id: UUID) -> dict[UUID, str]:
    """Everybody who ever worked here, by id: what they wrote stays theirs."""
    rows = session.execute(select(Member.id, Member.name).where(Member.shop_id == shop_id))
    return dict(rows.all())


def said_and_named(session: Session, case: Case) -> tuple[str, list[str]]:
    """What the customer wrote, and the names of what they ordered: facts of the very issue."""
    asked = "\n".join(said.body for said in case.messages if said.direction == "in")
    titles = (
        select(Product.title)
        .join(OrderLine, OrderLine.product_id == Product.id)
        .where(OrderLine.order_id == case.order_id)
    )
    return asked, list(session.scalars(titles))


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


def _narrowed(shop_id: UUID, wanted: Filters) -> list[ColumnElement[bool]]:
    narrowed = [Case.shop_id == shop_id, *_in_view(wanted.view, wanted)]
    if wanted.route:
        narrowed.append(Case.route == wanted.route)
    if wanted.owner:
        narrowed.append(Case.assignee_id == wanted.owner)
    if wanted.priority:
        narrowed.append(Case.priority == wanted.priority)
    return narrowed


def _in_view(view: str, wanted: Filters) -> list[ColumnElement[bool]]:
    return _VIEWS[view](wanted)


_UNSOLVED = Case.state != literal_column("'solved'")
"""Written out as in the indexes' conditions: of a parameter no kept plan knows that it fits."""
_FOR_A_PERSON = Case.automation_stopped.expression
"""Bare: `IS true` is not taken for the condition of its index."""
_NOT_MERGED = Case.merged_into_id.is_(None)
_VIEWS: Mapping[str, Callable[[Filters], list[ColumnElement[bool]]]] = {
    "open": lambda _: [Case.state == "open"],
    "mine": lambda wanted: [_UNSOLVED, Case.assignee_id == wanted.member_id],
    "unassigned": lambda _: [_UNSOLVED, Case.assignee_id.is_(None)],
    "due": lambda wanted: [
        _UNSOLVED, Case.promise_due_at <= wanted.horizon, Case.promise_due_at >= clock.now()
    ],
    "overdue": lambda _: [_UNSOLVED, Case.promise_due_at < clock.now()],
    "escalated": lambda _: [_UNSOLVED, _FOR_A_PERSON],
    "follow_up": lambda wanted: [Case.follow_up_on <= wanted.today],
    "waiting": lambda _: [Case.state == "waiting"],
    "solved": lambda _: [Case.state == "solved", _NOT_MERGED],
    "all": lambda _: [_NOT_MERGED],
}  # fmt: skip


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

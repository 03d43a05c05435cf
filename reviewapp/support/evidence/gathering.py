"""Reading what a case's evidence pack holds, as one JSON-ready document (playbook 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.anchors import head
from reviewapp.audit.service import as_mapping
from reviewapp.core import clock
from reviewapp.models.account import Member, Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine
from reviewapp.models.media import MediaAsset
from reviewapp.models.policy import PolicyVersion
from reviewapp.models.review import Review
from reviewapp.support.policies import in_force_at

PAYMENT = "The payment itself is with the shop's payment provider; here is what the order told."
HOW_TO_CHECK = (
    "SHA256SUMS names every file. The entries in log.json are part of the shop's log: export it "
    "with `reviewapp audit export`, run the script beside it, and compare the hashes by number."
)
FACTS = ("shipped", "delivered", "cancelled", "lost", "refunded", "returned")


@dataclass(frozen=True)
class Attached:
    """A file of the conversation: where it lies and what it is called in the pack."""

    asset_id: UUID
    key: str
    name: str
    content_type: str


@dataclass(frozen=True)
class Gathered:
    """The document, and the files that go with it."""

    document: dict[str, Any]
    files: Sequence[Attached]


def gather(session: Session, shop: Shop, case: Case) -> Gathered:
    """Everything about a case; the log's entries of the case and its order with their hashes."""
    order = session.get(Order, case.order_id) if case.order_id else None
    events = _events(session, order)
    files = _files(session, case)
    messages = _messages(session, case)
    log = _log(session, case)
    document = {
        "type": "evidence-pack",
        "version": 1,
        "made_at": clock.now().isoformat(),
        "shop": {"id": str(shop.id), "name": shop.name, "url": shop.url, "email": shop.email},
        "case": _case(case),
        "customer": _customer(session.get_one(Customer, case.customer_id)),
        "order": _order(session, order),
        "tracking": [_event(event) for event in events],
        "conversation": _conversation(session, messages, files),
        "review": _review(session, case),
        "decisions": [_decision(entry) for entry in log],
        "policies": _policies(session, shop, case, order),
        "timeline": _timeline(case, order, events, messages, log),
        "log": {
            "head": head(session, shop.id),
            "entries": [as_mapping(entry) for entry in log],
        },
        "how_to_check": HOW_TO_CHECK,
    }
    return Gathered(document, [each for found in files.values() for each in found])


def _case(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "route": case.route,
        "state": case.state,
        "refund_kind": case.refund_kind,
        "escalation": case.escalation,
        "opened_at": case.opened_at.isoformat(),
        "first_response_due_at": case.first_response_due_at.isoformat(),
        "first_responded_at": _iso(case.first_responded_at),
        "solved_at": _iso(case.solved_at),
        "reopened": case.reopened_count,
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": str(customer.id),
        "name": customer.name,
        "email": customer.email,
        "country": customer.country,
    }


def _order(session: Session, order: Order | None) -> dict[str, Any] | None:
    if order is None:
        return None
    lines = session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .options(joinedload(OrderLine.product))
        .order_by(OrderLine.id)
    )
    return {
        "number": order.external_id,
        "ordered_at": order.ordered_at.isoformat(),
        "promised_at": _iso(order.promised_at),
        "payment": {
            "total": None if order.total is None else str(order.total),
            "currency": order.currency,
            "note": PAYMENT,
        },
        "tracking_number": order.tracking,
        "lines": [
            {
                "product": line.product.title,
                "sku": line.product.sku,
                "quantity": line.quantity,
                "price": None if line.price is None else str(line.price),
                **{f"{name}_at": _iso(getattr(line, f"{name}_at")) for name in FACTS},
            }
            for line in lines
        ],
    }


def _events(session: Session, order: Order | None) -> Sequence[OrderEvent]:
    if order is None:
        return []
    wanted = select(OrderEvent).where(OrderEvent.order_id == order.id)
    return session.scalars(wanted.order_by(OrderEvent.at, OrderEvent.id)).all()


def _event(event: OrderEvent) -> dict[str, Any]:
    return {
        "type": event.type,
        "at": event.at.isoformat(),
        "told_at": event.created_at.isoformat(),
        "lines": event.lines,
        "tracking_number": event.tracking,
        "sha256": event.digest,
    }


def _messages(session: Session, case: Case) -> Sequence[CaseMessage]:
    """The conversation with the customer and the team's notes, oldest first."""
    wanted = select(CaseMessage).where(CaseMessage.case_id == case.id)
    return session.scalars(wanted.order_by(CaseMessage.created_at, CaseMessage.id)).all()


def _files(session: Session, case: Case) -> dict[UUID, list[Attached]]:
    """Message → the files sent with it; hidden and failed ones are no evidence."""
    assets = session.scalars(
        select(MediaAsset)
        .join(CaseMessage, CaseMessage.id == MediaAsset.case_message_id)
        .where(CaseMessage.case_id == case.id, MediaAsset.state.in_(("attached", "ready")))
        .order_by(MediaAsset.id)
    ).all()
    found: dict[UUID, list[Attached]] = {}
    for number, asset in enumerate(assets, start=1):
        assert asset.case_message_id is not None, asset.id
        ending = asset.content_type.partition("/")[2].replace("jpeg", "jpg")
        name = f"files/{number:02d}.{ending}"
        attached = Attached(asset.id, asset.key, name, asset.content_type)
        found.setdefault(asset.case_message_id, []).append(attached)
    return found


def _conversation(
    session: Session, messages: Sequence[CaseMessage], files: dict[UUID, list[Attached]]
) -> list[dict[str, Any]]:
    ids = {message.member_id for message in messages if message.member_id}
    names = {m.id: m.name for m in session.scalars(select(Member).where(Member.id.in_(ids)))}
    who = {"in": "customer", "out": "shop", "note": "shop, among the team"}
    return [
        {
            "id": str(message.id),
            "at": message.created_at.isoformat(),
            "by": who[message.direction],
            "name": names.get(message.member_id) if message.member_id else None,
            "body": message.body,
            "files": [each.name for each in files.get(message.id, ())],
        }
        for message in messages
    ]


def _review(session: Session, case: Case) -> dict[str, Any] | None:
    """The public review behind the case, if there is one: words only, as help is blind to stars."""
    review = session.get(Review, case.review_id) if case.review_id else None
    if review is None:
        return None
    return {
        "id": str(review.id),
        "submitted_at": review.submitted_at.isoformat(),
        "title": review.title,
        "body": review.body,
        "state": review.state,
    }


def _log(session: Session, case: Case) -> Sequence[AuditEntry]:
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.shop_id == case.shop_id, AuditEntry.subject == f"case:{case.id}")
        .order_by(AuditEntry.number)
    ).all()


def _decision(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.created_at.isoformat(),
        "by": entry.actor,
        "what": entry.action,
        "detail": entry.detail,
        "log_number": entry.number,
    }


def _policies(
    session: Session, shop: Shop, case: Case, order: Order | None
) -> list[dict[str, Any]]:
    """What held when they bought, and when they asked, where that is another version."""
    bought = order.ordered_at if order else case.opened_at
    told: dict[UUID, tuple[PolicyVersion, list[str]]] = {}
    for why, at in (("order", bought), ("case", case.opened_at)):
        for version in in_force_at(session, shop.id, at):
            told.setdefault(version.id, (version, []))[1].append(why)
    return [
        {
            "kind": version.kind,
            "language": version.language,
            "version": version.number,
            "in_force_from": version.in_force_from.isoformat(),
            "in_force_at": why,
            "url": version.url,
            "sha256": version.sha256,
            "body": version.body,
        }
        for version, why in told.values()
    ]


def _timeline(
    case: Case,
    order: Order | None,
    events: Sequence[OrderEvent],
    messages: Sequence[CaseMessage],
    log: Sequence[AuditEntry],
) -> list[dict[str, str]]:
    found: list[tuple[datetime, str]] = [(case.opened_at, "case opened")]
    if order is not None:
        found.append((order.ordered_at, f"ordered, {order.external_id}"))
    found += [(event.at, f"parcel {event.type}") for event in events]
    said = {"in": "the customer wrote", "out": "the shop answered"}
    found += [(m.created_at, said[m.direction]) for m in messages if m.direction in said]
    found += [(entry.created_at, f"log {entry.number}: {entry.action}") for entry in log]
    return [{"at": at.isoformat(), "what": what} for at, what in sorted(found)]


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()

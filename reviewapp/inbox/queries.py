"""Incoming mails and connections as the operator's pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from reviewapp.models.mailbox import InboundMail, MailConnection
from reviewapp.models.outbox import Mail
from reviewapp.outbox.threads import HELD_BACK

VIEWS = ("waiting", "stopped", "reports", "failed", "all")
MOST_COUNTED = 1_000


def connections(session: Session, shop_id: UUID) -> Sequence[MailConnection]:
    """Every connection of a shop, the oldest first."""
    return session.scalars(
        select(MailConnection).where(MailConnection.shop_id == shop_id).order_by(MailConnection.id)
    ).all()


def incoming(shop_id: UUID, view: str) -> Select[*tuple[Any, ...]]:
    """Mails of a view with the address they came to."""
    return (
        select(InboundMail, MailConnection.address)
        .join(MailConnection, MailConnection.id == InboundMail.connection_id)
        .where(InboundMail.shop_id == shop_id, _in_view(view))
    )


def counts(session: Session, shop_id: UUID) -> Mapping[str, int]:
    """How many mails wait for somebody, by view; counted up to a bound."""
    found = {}
    for view in ("waiting", "failed"):
        some = select(InboundMail.id).where(InboundMail.shop_id == shop_id, _in_view(view))
        bounded = some.limit(MOST_COUNTED).subquery()
        found[view] = session.scalar(select(func.count()).select_from(bounded)) or 0
    return found


def held_back(session: Session, shop_id: UUID, most: int = 20) -> Sequence[Mail]:
    """Automatic letters that stayed here because their reader had enough of them; the newest."""
    return session.scalars(
        select(Mail)
        .where(Mail.shop_id == shop_id, Mail.case_id.is_not(None), Mail.reason == HELD_BACK)
        .order_by(Mail.id.desc())
        .limit(most)
    ).all()


def _in_view(view: str) -> ColumnElement[bool]:
    views: dict[str, ColumnElement[bool]] = {
        "waiting": InboundMail.state == "waiting",
        "stopped": InboundMail.state == "stopped",
        "reports": InboundMail.kind.in_(("bounce", "delay", "delivered", "complaint", "receipt")),
        "failed": InboundMail.state == "failed",
        "all": InboundMail.shop_id.is_not(None),
    }
    return views[view]

"""Helpdesks come, pause and go; what each kind wants to know, and whether it was told rightly."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.ids import digest, new_id, new_secret
from reviewapp.core.settings import Settings
from reviewapp.models.account import Shop
from reviewapp.models.case import ROUTES, Case
from reviewapp.models.handoff import HELPDESK_KINDS, Handoff, HandoffStep, Helpdesk
from reviewapp.outbox.addresses import BadAddress, path_of
from reviewapp.support.handoff.accounts import seal_secret
from reviewapp.support.handoff.webhook import PREFIX

MOST_COOL_DOWN_MINUTES = 7 * 24 * 60
ASKED = {
    "mail": (),
    "webhook": (),
    "zendesk": ("user", "secret"),
    "gorgias": ("user", "inbox", "secret"),
    "chatwoot": ("account", "inbox", "secret"),
    "freshdesk": ("secret",),
}
"""What a kind wants beside its address."""
NUMBERS = {"chatwoot": ("account", "inbox")}


@dataclass(frozen=True)
class Typed:
    """A helpdesk as somebody typed it in."""

    kind: str
    name: str
    address: str
    user: str = ""
    account: str = ""
    inbox: str = ""
    secret: str = ""
    by_itself: bool = False
    routes: Sequence[str] = ()
    cool_down_minutes: str = "60"


@dataclass(frozen=True)
class Added:
    """A new helpdesk and what is shown of it once: its hook, and the key that signs."""

    helpdesk: Helpdesk
    hook: str
    signing_secret: str | None


def add_helpdesk(session: Session, settings: Settings, shop: Shop, typed: Typed, by: str) -> Added:
    """Keep a new helpdesk; Invalid with a sentence for every field that cannot be right."""
    if wrong := _wrong(typed):
        raise Invalid(fields=wrong)
    hook, helpdesk_id = new_secret("hk"), new_id()
    secret = typed.secret
    if typed.kind == "webhook":
        secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    helpdesk = Helpdesk(
        id=helpdesk_id,
        shop_id=shop.id,
        kind=typed.kind,
        name=typed.name,
        address=typed.address.rstrip("/") if typed.kind != "webhook" else typed.address,
        options=_options(typed),
        secret=seal_secret(settings, helpdesk_id, secret) if secret else None,
        hook_digest=digest(hook),
        by_itself=typed.by_itself,
        routes=list(typed.routes),
        cool_down_minutes=int(typed.cool_down_minutes),
    )
    session.add(helpdesk)
    session.flush()
    _log(session, helpdesk, "helpdesk.added", by)
    return Added(helpdesk, hook, secret if typed.kind == "webhook" else None)


def set_helpdesk_state(session: Session, helpdesk: Helpdesk, state: str, by: str) -> None:
    """Pause, go on, or remove: then its key is forgotten, while what was handed over stays told."""
    if helpdesk.state == state:
        return
    helpdesk.state = state
    if state == "removed":
        helpdesk.secret = helpdesk.hook_digest = None
        helpdesk.by_itself = False
    _log(session, helpdesk, f"helpdesk.{state}", by)


def note_heard(helpdesk: Helpdesk) -> None:
    """It answered just now: whatever troubled it before is over."""
    helpdesk.last_heard_at, helpdesk.last_error = clock.now(), None


def helpdesk_of(session: Session, shop_id: UUID, helpdesk_id: UUID) -> Helpdesk:
    """One of this shop's; NotFound for another's or a removed one."""
    found = session.scalar(
        select(Helpdesk).where(
            Helpdesk.shop_id == shop_id,
            Helpdesk.id == helpdesk_id,
            Helpdesk.state != "removed",
        )
    )
    if found is None:
        raise NotFound
    return found


def helpdesks(session: Session, shop_id: UUID) -> Sequence[Helpdesk]:
    """The shop's helpdesks, in the order they came."""
    return session.scalars(
        select(Helpdesk)
        .where(Helpdesk.shop_id == shop_id, Helpdesk.state != "removed")
        .order_by(Helpdesk.id)
    ).all()


def owed(session: Session, shop_id: UUID) -> Mapping[UUID, tuple[int, int]]:
    """Helpdesk → how many steps wait, how many were refused."""
    rows = session.execute(
        select(
            Handoff.helpdesk_id,
            func.count().filter(HandoffStep.state == "waiting"),
            func.count().filter(HandoffStep.state == "refused"),
        )
        .join(HandoffStep, HandoffStep.handoff_id == Handoff.id)
        .where(Handoff.shop_id == shop_id, HandoffStep.state != "done")
        .group_by(Handoff.helpdesk_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def refused(session: Session, shop_id: UUID, helpdesk_id: UUID) -> Sequence[Any]:
    """Handoffs that a person has to look at, with case, customer's case route and the reason."""
    return session.execute(
        select(Handoff, Case, HandoffStep)
        .join(Case, Case.id == Handoff.case_id)
        .join(HandoffStep, HandoffStep.handoff_id == Handoff.id)
        .where(
            Handoff.shop_id == shop_id,
            Handoff.helpdesk_id == helpdesk_id,
            HandoffStep.state == "refused",
        )
        .order_by(HandoffStep.id)
        .limit(50)
    ).all()


def handoffs_of(
    session: Session, case_id: UUID
) -> Sequence[tuple[Handoff, str | None, str | None]]:
    """Where a case was handed over: the first step still owed, and what is in its way."""
    found = []
    for handoff in session.scalars(
        select(Handoff)
        .where(Handoff.case_id == case_id)
        .options(joinedload(Handoff.helpdesk))
        .order_by(Handoff.id)
    ):
        step = session.scalars(
            select(HandoffStep)
            .where(HandoffStep.handoff_id == handoff.id, HandoffStep.state != "done")
            .order_by(HandoffStep.number)
            .limit(1)
        ).first()
        found.append((handoff, step.state if step else None, step.last_error if step else None))
    return found


def _options(typed: Typed) -> dict[str, str]:
    wanted = {"user": typed.user, "account": typed.account, "inbox": typed.inbox}
    return {name: wanted[name] for name in ASKED[typed.kind] if name != "secret"}


def _wrong(typed: Typed) -> dict[str, list[str]]:
    if typed.kind not in HELPDESK_KINDS:
        return {"kind": [f"One of {', '.join(HELPDESK_KINDS)}."]}
    wrong = _wrong_options(typed)
    if not typed.name:
        wrong["name"] = ["Give it a name your team knows."]
    if told := _wrong_address(typed):
        wrong["address"] = [told]
    if unknown := sorted(set(typed.routes) - set(ROUTES)):
        wrong["routes"] = [f"Not a route: {', '.join(unknown)}."]
    minutes = typed.cool_down_minutes
    if not (minutes.isascii() and minutes.isdigit() and int(minutes) <= MOST_COOL_DOWN_MINUTES):
        wrong["cool_down_minutes"] = [f"A number from 0 to {MOST_COOL_DOWN_MINUTES:,}."]
    return wrong


def _wrong_options(typed: Typed) -> dict[str, list[str]]:
    wrong = {}
    for name in ASKED[typed.kind]:
        value = getattr(typed, name)
        if not value:
            wrong[name] = ["This is needed."]
        elif name in NUMBERS.get(typed.kind, ()) and not (value.isascii() and value.isdigit()):
            wrong[name] = ["This is a number."]
    return wrong


def _wrong_address(typed: Typed) -> str | None:
    if typed.kind == "mail":
        try:
            path_of(typed.address)
        except BadAddress:
            return "This is not a mail address."
        return None
    try:
        parts = urlsplit(typed.address)
    except ValueError:
        return "This is not an address."
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        return "An address that begins with https://."
    return None


def _log(session: Session, helpdesk: Helpdesk, action: str, by: str) -> None:
    record(
        session,
        shop_id=helpdesk.shop_id,
        actor=by,
        action=action,
        subject=f"helpdesk:{helpdesk.id}",
        kind=helpdesk.kind,
    )

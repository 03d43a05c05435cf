"""Who knocks and what they may do: member sessions, API keys, roles and actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import NotAllowed, NotSignedIn
from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.core.ids import digest
from reviewapp.models.account import ApiKey, Member, MemberSession, Shop
from reviewapp.web.forms import READING, check_csrf
from reviewapp.web.language import speak
from reviewapp.web.session import enter_shop, kit, session

View = TypeVar("View", bound=Callable[..., Any])

READ = {"request.read", "review.read", "case.read", "catalog.read", "report.read"}
ROLE_ACTIONS: dict[str, frozenset[str]] = {
    "analyst": frozenset(READ),
    "agent": frozenset(READ | {"case.work", "review.reply", "improvement.work"}),
    "moderator": frozenset(READ | {"review.decide", "review.reply", "improvement.work"}),
    "marketer": frozenset(READ | {"library.use", "improvement.work"}),
    "owner": frozenset(
        READ
        | {"improvement.work"}
        | {
            "case.work",
            "case.decide",
            "review.reply",
            "review.decide",
            "library.use",
            "catalog.write",
        }
        | {"request.work", "shop.edit", "team.edit", "key.edit", "letter.edit", "log.read"}
    ),
}
"""What each role may do. No action anywhere can relax a rule (G31)."""

SESSION_COOKIE = "reviewapp_session"
IDLE = timedelta(days=7)


@dataclass(frozen=True)
class Actor:
    """Who acts in this request: a member or an API key, of one shop, with a role."""

    kind: str
    id: UUID
    name: str
    role: str
    shop: Shop

    @property
    def label(self) -> str:
        """How the audit log names the actor."""
        return f"{self.kind}:{self.id}"

    def may(self, action: str) -> bool:
        """Whether the role allows `action`."""
        return action in ROLE_ACTIONS[self.role]


def actor() -> Actor:
    """The request's actor; NotSignedIn when a gate has found none."""
    found: Actor | None = g.get("actor")
    if found is None:
        raise NotSignedIn()
    return found


def require(action: str) -> Callable[[View], View]:
    """Open this route only to actors whose role allows `action`."""
    assert any(action in actions for actions in ROLE_ACTIONS.values()), action

    def mark(view: View) -> View:
        view.__access__ = action  # type: ignore[attr-defined]  # read by the gate and the guard
        return view

    return mark


def public(why: str) -> Callable[[View], View]:
    """Open this route to anyone, and say why."""

    def mark(view: View) -> View:
        view.__access__ = f"public: {why}"  # type: ignore[attr-defined]  # as above
        return view

    return mark


def access_of(view: Any) -> str | None:
    """What a view was marked with; None is a defect that the house guard reports."""
    return getattr(view, "__access__", None)


def gate_members(blueprint: Blueprint) -> None:
    """The admin door: session, CSRF on every change, role."""

    @blueprint.before_request
    def enter() -> Response | None:
        access = _current_access()
        if access.startswith("public:"):
            return None
        speak(SOURCE_LANGUAGE)  # the admin's words are not translated yet: no half-German page
        g.actor = _member_actor()
        if g.actor is None:
            if request.method == "GET":
                return redirect(url_for("signin.form", next=request.full_path.rstrip("?")))
            raise NotSignedIn()
        if request.method not in READING:
            check_csrf(g.session_digest)
        _check_role(access)
        return None


def gate_keys(blueprint: Blueprint) -> None:
    """The API door: `Authorization: Bearer sk_…`, role."""

    @blueprint.before_request
    def enter() -> None:
        access = _current_access()
        if access.startswith("public:"):
            return
        g.actor = _key_actor()
        if g.actor is None:
            raise NotSignedIn("key_unknown")
        _check_role(access)


def _current_access() -> str:
    access = access_of(current_app.view_functions[request.endpoint or ""])
    if access is None:
        raise NotAllowed()
    return access


def _check_role(access: str) -> None:
    if not actor().may(access):
        raise NotAllowed()


def _member_actor() -> Actor | None:
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    now = clock.now()
    g.session_digest = digest(token)
    row = (
        session()
        .execute(
            select(MemberSession, Member, Shop)
            .join(Member, Member.id == MemberSession.member_id)
            .join(Shop, Shop.id == Member.shop_id)
            .where(
                MemberSession.token_digest == g.session_digest,
                MemberSession.expires_at > now,
                MemberSession.seen_at > now - IDLE,
                Member.disabled_at.is_(None),
            )
        )
        .first()
    )
    if row is None:
        return None
    kept, member, shop = row
    if now - kept.seen_at > timedelta(minutes=10):
        kept.seen_at = now
    enter_shop(shop.id)
    return Actor("member", member.id, member.name, member.role, shop)


def _key_actor() -> Actor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    row = (
        session()
        .execute(
            select(ApiKey, Shop)
            .join(Shop, Shop.id == ApiKey.shop_id)
            .where(ApiKey.token_digest == digest(token.strip()), ApiKey.revoked_at.is_(None))
        )
        .first()
    )
    if row is None:
        return None
    key, shop = row
    if key.used_at is None or clock.now() - key.used_at > timedelta(minutes=10):
        key.used_at = clock.now()
    enter_shop(shop.id)
    return Actor("key", key.id, key.name, key.role, shop)


def set_session_cookie(response: Response, token: str, expires_seconds: int) -> None:
    """Hand the browser its session: HttpOnly, same site, Secure under HTTPS."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=expires_seconds,
        httponly=True,
        samesite="Lax",
        secure=kit().settings.https,
        path="/",
    )

"""The demo's door to the admin: choose whom to be; no password, it is all made up."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.accounts import service as accounts
from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.demo.steps import demo_shop
from reviewapp.models.account import ROLES, Member
from reviewapp.web.auth import public, set_session_cookie
from reviewapp.web.forms import check_same_origin
from reviewapp.web.language import speak
from reviewapp.web.session import enter_shop, session

WHY = "the demo's team is made up; whoever sees the demo may try every role"
FIRST_PAGE = {"agent": "/admin/cases", "moderator": "/admin/queue"}

blueprint = Blueprint("demo_entry", __name__, url_prefix="/demo/sign-in")
blueprint.before_request(lambda: speak(SOURCE_LANGUAGE))


@blueprint.get("")
@public(WHY)
def choose() -> str:
    """The team, the owner first; nothing happens before a button."""
    return render_template("demo/sign_in.html", members=_team(), next=request.args.get("next", ""))


@blueprint.post("")
@public(WHY)
def enter() -> Response:
    """A session as the member chosen (`member`, their id; the owner without one)."""
    check_same_origin()
    team = _team()
    wanted = request.form.get("member")
    member = next((one for one in team if wanted in (None, str(one.id))), None)
    if member is None:
        raise NotFound()
    token = accounts.start_session(session(), member, request.headers.get("User-Agent"))
    response = redirect(FIRST_PAGE.get(member.role, "/admin/"), 303)
    set_session_cookie(response, token, int(accounts.SESSION_TERM.total_seconds()))
    return response


def _team() -> list[Member]:
    shop = demo_shop(session())
    enter_shop(shop.id)
    members = session().scalars(
        select(Member).where(Member.shop_id == shop.id, Member.disabled_at.is_(None))
    )
    return sorted(members, key=lambda member: (ROLES.index(member.role), _born(member.id)))


def _born(id_: UUID) -> int:
    return id_.int

"""The door to the admin: password, sign-in link, invitation, sign out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.accounts import service
from reviewapp.accounts.passwords import LEAST
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.core.ids import digest
from reviewapp.models.account import Member, Shop
from reviewapp.outbox.mail import queue_letter
from reviewapp.web.auth import SESSION_COOKIE, gate_members, public, set_session_cookie
from reviewapp.web.forms import check_same_origin
from reviewapp.web.language import speak
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import kit, session
from reviewapp.web.typed import line

blueprint = Blueprint("signin", __name__, url_prefix="/signin")
gate_members(blueprint)
blueprint.before_request(lambda: speak(SOURCE_LANGUAGE))
OWN_PAGES = re.compile(r"/admin(/[\w.~/-]*)?(\?[\w.~/=&%+-]*)?", re.ASCII)
"""Where a sign-in may lead: pages of this admin, nothing else."""
WRONG = "We do not know this address and password together. Try again or ask for a link."


@blueprint.get("")
@public("this is where members come in")
def form() -> str:
    """Address and password, or a link by mail."""
    return _page()


@blueprint.post("")
@public("this is where members come in")
def by_password() -> Response | tuple[str, int]:
    """Sign in; the same words and time whatever was wrong."""
    check_same_origin()
    email, password = line("email"), request.form.get("password", "")
    limit("signin.address", client_address(), burst=20, per_minute=10)
    limit("signin.account", email.casefold(), burst=8, per_minute=2)
    member = service.member_by_password(session(), email, password[:1000])
    if member is None:
        return _page(errors=[("email", WRONG)], email=email), 422
    return _enter(member)


@blueprint.post("/link")
@public("mails a link to members only, and says the same to everybody")
def ask_for_link() -> str:
    """Mail a link to whoever is a member; the page does not tell."""
    check_same_origin()
    email = line("email")
    limit("signin.link", client_address(), burst=5, per_minute=1)
    limit("signin.link.account", email.casefold(), burst=5, per_minute=0.5)
    _mail_links(email)
    minutes = int(service.LINK_TERM.total_seconds() // 60)
    return render_template("accounts/signin_sent.html", email=email, minutes=minutes)


@blueprint.get("/link/<token>")
@public("holder of a link; nothing happens before the button")
def link(token: str) -> str:
    """A button, because mail scanners open links (G11's reason)."""
    found, member = service.live_link(session(), token)
    return _link_page(token, found.purpose, member)


@blueprint.post("/link/<token>")
@public("holder of a link")
def spend(token: str) -> Response | tuple[str, int]:
    """Use the link up: sign in, and take a new password where one was typed."""
    check_same_origin()
    limit("signin.spend", client_address(), burst=20, per_minute=10)
    found, member = service.live_link(session(), token)
    password = request.form.get("password", "")
    if password or found.purpose == "invitation":
        try:
            service.set_password(session(), member, password)
        except Invalid as error:
            return _link_page(token, found.purpose, member, error.fields["password"]), 422
    service.spend_link(session(), found)
    return _enter(member)


@blueprint.post("/out")
@public("signing out needs no right")
def sign_out() -> Response:
    """End this browser's session."""
    check_same_origin()
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        service.end_session(session(), digest(token))
    response = redirect(url_for("signin.form"))
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _enter(member: Member) -> Response:
    if before := request.cookies.get(SESSION_COOKIE):
        service.end_session(session(), digest(before))
    token = service.start_session(session(), member, request.user_agent.string)
    target = request.form.get("next", "")
    response = make_response(redirect(target if OWN_PAGES.fullmatch(target) else "/admin/"))
    set_session_cookie(response, token, int(service.SESSION_TERM.total_seconds()))
    return response


def _mail_links(email: str) -> None:
    for member, shop in service.members_by_email(session(), email):
        token = service.issue_link(session(), member)
        queue_letter(
            session(),
            shop_id=shop.id,
            letter="sign_in",
            to=(member.name, member.email),
            language=member.locale,
            params={
                "link_url": f"{kit().settings.public_url}/signin/link/{token}",
                "minutes": int(service.LINK_TERM.total_seconds() // 60),
            },
            key=f"sign_in:{digest(token)[:16]}",
        )


def _link_page(token: str, purpose: str, member: Member, problems: Sequence[str] = ()) -> str:
    shop = session().get_one(Shop, member.shop_id)
    return render_template(
        "accounts/signin_link.html",
        token=token,
        member=member,
        shop=shop,
        invited=purpose == "invitation",
        least=LEAST,
        errors=[("password", text) for text in problems],
    )


def _page(errors: list[tuple[str, str]] | None = None, email: str = "") -> str:
    return render_template(
        "accounts/signin_form.html",
        errors=errors or [],
        email=email,
        next=request.values.get("next", ""),
    )

"""The door to the admin: password, sign-in link, invitation, sign out."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.accounts import service
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Member
from reviewapp.outbox.mail import queue_letter
from reviewapp.web.auth import SESSION_COOKIE, gate_members, public, set_session_cookie
from reviewapp.web.forms import check_same_origin
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import kit, session

blueprint = Blueprint("signin", __name__, url_prefix="/signin")
gate_members(blueprint)
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
    email, password = request.form.get("email", ""), request.form.get("password", "")
    limit("signin.address", client_address(), burst=20, per_minute=10)
    limit("signin.account", email.lower(), burst=8, per_minute=2)
    member = service.member_by_password(session(), email, password[:1000])
    if member is None:
        return _page(errors=[("email", WRONG)], email=email), 422
    return _enter(member)


@blueprint.post("/link")
@public("mails a link to members only, and says the same to everybody")
def ask_for_link() -> str:
    """Mail a link to whoever is a member; the page does not tell."""
    check_same_origin()
    email = request.form.get("email", "")
    limit("signin.link", client_address(), burst=5, per_minute=1)
    _mail_links(email)
    return render_template("accounts/signin_sent.html", email=email)


@blueprint.get("/link/<token>")
@public("holder of a link; nothing happens before the button")
def link(token: str) -> str:
    """A button, because mail scanners open links (G11's reason)."""
    found, member = service.live_link(session(), token)
    return render_template(
        "accounts/signin_link.html", token=token, member=member, purpose=found.purpose, errors=[]
    )


@blueprint.post("/link/<token>")
@public("holder of a link")
def spend(token: str) -> Response | tuple[str, int]:
    """Use the link up: sign in, or take the invited member's first password."""
    check_same_origin()
    found, member = service.live_link(session(), token)
    if found.purpose == "invitation":
        try:
            service.set_password(session(), member, request.form.get("password", ""))
        except Invalid as error:
            page = render_template(
                "accounts/signin_link.html", token=token, member=member, purpose=found.purpose,
                errors=[("password", text) for text in error.fields["password"]],
            )  # fmt: skip
            return page, 422
    service.spend_link(session(), found)
    return _enter(member)


@blueprint.post("/out")
@public("signing out needs no right")
def sign_out() -> Response:
    """End this browser's session."""
    check_same_origin()
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        service.end_session(session(), service.digest(token))
    response = redirect(url_for("signin.form"))
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _enter(member: Member) -> Response:
    token = service.start_session(session(), member, request.user_agent.string)
    target = request.values.get("next", "")
    own = target.startswith("/admin") and not target.startswith("//") and "\\" not in target
    response = make_response(redirect(target if own else "/admin/"))
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
            key=f"sign_in:{service.digest(token)[:16]}",
        )


def _page(errors: list[tuple[str, str]] | None = None, email: str = "") -> str:
    g.setdefault("shop", None)
    return render_template(
        "accounts/signin_form.html",
        errors=errors or [],
        email=email,
        next=request.values.get("next", ""),
    )

"""Team, own profile and API keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.accounts import keys, service, team
from reviewapp.accounts.passwords import LEAST, password_matches
from reviewapp.accounts.team import Inviter
from reviewapp.core.errors import AppError, Conflict, Invalid, NotFound
from reviewapp.models.account import ROLES, Member
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session
from reviewapp.web.typed import line

blueprint = Blueprint("accounts", __name__, url_prefix="/admin")
gate_members(blueprint)

Page = str | tuple[str, int] | Response


@blueprint.get("/team")
@require("team.edit")
def members() -> str:
    """Everybody of the team, and a form to invite somebody."""
    return _team_page()


@blueprint.post("/team")
@require("team.edit")
def invite() -> Page:
    """Invite somebody by mail."""
    email = line("email")
    try:
        team.invite_member(
            session(), actor().shop, email=email, name=line("name"), role=line("role"),
            inviter=_inviter(),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        _start_over()
        return _team_page(error), error.status
    say("good", _("%(email)s is invited. The link in the mail works for 7 days.", email=email))
    return redirect(url_for("accounts.members"))


@blueprint.get("/team/<uuid:member_id>")
@require("team.edit")
def member(member_id: UUID) -> str:
    """One of the team: role, sessions, whether they may come in."""
    found = _member(member_id)
    return render_template(
        "accounts/member.html", member=found, **_roles(), me=actor().id,
        sessions=team.sessions_of(session(), found),
    )  # fmt: skip


@blueprint.post("/team/<uuid:member_id>/<act>")
@require("team.edit")
def change_member(member_id: UUID, act: str) -> Response:
    """Change a role, let go, let in again, sign out everywhere, invite again."""
    found, shop, by = _member(member_id), actor().shop, actor().label
    try:
        if act == "role":
            team.change_role(session(), shop, found, line("role"), by=by)
        elif act == "disable":
            team.disable_member(session(), shop, found, by=by)
        elif act == "enable":
            team.enable_member(session(), shop, found, by=by)
        elif act == "sessions":
            team.revoke_sessions(session(), shop, found, by=by)
        elif act == "invite":
            team.send_invitation(session(), shop, found, _inviter())
        else:
            raise NotFound()
    except Conflict as error:
        _start_over()
        say("bad", _(error.message))
    else:
        say("good", _("Done."))
    return redirect(url_for("accounts.member", member_id=member_id))


@blueprint.get("/profile")
@require("report.read")
def profile() -> str:
    """Your own name, password and browsers."""
    return _profile_page()


@blueprint.post("/profile")
@require("report.read")
def change_name() -> Response:
    """Take another name; customers see it under answers."""
    _me().name = line("name", 100) or _me().email
    say("good", _("Saved."))
    return redirect(url_for("accounts.profile"))


@blueprint.post("/profile/password")
@require("report.read")
def change_password() -> Page:
    """Take a new password; whoever holds one shows it first. Other browsers are signed out."""
    me, typed = _me(), request.form.get("password", "")
    try:
        if me.password_hash and not password_matches(
            request.form.get("current", "")[:1000], me.password_hash
        ):
            raise Invalid(fields={"current": [_("This is not your present password.")]})
        service.set_password(session(), me, typed, keep=g.session_digest)
    except Invalid as error:
        _start_over()
        return _profile_page(error), error.status
    say("good", _("Your password is changed. Other browsers are signed out."))
    return redirect(url_for("accounts.profile"))


@blueprint.post("/profile/sessions")
@require("report.read")
def end_other_sessions() -> Response:
    """Sign out every browser but this one."""
    team.revoke_sessions(session(), actor().shop, _me(), by=actor().label, but=g.session_digest)
    say("good", _("Other browsers are signed out."))
    return redirect(url_for("accounts.profile"))


@blueprint.get("/keys")
@require("key.edit")
def api_keys() -> str:
    """The shop's API keys."""
    return _keys_page()


@blueprint.post("/keys")
@require("key.edit")
def create_key() -> Page:
    """Make a key; its secret stands on this one page only."""
    try:
        secret = keys.create_api_key(
            session(), actor().shop, name=line("name", 100), role=line("role"), by=actor().label,
            member_id=actor().id,
        )  # fmt: skip
    except Invalid as error:
        _start_over()
        return _keys_page(error=error), error.status
    return _keys_page(secret=secret)


@blueprint.post("/keys/<uuid:key_id>/revoke")
@require("key.edit")
def revoke_key(key_id: UUID) -> Response:
    """The key opens nothing from now on."""
    keys.revoke_api_key(session(), actor().shop, key_id, by=actor().label)
    say("good", _("The key is revoked. Whatever used it is refused from now on."))
    return redirect(url_for("accounts.api_keys"))


def _team_page(error: AppError | None = None) -> str:
    return render_template(
        "accounts/team.html", members=team.members(session(), actor().shop.id), **_roles(),
        me=actor().id, errors=_errors(error, "email"), typed=request.form,
    )  # fmt: skip


def _profile_page(error: AppError | None = None) -> str:
    me = _me()
    return render_template(
        "accounts/profile.html", me=me, sessions=team.sessions_of(session(), me), least=LEAST,
        here=g.session_digest, errors=_errors(error, "password"),
    )  # fmt: skip


def _keys_page(secret: str = "", error: AppError | None = None) -> str:
    return render_template(
        "accounts/keys.html", keys=keys.api_keys(session(), actor().shop.id), secret=secret,
        **_roles(), errors=_errors(error, "name"),
    )  # fmt: skip


def _errors(error: AppError | None, field: str) -> list[tuple[str, str]]:
    if error is None:
        return []
    told = [(name, _(text)) for name, texts in error.fields.items() for text in texts]
    return told or [(field, _(error.message))]


def _start_over() -> None:
    """Undo what was begun, and go on reading as the same member."""
    release()
    enter_shop(actor().shop.id)


def _member(member_id: UUID) -> Member:
    return team.member_of(session(), actor().shop.id, member_id)


def _me() -> Member:
    return _member(actor().id)


def _inviter() -> Inviter:
    return Inviter(actor().label, actor().name, kit().settings.public_url)


def _roles() -> dict[str, Any]:
    """What templates need to name and to offer roles."""
    told = {
        "owner": (_("Owner"), _("Everything, with settings, team and keys.")),
        "moderator": (_("Moderator"), _("Decides on reviews and answers them.")),
        "marketer": (_("Marketer"), _("Finds content and takes it out.")),
        "agent": (_("Agent"), _("Works on cases and answers reviews.")),
        "analyst": (_("Analyst"), _("Reads everything, changes nothing.")),
    }
    return {
        "role_names": {role: told[role][0] for role in ROLES},
        "role_choices": [(role, *told[role]) for role in ROLES],
        "role_lines": [(role, ": ".join(told[role])) for role in ROLES],
    }

"""The admin's door for mail: where it comes in, and what became of each mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from reviewapp.audit.service import record
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.sealing import Sealer
from reviewapp.inbox import connecting, queries
from reviewapp.inbox.connecting import Wanted
from reviewapp.inbox.fetching import look_at, password_of
from reviewapp.inbox.imap import ImapFailed, Server
from reviewapp.inbox.reasons import kinds, reasons
from reviewapp.inbox.storing import raw_of
from reviewapp.models.mailbox import InboundMail, MailConnection
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, release, session
from reviewapp.web.typed import line

blueprint = Blueprint("mailboxes", __name__, url_prefix="/admin")
gate_members(blueprint)

Page = str | tuple[str, int] | BaseResponse
NAMES = ("kind", "address", "strangers", "host", "port", "security", "username", "folder")


@blueprint.get("/mailboxes", strict_slashes=False)
@require("shop.edit")
def index() -> str:
    """Every mailbox, how it goes, and since when."""
    shop = actor().shop
    return render_template(
        "inbox/mailboxes.html",
        connections=queries.connections(session(), shop.id),
        hook_base=f"{kit().settings.public_url}/hooks",
    )


@blueprint.get("/mailboxes/new")
@require("shop.edit")
def new() -> str:
    """An empty form: fetched by IMAP, or posted by a program."""
    kind = "hook" if request.args.get("kind") == "hook" else "imap"
    empty = dict.fromkeys(NAMES, "")
    return _form(None, empty | {"kind": kind, "plus_addresses": "1", "strangers": "open",
                                "folder": "INBOX", "security": "tls",
                                "address": actor().shop.email})  # fmt: skip


@blueprint.get("/mailboxes/<uuid:connection_id>")
@require("shop.edit")
def one(connection_id: UUID) -> str:
    """A mailbox as it is; its secret stays where it is."""
    found = _connection(connection_id)
    typed = {name: str(getattr(found, name) or "") for name in NAMES}
    return _form(found, typed | {"plus_addresses": "1" if found.plus_addresses else ""})


@blueprint.post("/mailboxes/new")
@blueprint.post("/mailboxes/<uuid:connection_id>")
@require("shop.edit")
def save(connection_id: UUID | None = None) -> Page:
    """Keep a mailbox; a new poster's secret is shown once."""
    found = _connection(connection_id) if connection_id else None
    typed = {name: line(name) for name in (*NAMES, "plus_addresses")}
    typed["kind"] = found.kind if found else typed["kind"]
    wanted = _wanted(typed)
    try:
        if found is not None:
            connecting.change(session(), _sealer(), actor().shop, found, wanted, by=actor().label)
        else:
            found, secret = connecting.add(
                session(), _sealer(), actor().shop, wanted, by=actor().label
            )
            if secret:
                return _secret_page(found, secret)
    except Invalid as error:
        return _form(found, typed, error.fields), error.status
    say("good", _("Mailbox saved. It is looked at right now."))
    return redirect(url_for("mailboxes.index"))


@blueprint.post("/mailboxes/<uuid:connection_id>/test")
@require("shop.edit")
def test(connection_id: UUID) -> Page:
    """Sign in as a fetch would; nothing is taken."""
    found = _connection(connection_id)
    server = Server(found.host or "", found.port or 993, found.security, found.username or "",
                    password_of(kit(), found), found.folder)  # fmt: skip
    release()  # a server may let us wait
    try:
        count = look_at(kit(), server)
    except ImapFailed as error:
        say("bad", _("%(why)s", why=error.message))
    else:
        say("good", _("It works. The newest mail there has number %(number)s.", number=count))
    return redirect(url_for("mailboxes.index"))


@blueprint.post("/mailboxes/<uuid:connection_id>/pause")
@require("shop.edit")
def pause(connection_id: UUID) -> BaseResponse:
    """Stop for a while."""
    connecting.pause(session(), _connection(connection_id), by=actor().label)
    say("good", _("Paused. What arrives meanwhile is fetched when it goes on."))
    return redirect(url_for("mailboxes.index"))


@blueprint.post("/mailboxes/<uuid:connection_id>/go-on")
@require("shop.edit")
def go_on(connection_id: UUID) -> BaseResponse:
    """Go on after a pause or a failure, at once."""
    connecting.go_on(session(), _connection(connection_id), by=actor().label)
    say("good", _("It goes on."))
    return redirect(url_for("mailboxes.index"))


@blueprint.post("/mailboxes/<uuid:connection_id>/secret")
@require("shop.edit")
def secret(connection_id: UUID) -> str:
    """A new secret for who posts."""
    found = _connection(connection_id)
    if found.kind != "hook":
        raise NotFound
    fresh = connecting.renew_secret(session(), _sealer(), found, by=actor().label)
    return _secret_page(found, fresh)


@blueprint.get("/incoming", strict_slashes=False)
@require("case.read")
def incoming() -> str:
    """Mails that wait for a person, were stopped, or told of something."""
    shop = actor().shop
    view = chosen("view", queries.VIEWS) or "waiting"
    return render_template(
        "inbox/incoming.html",
        found=listing(
            queries.incoming(shop.id, view),
            (InboundMail.created_at, InboundMail.id),
            newest_first=True,
        ),
        view=view,
        views=_views(),
        counts=queries.counts(session(), shop.id),
        kinds=kinds(),
        reasons=reasons(),
        held_back=queries.held_back(session(), shop.id) if view == "stopped" else (),
        some=bool(queries.connections(session(), shop.id)),
    )


@blueprint.post("/incoming/<uuid:mail_id>/case")
@require("case.work")
def to_case(mail_id: UUID) -> BaseResponse:
    """It is somebody's message after all."""
    row = connecting.mail_of(session(), actor().shop.id, mail_id)
    connecting.take_for_message(session(), row, by=actor().label)
    say("good", _("It becomes a case in a moment."))
    return redirect(url_for("mailboxes.incoming"))


@blueprint.post("/incoming/<uuid:mail_id>/dismiss")
@require("case.work")
def dismiss(mail_id: UUID) -> BaseResponse:
    """Nothing is to be done with it."""
    row = connecting.mail_of(session(), actor().shop.id, mail_id)
    connecting.dismiss(session(), row, by=actor().label)
    say("good", _("Put away."))
    return redirect(url_for("mailboxes.incoming"))


@blueprint.post("/incoming/<uuid:mail_id>/raw")
@require("case.work")
def raw(mail_id: UUID) -> Response:
    """The mail as it came, as a file; the log keeps who took it."""
    row = connecting.mail_of(session(), actor().shop.id, mail_id)
    if row.raw_key is None:
        raise NotFound
    record(session(), shop_id=row.shop_id, actor=actor().label, action="mail.opened",
           subject=f"mail:{row.id}")  # fmt: skip
    content = b"".join(raw_of(kit(), row.id, row.raw_key))
    name = {"Content-Disposition": f'attachment; filename="{row.id}.eml"'}
    return Response(content, content_type="application/octet-stream", headers=name)


def _form(
    found: MailConnection | None,
    typed: Mapping[str, str],
    wrong: Mapping[str, list[str]] | None = None,
) -> str:
    wrong = wrong or {}
    return render_template(
        "inbox/mailbox.html",
        connection=found,
        typed=dict.fromkeys((*NAMES, "plus_addresses"), "") | dict(typed),
        wrong={name: _(" ".join(told)) for name, told in wrong.items()},
        errors=[(name, one) for name, told in wrong.items() for one in told],
        hook_base=f"{kit().settings.public_url}/hooks",
    )


def _secret_page(found: MailConnection, fresh: str) -> str:
    address = f"{kit().settings.public_url}/hooks/{found.id}/mail"
    return render_template("inbox/secret.html", connection=found, secret=fresh, address=address)


def _wanted(typed: Mapping[str, str]) -> Wanted:
    named = {name: typed[name] for name in NAMES}
    password = request.form.get("password", "")[:500]
    return Wanted(**named, plus_addresses=bool(typed["plus_addresses"]), password=password)


def _connection(connection_id: UUID) -> MailConnection:
    return connecting.connection_of(session(), actor().shop.id, connection_id)


def _sealer() -> Sealer:
    return Sealer(kit().settings.secret_keys)


def _views() -> dict[str, Any]:
    return {
        "waiting": _("Waiting for you"),
        "stopped": _("Stopped"),
        "reports": _("Reports"),
        "failed": _("Failed"),
        "all": _("All"),
    }

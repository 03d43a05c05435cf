"""Helpdesks in the admin: add one, try it, pause it, and see what it refused."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core.errors import AppError, Conflict, Invalid, NotFound
from reviewapp.models.case import Case
from reviewapp.models.handoff import HELPDESK_KINDS, Handoff, Helpdesk
from reviewapp.support import texts
from reviewapp.support.handoff import setup
from reviewapp.support.handoff.accounts import open_helpdesk
from reviewapp.support.handoff.service import hand_over, try_again
from reviewapp.support.handoff.setup import Added, Typed
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import enter_shop, kit, release, session
from reviewapp.web.typed import line

blueprint = Blueprint("helpdesks", __name__, url_prefix="/admin/helpdesks")
gate_members(blueprint)

Page = str | tuple[str, int] | Response


@blueprint.get("", strict_slashes=False)
@require("shop.edit")
def index() -> str:
    """The shop's helpdesks, how they are, and a choice of one to add."""
    shop_id = actor().shop.id
    return render_template(
        "support/admin_helpdesks.html",
        helpdesks=setup.helpdesks(session(), shop_id),
        owed=setup.owed(session(), shop_id),
        kinds=_kinds(),
    )


@blueprint.get("/new/<kind>")
@require("shop.edit")
def new(kind: str) -> str:
    """The form of one kind."""
    return _form(_typed(kind))


@blueprint.post("/new/<kind>")
@require("shop.edit")
def add(kind: str) -> Page:
    """Keep it, then show once what the other side needs."""
    typed = _typed(kind)
    try:
        added = setup.add_helpdesk(session(), kit().settings, actor().shop, typed, actor().label)
    except Invalid as error:
        wrong = {name: sentences[0] for name, sentences in error.fields.items()}
        return _form(typed, wrong), error.status
    return _page(added.helpdesk, added)


@blueprint.get("/<uuid:helpdesk_id>")
@require("shop.edit")
def one(helpdesk_id: UUID) -> str:
    """One helpdesk, and what it refused."""
    return _page(_found(helpdesk_id))


@blueprint.post("/<uuid:helpdesk_id>/check")
@require("shop.edit")
def check(helpdesk_id: UUID) -> Response:
    """Ask it whether the address and the key are right."""
    found, settings = _found(helpdesk_id), kit().settings
    shop_id = found.shop_id
    session().expunge(found)
    release()  # nobody holds a transaction while somebody else takes their time
    try:
        open_helpdesk(found, settings).check()
    except AppError as error:
        told = [text for sentences in error.fields.values() for text in sentences]
        say("bad", _("It does not work yet: %(why)s", why=" ".join(told) or error.message))
    except (LookupError, TypeError, ValueError):
        say("bad", _("Somebody answers at this address, but not as this kind of helpdesk does."))
    else:
        enter_shop(shop_id)
        setup.note_heard(_found(helpdesk_id))
        say("good", _("It works: the address and the key open the door."))
    return redirect(url_for("helpdesks.one", helpdesk_id=helpdesk_id))


@blueprint.post("/<uuid:helpdesk_id>/state")
@require("shop.edit")
def state(helpdesk_id: UUID) -> Response:
    """Pause it, go on, or remove it."""
    wanted = line("state")
    if wanted not in ("active", "paused", "removed"):
        raise NotFound
    setup.set_helpdesk_state(session(), _found(helpdesk_id), wanted, actor().label)
    say("good", {"active": _("It takes cases again."), "paused": _("Paused. What is owed waits."),
                 "removed": _("Removed. Its key is forgotten here.")}[wanted])  # fmt: skip
    return redirect(url_for("helpdesks.index"))


@blueprint.post("/handoffs/<uuid:handoff_id>/again")
@require("case.work")
def again(handoff_id: UUID) -> Response:
    """Try what was refused once more."""
    try_again(session(), actor().shop.id, handoff_id)
    say("good", _("It is tried again now."))
    handoff = session().get_one(Handoff, handoff_id)
    return redirect(url_for("cases.case", case_id=handoff.case_id))


@blueprint.post("/cases/<uuid:case_id>")
@require("case.work")
def hand(case_id: UUID) -> Response:
    """Hand one case over by hand."""
    shop_id = actor().shop.id
    case = session().scalar(select(Case).where(Case.shop_id == shop_id, Case.id == case_id))
    if case is None:
        raise NotFound
    helpdesk = setup.helpdesk_of(session(), shop_id, _chosen())
    try:
        done = hand_over(session(), case, helpdesk, by=actor().label)
    except Conflict as error:
        say("bad", _(error.message))
    else:
        say("good", _("Handed over to %(name)s.", name=helpdesk.name) if done
            else _("It is there already."))  # fmt: skip
    return redirect(url_for("cases.case", case_id=case_id))


def _chosen() -> UUID:
    try:
        return UUID(line("helpdesk"))
    except ValueError as error:
        raise NotFound from error


def _found(helpdesk_id: UUID) -> Helpdesk:
    return setup.helpdesk_of(session(), actor().shop.id, helpdesk_id)


def _typed(kind: str) -> Typed:
    if kind not in HELPDESK_KINDS:
        raise NotFound
    return Typed(
        kind=kind,
        name=line("name"),
        address=line("address"),
        user=line("user"),
        account=line("account"),
        inbox=line("inbox"),
        secret=line("secret"),
        by_itself=bool(line("by_itself")),
        routes=request.form.getlist("routes"),
        cool_down_minutes=line("cool_down_minutes") or "60",
    )


def _form(typed: Typed, wrong: dict[str, str] | None = None) -> str:
    return render_template(
        "support/admin_helpdesk_new.html",
        typed=typed,
        wrong=wrong or {},
        kind_name=_kinds()[typed.kind][0],
        asked=setup.ASKED[typed.kind],
        route_names=texts.routes(),
    )


def _page(helpdesk: Helpdesk, added: Added | None = None) -> str:
    base = f"{kit().settings.public_url}/hooks"
    return render_template(
        "support/admin_helpdesk.html",
        helpdesk=helpdesk,
        kind_name=_kinds()[helpdesk.kind][0],
        hook_url=f"{base}/{added.hook}/{helpdesk.kind}" if added else None,
        signing_secret=added.signing_secret if added else None,
        owed=setup.owed(session(), helpdesk.shop_id).get(helpdesk.id, (0, 0)),
        refused=setup.refused(session(), helpdesk.shop_id, helpdesk.id),
    )


def _kinds() -> dict[str, tuple[str, str]]:
    return {
        "mail": (_("E-mail"), _("A letter for every word, answered from your mail program.")),
        "zendesk": ("Zendesk", _("Tickets with answers and states in both directions.")),
        "gorgias": ("Gorgias", _("Tickets with answers and states in both directions.")),
        "chatwoot": ("Chatwoot", _("Conversations in an API inbox; we bring the answers.")),
        "freshdesk": ("Freshdesk", _("Tickets with answers and states in both directions.")),
        "webhook": (_("Any other, by webhook"), _("Signed events to an address of yours.")),
    }

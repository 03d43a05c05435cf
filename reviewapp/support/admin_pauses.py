"""The desk's door for pauses: who is left in peace, and why."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotAllowed
from reviewapp.models.case import Pause
from reviewapp.support.admin_case import the_by, typed_instant
from reviewapp.support.pausing import SOURCES_OF_PEOPLE, add_pause, lift_pause, pause_rows
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line

blueprint = Blueprint("pauses", __name__, url_prefix="/admin/pauses")
gate_members(blueprint)

VIEWS = ("held", "ended")
FIELDS = ("email", "reason", "starts_at", "ends_at", "friction")


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """Pauses in force and to come, or those that ended."""
    return _page()


@blueprint.post("", strict_slashes=False)
@require("case.work")
def add() -> Response | tuple[str, int]:
    """Leave a customer in peace."""
    try:
        add_pause(
            session(), actor().shop, line("email"), line("reason"), typed_instant("starts_at"),
            typed_instant("ends_at"), the_by(), friction="friction" in request.form,
        )  # fmt: skip
    except Invalid as error:
        return _page(error.fields), error.status
    say("good", _("Nothing automatic reaches this customer meanwhile."))
    return redirect(url_for("pauses.index"))


@blueprint.post("/<uuid:pause_id>/lift")
@require("case.work")
def lift(pause_id: UUID) -> Response:
    """End a pause. One that means people only is lifted by somebody who may decide."""
    pause = lift_pause(session(), actor().shop, pause_id, the_by())
    if pause.source in SOURCES_OF_PEOPLE and not actor().may("case.decide"):
        raise NotAllowed
    say("good", _("Automation may write to this customer again."))
    return redirect(url_for("pauses.index"))


def _page(wrong: dict[str, list[str]] | None = None) -> str:
    wrong = wrong or {}
    view = chosen("view", VIEWS) or "held"
    try:
        customer_id = UUID(request.args.get("customer", ""))
    except ValueError:
        customer_id = None
    return render_template(
        "support/admin_pauses.html",
        found=listing(
            pause_rows(actor().shop.id, view, customer_id),
            (Pause.starts_at, Pause.id),
            newest_first=True,
        ),
        view=view,
        one_customer=customer_id is not None,
        typed={name: line(name) for name in FIELDS},
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, text) for name, told in wrong.items() for text in told],
        at=clock.now(),
        people_only=SOURCES_OF_PEOPLE,
    )

"""The admin's door for targets: what is promised, and when a person must take a case."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid
from reviewapp.support.tabs import tabs
from reviewapp.support.targets import LIMITS, TARGETS, as_typed, save_targets
from reviewapp.support.texts import routes
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line

blueprint = Blueprint("case_targets", __name__, url_prefix="/admin/helping/targets")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("shop.edit")
def targets() -> str:
    """Targets and limits as they are."""
    return _page(as_typed(actor().shop.settings))


@blueprint.post("", strict_slashes=False)
@require("shop.edit")
def save() -> Response | tuple[str, int]:
    """Keep all of it, or nothing and say what is wrong."""
    typed = {name: line(name) for name in request.form if name != "csrf_token"}
    shop = session().merge(actor().shop)
    try:
        changed = save_targets(session(), shop, typed, by=actor().label)
    except Invalid as error:
        return _page(as_typed(shop.settings) | typed, error.fields), error.status
    say("good", _("Targets saved; open cases follow at once.") if changed
        else _("Nothing was changed."))  # fmt: skip
    return redirect(url_for("case_targets.targets"))


def _page(typed: Mapping[str, str], wrong: Mapping[str, list[str]] | None = None) -> str:
    wrong = wrong or {}
    return render_template(
        "support/admin_targets.html",
        tabs=tabs(),
        typed=typed,
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, text) for name, told in wrong.items() for text in told],
        routes=routes(),
        targets=TARGETS,
        limits=LIMITS,
    )

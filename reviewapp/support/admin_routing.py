"""The admin's door for routing rules: written, tried on past cases, and only then live."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid
from reviewapp.models.case import TAGS
from reviewapp.support import queries, routing
from reviewapp.support.admin_case import the_by
from reviewapp.support.macros import in_force
from reviewapp.support.routing import Trial
from reviewapp.support.tabs import tabs
from reviewapp.support.texts import priorities, routes
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line, lines

blueprint = Blueprint("routing", __name__, url_prefix="/admin/helping/routing")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("shop.edit")
def index() -> str:
    """All rules in their order."""
    return render_template(
        "support/admin_routing.html",
        tabs=tabs(),
        rules=routing.rules_of(session(), actor().shop.id),
    )


@blueprint.get("/new")
@require("shop.edit")
def new() -> str:
    """An empty rule."""
    return _page(None, "", {}, {})


@blueprint.get("/<uuid:rule_id>")
@require("shop.edit")
def one(rule_id: UUID) -> str:
    """A rule as it is."""
    rule = routing.rule_of(session(), actor().shop.id, rule_id)
    return _page(rule.id, rule.name, rule.conditions, rule.actions, stop=rule.stop)


@blueprint.post("/new")
@blueprint.post("/<uuid:rule_id>")
@require("shop.edit")
def save(rule_id: UUID | None = None) -> Response | tuple[str, int]:
    """Keep a rule; it rests until it was tried."""
    name, stop = line("name"), "stop" in request.form
    conditions: dict[str, Any] = {}
    actions: dict[str, Any] = {}
    try:
        conditions, actions = _conditions(), _actions()
        rule = routing.save_rule(
            session(), actor().shop, rule_id, name, conditions, actions, the_by(), stop=stop
        )
    except Invalid as error:
        page = _page(rule_id, name, conditions, actions, stop=stop, wrong=error.fields)
        return page, error.status
    say("good", _("Rule kept. Try it on past cases before it goes live."))
    return redirect(url_for("routing.one", rule_id=rule.id))


@blueprint.post("/<uuid:rule_id>/try")
@require("shop.edit")
def try_it(rule_id: UUID) -> str:
    """What it would have done to the newest cases; no case changes."""
    rule = routing.rule_of(session(), actor().shop.id, rule_id)
    trials = routing.try_rule(session(), actor().shop, rule, the_by())
    return _page(rule.id, rule.name, rule.conditions, rule.actions, stop=rule.stop, trials=trials)


@blueprint.post("/<uuid:rule_id>/live")
@require("shop.edit")
def live(rule_id: UUID) -> Response:
    """Let it work, or rest."""
    rule = routing.rule_of(session(), actor().shop.id, rule_id)
    routing.set_live(session(), rule, line("live") == "1", the_by())
    say("good", _("The rule works on new cases from now on.") if rule.live
        else _("The rule rests."))  # fmt: skip
    return redirect(url_for("routing.one", rule_id=rule.id))


@blueprint.post("/<uuid:rule_id>/move")
@require("shop.edit")
def move(rule_id: UUID) -> Response:
    """Earlier or later among the rules."""
    rule = routing.rule_of(session(), actor().shop.id, rule_id)
    routing.move(session(), actor().shop, rule, -1 if line("way") == "up" else 1, the_by())
    return redirect(url_for("routing.index"))


@blueprint.post("/<uuid:rule_id>/remove")
@require("shop.edit")
def remove(rule_id: UUID) -> Response:
    """Take it away."""
    routing.remove(session(), routing.rule_of(session(), actor().shop.id, rule_id), the_by())
    say("good", _("Rule removed."))
    return redirect(url_for("routing.index"))


def _conditions() -> dict[str, Any]:
    found: dict[str, Any] = {
        "routes": request.form.getlist("routes"),
        "words": lines("words"),
        "order_tags": lines("order_tags"),
        "tags": request.form.getlist("tags"),
        "least_value": _number("least_value"),
        "most_value": _number("most_value"),
        "least_cases": _number("least_cases"),
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def _actions() -> dict[str, Any]:
    found: dict[str, Any] = {
        "route": line("set_route"),
        "tags": request.form.getlist("add_tags"),
        "priority": line("set_priority"),
        "owner": line("owner"),
        "macro": line("macro"),
        "escalate": line("escalate") == "1",
        "pause_days": _number("pause_days"),
    }
    return {name: value for name, value in found.items() if value}


def _number(name: str) -> int | None:
    typed = line(name)
    if not typed:
        return None
    try:
        value = Decimal(typed)
        if value == value.to_integral_value() and 0 <= value <= 1_000_000_000:
            return int(value)
    except InvalidOperation:
        pass
    raise Invalid(fields={name: ["A whole number."]})


def _page(
    rule_id: UUID | None,
    name: str,
    conditions: Mapping[str, Any],
    actions: Mapping[str, Any],
    *,
    stop: bool = False,
    wrong: Mapping[str, list[str]] | None = None,
    trials: list[Trial] | None = None,
) -> str:
    shop, wrong = actor().shop, wrong or {}
    rule = routing.rule_of(session(), shop.id, rule_id) if rule_id else None
    workers = queries.workers(session(), shop.id)
    return render_template(
        "support/admin_rule.html",
        tabs=tabs(),
        rule=rule,
        name=name,
        conditions=conditions,
        actions=actions,
        stop=stop,
        trials=trials,
        tried_on=routing.TRIED_ON,
        routes=routes(),
        priority_options=[(key, label) for key, (label, _tone) in priorities().items()],
        tag_options=[(tag, tag) for tag in TAGS],
        owner_options=[(str(one.id), one.name) for one in workers],
        macro_options=[(one.key, one.name) for one in in_force(session(), shop.id, "en").values()],
        people=queries.member_names(session(), shop.id),
        wrong={field: " ".join(told) for field, told in wrong.items()},
        errors=[(field, told) for field, texts in wrong.items() for told in texts],
    )

"""The admin's door for improvements and alerts: board, list, one item, what is behind it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import zone_of
from reviewapp.insights import improvements, queries, texts
from reviewapp.insights.alerts import close_alert
from reviewapp.insights.improvements import Change, Origin
from reviewapp.models.insight import IMPROVEMENT_STATES, PLACES, Improvement
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, listing
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line, text

blueprint = Blueprint("improvements", __name__, url_prefix="/admin/improvements")
alerts = Blueprint("alerts", __name__, url_prefix="/admin/alerts")
gate_members(blueprint)
gate_members(alerts)

Page = Response | tuple[str, int]
PREFILLED = ("case", "question", "change", "place", "owner")
"""Fields that a link to the empty form may fill in."""


@blueprint.get("", strict_slashes=False)
@require("report.read")
def index() -> str:
    """The board; with a filter, a list."""
    shop_id = actor().shop.id
    state, place = chosen("state", IMPROVEMENT_STATES), chosen("place", PLACES)
    rows = queries.improvements_of(shop_id, state, place)
    filtered = bool(state or place)
    return render_template(
        "insights/admin_improvements.html",
        columns={} if filtered else queries.board(session(), shop_id),
        page=listing(rows, (Improvement.created_at, Improvement.id), newest_first=True)
        if filtered
        else None,
        counts=queries.counts(session(), shop_id),
        state=state,
        place=place,
        today=date_of_today(),
        texts=texts,
    )


@blueprint.get("/new")
@require("improvement.work")
def new() -> str:
    """The form for an improvement by hand, from a case or from a question, as its link fills it."""
    return _form(None, {name: request.args[name] for name in PREFILLED if name in request.args})


@blueprint.post("/new")
@require("improvement.work")
def add() -> Page:
    """Write it down."""
    shop_id = actor().shop.id
    try:
        item = improvements.write_down(
            session(), shop_id, _change(), _origin(shop_id), member_id=actor().id, by=actor().label
        )
    except Invalid as error:
        return _form(None, request.form, error.fields), error.status
    say("good", _("Written down."))
    return redirect(url_for("improvements.one", improvement_id=item.id))


@blueprint.get("/<uuid:improvement_id>")
@require("report.read")
def one(improvement_id: UUID) -> str:
    """One improvement, with where it comes from and whether it helped."""
    return _form(improvements.the_improvement(session(), actor().shop.id, improvement_id))


@blueprint.post("/<uuid:improvement_id>")
@require("improvement.work")
def save(improvement_id: UUID) -> Page:
    """Keep what was changed; a proposal is taken up with it."""
    item = improvements.the_improvement(session(), actor().shop.id, improvement_id)
    try:
        improvements.edit(session(), item, _change(), by=actor().label)
    except Invalid as error:
        return _form(item, request.form, error.fields), error.status
    say("good", _("Kept."))
    return redirect(url_for("improvements.one", improvement_id=item.id))


@blueprint.post("/<uuid:improvement_id>/state")
@require("improvement.work")
def move(improvement_id: UUID) -> Page:
    """Take up, done, nothing changes, or open again."""
    item = improvements.the_improvement(session(), actor().shop.id, improvement_id)
    try:
        improvements.move(session(), item, line("state"), text("outcome"), by=actor().label)
    except Invalid as error:
        return _form(item, request.form, error.fields), error.status
    say("good", _(texts.STATES[item.state][0]) + ".")
    return redirect(url_for("improvements.one", improvement_id=item.id))


@alerts.get("", strict_slashes=False)
@require("report.read")
def alert_list() -> str:
    """Open alerts with the problems behind each, and those closed last."""
    shop_id = actor().shop.id
    shown = [
        (row, queries.name_of(session(), row), queries.behind(session(), row.items))
        for row in queries.alerts_of(session(), shop_id, closed=False)
    ]
    closed = [
        (row, queries.name_of(session(), row))
        for row in queries.alerts_of(session(), shop_id, closed=True)
    ]
    return render_template("insights/admin_alerts.html", shown=shown, closed=closed, texts=texts)


@alerts.post("/<uuid:alert_id>/close")
@require("improvement.work")
def close(alert_id: UUID) -> Response:
    """Somebody took care of it."""
    close_alert(session(), actor().shop.id, alert_id, actor().id, actor().label)
    say("good", _("Closed. The same again raises a new one."))
    return redirect(url_for("alerts.alert_list"))


def date_of_today() -> date:
    """Today in the shop's zone, to tell what is late."""
    return clock.now().astimezone(zone_of(actor().shop.time_zone)).date()


def _change() -> Change:
    wrong: dict[str, list[str]] = {}
    owner_id = due_on = None
    try:
        owner_id = UUID(line("owner")) if line("owner") else None
    except ValueError:
        wrong["owner"] = [_("Somebody of this team.")]
    try:
        due_on = date.fromisoformat(line("due_on")) if line("due_on") else None
    except ValueError:
        wrong["due_on"] = [_("A day, such as 2026-12-24.")]
    if wrong:
        raise Invalid(fields=wrong)
    return Change(text("change"), line("place"), owner_id, due_on)


def _origin(shop_id: UUID) -> Origin:
    """The case or question it was written down with; NotFound for another shop's."""
    try:
        case_id = UUID(line("case")) if line("case") else None
        question_id = UUID(line("question")) if line("question") else None
    except ValueError as error:
        raise NotFound from error
    if case_id and not queries.case_exists(session(), shop_id, case_id):
        raise NotFound
    question = queries.question_of(session(), shop_id, question_id) if question_id else None
    if question_id and question is None:
        raise NotFound
    return Origin(case_id, question_id, question.product_id if question else None)


def _form(item: Improvement | None, typed: Any = None, wrong: Any = None) -> str:
    wrong, typed = wrong or {}, typed or {}
    people = [("", _("Nobody yet"))]
    people += [(str(one.id), one.name) for one in queries.team(session(), actor().shop.id)]
    return render_template(
        "insights/admin_improvement.html",
        item=item,
        typed=typed,
        people=people,
        effect=queries.effect_of(session(), item) if item else None,
        named_by=queries.named_by(session(), item) if item else [],
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(one)) for name, told in wrong.items() for one in told],
        today=date_of_today(),
        texts=texts,
    )

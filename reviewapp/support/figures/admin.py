"""The admin's door for the desk's numbers: a period, a kind, a person; the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from reviewapp.core import clock
from reviewapp.core.i18n import zone_of
from reviewapp.models.case import ROUTES
from reviewapp.support.figures.columns import COLUMNS
from reviewapp.support.figures.outlook import LOOKED_BACK_WEEKS, outlook
from reviewapp.support.figures.queries import Numbers, Wanted, numbers
from reviewapp.support.figures.rules import LEAST, SETTLED_AFTER, Figures, weeks
from reviewapp.support.hours import hours_of
from reviewapp.support.queries import member_names
from reviewapp.support.tabs import tabs
from reviewapp.support.texts import routes
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.listing import chosen
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session

blueprint = Blueprint("case_numbers", __name__, url_prefix="/admin/helping/numbers")
gate_members(blueprint)

PERIODS = ("4", "12", "26", "52")
USUAL_PERIOD = "12"
WAYS = ("week", "route", "person")


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """The numbers of a period, and when the desk will be late at this pace."""
    shop, now = actor().shop, clock.now()
    wanted, hours = _wanted(), hours_of(session(), shop)
    found = numbers(session(), wanted)
    way = chosen("by", WAYS) or "week"
    lines = _since_the_first(_lines(found, way))
    return render_template(
        "support/admin_numbers.html",
        tabs=tabs(),
        wanted=wanted,
        ways={"week": _("By week"), "route": _("By problem"), "person": _("By person")},
        way=way,
        period=len(wanted.weeks),
        periods=[(count, _("%(num)s weeks", num=count)) for count in PERIODS],
        all=found.all,
        lines=lines,
        judged=[line for line in lines if line[1].judged],
        weeks=[found.weeks[week] for week in wanted.weeks],
        routes=routes(),
        people=_people(),
        ahead=outlook(session(), shop, hours, now),
        hours=hours,
        least=LEAST,
        settled_days=SETTLED_AFTER.days,
        looked_back=LOOKED_BACK_WEEKS,
    )


@blueprint.get("/numbers.csv")
@require("case.read")
def download() -> Response:
    """The same numbers, added up in all four ways; counts instead of "too few"."""
    wanted = _wanted()
    found = numbers(session(), wanted)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("by", "of", *COLUMNS))
    writer.writerow(("all", "", *_cells(found.all)))
    for way in WAYS:
        for name, figures in _lines(found, way):
            writer.writerow((way, _text(name), *_cells(figures)))
    response = Response(file.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"cases-{wanted.weeks[0].name}-{wanted.weeks[-1].name}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _wanted() -> Wanted:
    """What the address asks for; anything it does not know narrows nothing."""
    shop, now = actor().shop, clock.now()
    count = int(chosen("weeks", PERIODS) or USUAL_PERIOD)
    try:
        person = UUID(request.args.get("person", ""))
    except ValueError:
        person = None
    return Wanted(
        shop.id, weeks(zone_of(shop.time_zone), now, count), now,
        route=chosen("route", ROUTES), person=person if person in _people() else None,
    )  # fmt: skip


def _people() -> Mapping[UUID, str]:
    """Whose numbers this member may see: their own, and everybody's with the right to the team."""
    names = member_names(session(), actor().shop.id)
    if actor().may("team.edit"):
        return names
    mine = actor().id
    return {mine: names[mine]} if mine in names else {}


def _lines(found: Numbers, way: str) -> list[tuple[str, Figures]]:
    return list({"week": _weeks, "route": _routes, "person": _persons}[way](found))


def _since_the_first(lines: list[tuple[str, Figures]]) -> list[tuple[str, Figures]]:
    """Without what lies before anything happened, at the end of the list."""
    kept = list(lines)
    while kept and not (kept[-1][1].opened or kept[-1][1].solved or kept[-1][1].judged):
        kept.pop()
    return kept


def _weeks(found: Numbers) -> Iterator[tuple[str, Figures]]:
    for week in reversed(list(found.weeks)):
        yield week.name, found.weeks[week]


def _routes(found: Numbers) -> Iterator[tuple[str, Figures]]:
    for route, name in routes().items():
        if route in found.routes:
            yield name, found.routes[route]


def _persons(found: Numbers) -> Iterator[tuple[str, Figures]]:
    for member_id, name in sorted(_people().items(), key=lambda one: one[1]):
        if member_id in found.people:
            yield name, found.people[member_id]
    if None in found.people and actor().may("team.edit"):
        yield _("Nobody of the team"), found.people[None]


def _cells(figures: Figures) -> list[Any]:
    return [of(figures) for of in COLUMNS.values()]


def _text(value: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

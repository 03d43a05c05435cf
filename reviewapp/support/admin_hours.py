"""The admin's door for when the team works: the week, holidays, season notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from functools import lru_cache
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Shop
from reviewapp.models.support_hours import Holiday, ShopHours
from reviewapp.support import working_hours
from reviewapp.support.answering import By
from reviewapp.support.clocks import Span
from reviewapp.support.hours import hours_of
from reviewapp.support.tabs import tabs
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line

blueprint = Blueprint("hours", __name__, url_prefix="/admin/helping/hours")
gate_members(blueprint)

SPANS = 2
"""Spans of a day on the form: one, and one after a break."""


@blueprint.get("", strict_slashes=False)
@require("shop.edit")
def hours() -> str:
    """The week and the holidays ahead."""
    return _page()


@blueprint.post("/week")
@require("shop.edit")
def save_week() -> Response | tuple[str, int]:
    """Keep the weekly hours."""
    shop = session().merge(actor().shop)
    try:
        changed = working_hours.save_week(session(), shop, _typed_week(), line("time_zone"), _by())
    except Invalid as error:
        return _page(error.fields, _typed_fields()), error.status
    say("good", _("Hours saved. Open cases keep what was promised.") if changed
        else _("Nothing was changed."))  # fmt: skip
    return redirect(url_for("hours.hours"))


@blueprint.post("/holidays")
@require("shop.edit")
def add_holiday() -> Response | tuple[str, int]:
    """Nobody works on this day."""
    try:
        day = date.fromisoformat(line("day_on"))
    except ValueError:
        return _page({"day_on": ["A day, such as 2026-12-24."]}), 422
    added = working_hours.add_holiday(session(), actor().shop, day, line("name"), _by())
    say("good", _("Nobody works on that day.") if added else _("That day was there already."))
    return redirect(url_for("hours.hours") + "#holidays")


@blueprint.post("/holidays/import")
@require("shop.edit")
def import_holidays() -> Response | tuple[str, int]:
    """Take over a year of public holidays."""
    year = int(line("year")) if line("year").isdigit() else 0
    country, _dash, part = line("calendar").partition("-")
    try:
        added = working_hours.import_holidays(session(), actor().shop, country, part, year, _by())
    except Invalid as error:
        told = [text for texts in error.fields.values() for text in texts]
        return _page({"calendar": told}), error.status
    say("good", _("%(count)s days added.", count=added))
    return redirect(url_for("hours.hours") + "#holidays")


@blueprint.post("/holidays/<uuid:holiday_id>/remove")
@require("shop.edit")
def remove_holiday(holiday_id: UUID) -> Response:
    """The team works on that day after all."""
    working_hours.remove_holiday(session(), actor().shop, holiday_id, _by())
    say("good", _("A working day again."))
    return redirect(url_for("hours.hours") + "#holidays")


def _page(
    wrong: Mapping[str, list[str]] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    shop, wrong = actor().shop, wrong or {}
    year = clock.now().year
    return render_template(
        "support/admin_hours.html",
        tabs=tabs(),
        typed=typed or _kept_fields(shop),
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, text) for name, told in wrong.items() for text in told],
        weekdays=sorted(Locale.parse("en").days["format"]["wide"].items()),
        spans=range(SPANS),
        zones=[("", _("The shop’s: %(zone)s", zone=shop.time_zone)), *_zones()],
        holidays=session().scalars(
            select(Holiday)
            .where(Holiday.shop_id == shop.id, Holiday.day_on >= date(year, 1, 1))
            .order_by(Holiday.day_on)
        ).all(),
        calendars=_calendars(),
        country=shop.country or "",
        years=[(year + ahead, year + ahead) for ahead in range(working_hours.YEARS_AHEAD + 1)],
    )  # fmt: skip


def _kept_fields(shop: Shop) -> dict[str, str]:
    kept = session().scalar(select(ShopHours.time_zone).where(ShopHours.shop_id == shop.id))
    typed = {"time_zone": kept or ""}
    for day, spans in enumerate(hours_of(session(), shop).week):
        for number, (opens, closes) in enumerate(spans[:SPANS]):
            typed[f"opens_{day}_{number}"] = opens.isoformat("minutes")
            typed[f"closes_{day}_{number}"] = closes.isoformat("minutes")
    return typed


def _typed_fields() -> dict[str, str]:
    names = [f"{which}_{day}_{number}" for which in ("opens", "closes") for day in range(7)
             for number in range(SPANS)]  # fmt: skip
    return {name: line(name) for name in (*names, "time_zone")}


def _typed_week() -> tuple[tuple[Span, ...], ...]:
    wrong: dict[str, list[str]] = {}
    week = []
    for day in range(7):
        try:
            week.append(tuple(span for n in range(SPANS) if (span := _typed_span(day, n))))
        except ValueError:
            wrong[f"day_{day}"] = ["Write both times as 09:00, or none."]
    if wrong:
        raise Invalid(fields=wrong)
    return tuple(week)


def _typed_span(day: int, number: int) -> Span | None:
    opens, closes = line(f"opens_{day}_{number}"), line(f"closes_{day}_{number}")
    if not opens and not closes:
        return None
    return time.fromisoformat(opens).replace(tzinfo=None), time.fromisoformat(closes).replace(
        tzinfo=None
    )


@lru_cache(maxsize=1)
def _zones() -> tuple[tuple[str, str], ...]:
    names = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return tuple((zone, zone) for zone in names)


@lru_cache(maxsize=1)
def _calendars() -> tuple[tuple[str, str], ...]:
    names = Locale.parse("en").territories
    found = []
    for country, parts in sorted(working_hours.public_calendars().items()):
        name = names.get(country, country)
        found += [(country, name), *((f"{country}-{part}", f"{name}, {part}") for part in parts)]
    return tuple(sorted(found, key=lambda one: one[1]))


def _by() -> By:
    return By(actor().label, actor().name, actor().id)

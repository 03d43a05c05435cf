"""The admin's door for season notes: what is different for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from babel import Locale
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES
from reviewapp.models.support_hours import MOST_HOURS_ADDED, REQUESTS_IN_SEASON, SeasonNote
from reviewapp.support.answering import By
from reviewapp.support.hours import team_zone
from reviewapp.support.outlook import season_outlook, waiting_requests
from reviewapp.support.seasons import promises
from reviewapp.support.tabs import tabs
from reviewapp.support.texts import routes
from reviewapp.support.working_hours import Season, remove_season, save_season, season_of
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line, text

blueprint = Blueprint("seasons", __name__, url_prefix="/admin/helping/seasons")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("shop.edit")
def index() -> str:
    """All notes, the newest first."""
    return render_template(
        "support/admin_seasons.html",
        tabs=tabs(),
        notes=session().scalars(
            select(SeasonNote)
            .where(SeasonNote.shop_id == actor().shop.id)
            .order_by(SeasonNote.starts_on.desc(), SeasonNote.id)
        ).all(),
        today=clock.now().astimezone(team_zone(session(), actor().shop)).date(),
        requests=_requests(),
        waiting=waiting_requests(session(), actor().shop.id),
        zone=actor().shop.time_zone,
    )  # fmt: skip


@blueprint.get("/new")
@require("shop.edit")
def new() -> str:
    """An empty note."""
    empty = dict.fromkeys(("title", "starts_on", "ends_on"), "")
    return _page(None, empty | {"hours_added": "8", "requests": "as_usual"})


@blueprint.get("/<uuid:note_id>")
@require("shop.edit")
def one(note_id: UUID) -> str:
    """A note as it is."""
    note = season_of(session(), actor().shop, note_id)
    typed = {"title": note.title, "starts_on": note.starts_on.isoformat(),
             "ends_on": note.ends_on.isoformat(), "requests": note.requests,
             "hours_added": str(note.first_response_hours_added)}  # fmt: skip
    typed |= {f"text_{language}": told for language, told in note.texts.items()}
    shop = actor().shop
    return _page(
        note_id,
        typed,
        seen={
            "promises": promises(session(), shop, note),
            "outlook": season_outlook(session(), shop, note.starts_on, note.ends_on),
            "waiting": waiting_requests(session(), shop.id),
        },
    )


@blueprint.post("/new")
@blueprint.post("/<uuid:note_id>")
@require("shop.edit")
def save(note_id: UUID | None = None) -> Response | tuple[str, int]:
    """Keep a note."""
    names = ("title", "starts_on", "ends_on", "hours_added", "requests")
    typed = {name: line(name) for name in names}
    typed |= {f"text_{language}": text(f"text_{language}") for language in LANGUAGES}
    try:
        save_season(session(), actor().shop, note_id, _read(typed), _by())
    except Invalid as error:
        return _page(note_id, typed, error.fields), error.status
    say("good", _("Note saved."))
    return redirect(url_for("seasons.index"))


@blueprint.post("/<uuid:note_id>/remove")
@require("shop.edit")
def remove(note_id: UUID) -> Response:
    """Take a note away."""
    remove_season(session(), actor().shop, note_id, _by())
    say("good", _("Note removed."))
    return redirect(url_for("seasons.index"))


def _read(typed: Mapping[str, str]) -> Season:
    try:
        starts_on, ends_on = (date.fromisoformat(typed[n]) for n in ("starts_on", "ends_on"))
    except ValueError as error:
        raise Invalid(fields={"starts_on": ["Two days, such as 2026-11-20."]}) from error
    hours = typed["hours_added"]
    return Season(
        typed["title"],
        {language: typed[f"text_{language}"] for language in LANGUAGES},
        starts_on,
        ends_on,
        int(hours) if hours.isascii() and hours.isdigit() else -1,
        typed["requests"],
    )


def _page(
    note_id: UUID | None,
    typed: Mapping[str, str],
    wrong: Mapping[str, list[str]] | None = None,
    seen: Mapping[str, object] | None = None,
) -> str:
    """`seen` is what a kept note does: promises, outlook, waiting requests."""
    wrong = wrong or {}
    return render_template(
        "support/admin_season.html",
        tabs=tabs(),
        note_id=note_id,
        typed=typed,
        wrong={name: " ".join(told) for name, told in wrong.items()},
        errors=[(name, one) for name, told in wrong.items() for one in told],
        languages=[(one, str(Locale.parse(one).get_display_name("en"))) for one in LANGUAGES],
        requests=[(name, _requests()[name]) for name in REQUESTS_IN_SEASON],
        most_hours=MOST_HOURS_ADDED,
        seen=seen,
        routes=routes(),
        zone=actor().shop.time_zone,
    )


def _requests() -> dict[str, str]:
    return {
        "as_usual": _("Requests go out as usual"),
        "slowed": _("Requests go out at half their pace, each at most 14 days later"),
        "held": _("Requests are held, by at most 14 days"),
    }


def _by() -> By:
    return By(actor().label, actor().name, actor().id)

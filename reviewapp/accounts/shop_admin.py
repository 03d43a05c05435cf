"""The settings page: everything a shop may choose, in plain sections."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.accounts.rules import BOUNDS
from reviewapp.accounts.shop_choices import change_shop
from reviewapp.accounts.shop_form import as_typed, from_typed
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.theme import theme_of
from reviewapp.web.typed import text

blueprint = Blueprint("shop", __name__, url_prefix="/admin/settings")
gate_members(blueprint)

SUMMED_UP = {"reminder_days": "reminder_1"}
"""Choices that stand in several fields: where their error is shown."""


@blueprint.get("", strict_slashes=False)
@require("shop.edit")
def settings() -> str:
    """The shop as it is."""
    return _page(as_typed(actor().shop))


@blueprint.post("", strict_slashes=False)
@require("shop.edit")
def save() -> Response | tuple[str, int]:
    """Keep all of it, or nothing and say what is wrong."""
    typed = {name: text(name) for name in request.form if name != "csrf_token"}
    shop = session().merge(actor().shop)
    read = from_typed(typed | {"color": typed.get("color", "").lower()}, shop.settings)
    try:
        changed = change_shop(session(), shop, read, by=actor().label)
    except Invalid as error:
        wrong = {SUMMED_UP.get(n, n): _(texts[0]) for n, texts in error.fields.items()}
        return _page(as_typed(shop) | typed, wrong), error.status
    say("good", _("Settings saved.") if changed else _("Nothing was changed."))
    return redirect(url_for("shop.settings"))


def _page(typed: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> str:
    wrong = wrong or {}
    return render_template(
        "accounts/settings.html",
        typed=typed,
        wrong=wrong,
        errors=list(wrong.items()),
        bounds=BOUNDS,
        theme=_theme(typed["color"]),
        languages=[(language, _language(language)) for language in LANGUAGES],
        zones=[(zone, zone) for zone in _zones()],
    )


def _theme(color: str) -> Any:
    try:
        return theme_of(color.lower())
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"))


def _language(language: str) -> str:
    locale = Locale.parse(language)
    return str(locale.get_display_name(language)).capitalize()

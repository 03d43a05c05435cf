"""The admin's door for macros: saved answers by language, every version kept."""

from __future__ import annotations

from babel import Locale
from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.support import queries
from reviewapp.support.admin_case import the_by
from reviewapp.support.macros import fill, in_force, new_key, save_macro, shipped, versions
from reviewapp.support.tabs import tabs
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line, text

blueprint = Blueprint("macros", __name__, url_prefix="/admin/helping/macros")
gate_members(blueprint)

EXAMPLE = {"name": "Ada", "order": "10412", "item": "Stoneware mug", "date": "Nov 26, 2:00 PM"}


@blueprint.get("", strict_slashes=False)
@require("case.read")
def index() -> str:
    """All macros of one language."""
    language = chosen("language", LANGUAGES) or LANGUAGES[0]
    return render_template(
        "support/admin_macros.html",
        tabs=tabs(),
        macros=in_force(session(), actor().shop.id, language).values(),
        language=language,
        languages=_languages(),
    )


@blueprint.get("/<language>/new")
@require("letter.edit")
def new(language: str) -> str:
    """An empty macro of the shop's own."""
    return _page(language, "", "", "")


@blueprint.post("/<language>/new")
@require("letter.edit")
def create(language: str) -> Response | tuple[str, int]:
    """Keep a macro of the shop's own."""
    return _save(language, "")


@blueprint.get("/<language>/<key>")
@require("case.read")
def one(language: str, key: str) -> str:
    """One macro, its versions, and how an answer begins with it."""
    _known_language(language)
    macro = in_force(session(), actor().shop.id, language).get(key)
    kept = versions(session(), actor().shop.id, language, key)
    if macro is None and not kept:
        raise NotFound
    name, body = (macro.name, macro.body) if macro else (kept[0].name, "")
    return _page(language, key, name, body)


@blueprint.post("/<language>/<key>")
@require("letter.edit")
def save(language: str, key: str) -> Response | tuple[str, int]:
    """Keep a new version; no words at all go back to the shipped text, or out of use."""
    return _save(language, key)


def _save(language: str, key: str) -> Response | tuple[str, int]:
    _known_language(language)
    name, body = line("name"), text("body")
    wanted = key or new_key(name)
    try:
        if not key and (not body or versions(session(), actor().shop.id, language, wanted)):
            raise Invalid(fields={"name": ["A name of its own, and words."]})
        kept = save_macro(session(), actor().shop, wanted, language, name, body, the_by())
    except Invalid as error:
        return _page(language, key, name, body, error.fields), error.status
    say("good", _("Nothing was changed.") if kept is None else _("Version kept."))
    if not body and wanted not in shipped()[language]:
        return redirect(url_for("macros.index", language=language))
    return redirect(url_for("macros.one", language=language, key=wanted))


def _page(
    language: str, key: str, name: str, body: str, wrong: dict[str, list[str]] | None = None
) -> str:
    _known_language(language)
    wrong = wrong or {}
    original = shipped()[language].get(key)
    return render_template(
        "support/admin_macro.html",
        tabs=tabs(),
        key=key,
        language=language,
        language_name=dict(_languages())[language],
        name=name,
        body=body,
        shipped=original.body if original else "",
        preview=fill(body, EXAMPLE),
        versions=versions(session(), actor().shop.id, language, key) if key else [],
        people=queries.member_names(session(), actor().shop.id),
        wrong={field: " ".join(told) for field, told in wrong.items()},
        errors=[(field, told) for field, texts in wrong.items() for told in texts],
    )


def _known_language(language: str) -> None:
    if language not in LANGUAGES:
        raise NotFound


def _languages() -> list[tuple[str, str]]:
    return [(one, str(Locale.parse(one).get_display_name("en")).capitalize()) for one in LANGUAGES]

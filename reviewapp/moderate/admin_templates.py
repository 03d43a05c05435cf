"""The admin's door for templates of public answers: by language and kind, every version kept."""

from __future__ import annotations

from babel import Locale
from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.moderate import queries, texts
from reviewapp.moderate.reply_store import save_template, templates_in_force, versions
from reviewapp.moderate.reply_templates import REPLY_KINDS, fill_template, shipped_template
from reviewapp.moderate.service import By
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import text

blueprint = Blueprint("reply_templates", __name__, url_prefix="/admin/reply-templates")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("review.reply")
def index() -> str:
    """All kinds of one language."""
    language = chosen("language", LANGUAGES) or LANGUAGES[0]
    return render_template(
        "moderate/admin_templates.html",
        rows=templates_in_force(session(), actor().shop.id, language).values(),
        language=language,
        languages=_languages(),
        texts=texts,
    )


@blueprint.get("/<language>/<kind>")
@require("review.reply")
def one(language: str, kind: str) -> str:
    """One template, its versions, and how an answer begins with it."""
    return _page(language, kind)


@blueprint.post("/<language>/<kind>")
@require("letter.edit")
def save(language: str, kind: str) -> Response | tuple[str, int]:
    """Keep a new version; no words at all go back to the shipped text."""
    _known(language, kind)
    body = text("body")
    try:
        kept = save_template(session(), actor().shop, kind, language, body, by=_by())
    except Invalid as error:
        return _page(language, kind, body, error.fields), error.status
    say("good", _("Nothing was changed.") if kept is None else _("Version kept."))
    return redirect(url_for("reply_templates.one", language=language, kind=kind))


def _page(
    language: str, kind: str, typed: str = "", wrong: dict[str, list[str]] | None = None
) -> str:
    _known(language, kind)
    shop, wrong = actor().shop, wrong or {}
    template = templates_in_force(session(), shop.id, language)[kind]
    people = {member.id: member.name for member in queries.team(session(), shop.id)}
    return render_template(
        "moderate/admin_template.html",
        template=template,
        language=language,
        language_name=dict(_languages())[language],
        typed=typed or template.text,
        shipped=shipped_template(language, kind),
        preview=fill_template(typed or template.text, name="Ada Q.", email=shop.email),
        versions=versions(session(), shop.id, language, kind),
        people=people,
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(one)) for name, told in wrong.items() for one in told],
        texts=texts,
    )


def _known(language: str, kind: str) -> None:
    if language not in LANGUAGES or kind not in REPLY_KINDS:
        raise NotFound


def _languages() -> list[tuple[str, str]]:
    return [(one, str(Locale.parse(one).get_display_name("en")).capitalize()) for one in LANGUAGES]


def _by() -> By:
    return By("member", actor().label, actor().id)

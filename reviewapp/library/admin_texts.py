"""The door of the licence texts: what authors read, by language, every version with its change."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from babel import Locale
from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.library import texts
from reviewapp.models.account import Member, Shop
from reviewapp.rights.differences import Piece, differences
from reviewapp.rights.slots import LENGTHS, Slots, as_sentence, wrong_slots
from reviewapp.rights.texts import VERSION, licence_text
from reviewapp.rights.wording import change_wording, changes, slots_now, texts_shown
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line

blueprint = Blueprint("licence_texts", __name__, url_prefix="/admin/library/texts")
gate_members(blueprint)


@blueprint.get("", strict_slashes=False)
@require("library.use")
def index() -> str:
    """Every language with the version that authors read now."""
    shop_id = actor().shop.id
    return render_template(
        "library/admin_texts.html",
        rows=[(code, name, changes(session(), shop_id, code)[0]) for code, name in _languages()],
    )


@blueprint.get("/<language>")
@require("library.use")
def one(language: str) -> str:
    """The text of one language, the shop's own words in it, and every version."""
    return _page(language, slots_now(session(), actor().shop.id, _known(language)))


@blueprint.post("/<language>")
@require("shop.edit")
def save(language: str) -> str | Response | tuple[str, int]:
    """Keep a new version, or show what it would change; what was granted stays as it was."""
    shop, slots = actor().shop, Slots(*(line(name) for name in LENGTHS))
    _known(language)
    if "standard" in request.form:
        slots = Slots()
    elif "preview" in request.form and not wrong_slots(slots, shop.name):
        return _page(language, slots, preview=_preview(shop, language, slots))
    try:
        kept = change_wording(session(), shop, language, slots, by=actor().label)
    except Invalid as error:
        return _page(language, slots, error), error.status
    say("good", _("Nothing was changed.") if kept is None else _("Version kept."))
    return redirect(url_for("licence_texts.one", language=language), 303)


def _page(
    language: str,
    slots: Slots,
    error: Invalid | None = None,
    preview: list[Piece] | None = None,
) -> str:
    shop = actor().shop
    wrong = {name: _(told[0]) for name, told in error.fields.items()} if error else {}
    return render_template(
        "library/admin_text.html",
        language=language,
        language_name=dict(_languages())[language],
        licences=texts_shown(session(), shop.id, language),
        versions=changes(session(), shop.id, language),
        people={f"member:{one.id}": one.name for one in _team(shop.id)},
        standard=slots_now(session(), shop.id, language) == Slots(),
        slots=slots,
        lengths=LENGTHS,
        preview=preview,
        wrong=wrong,
        errors=list(wrong.items()),
        texts=texts,
    )


def _preview(shop: Shop, language: str, slots: Slots) -> list[Piece]:
    full = Slots(slots.shop, slots.contact, as_sentence(slots.friendly))
    before = texts_shown(session(), shop.id, language)[0].terms
    return differences(before, licence_text("site", language, VERSION, full).terms)


def _team(shop_id: UUID) -> Sequence[Member]:
    return session().scalars(select(Member).where(Member.shop_id == shop_id)).all()


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise NotFound
    return language


def _languages() -> list[tuple[str, str]]:
    return [(one, str(Locale.parse(one).get_display_name("en")).capitalize()) for one in LANGUAGES]

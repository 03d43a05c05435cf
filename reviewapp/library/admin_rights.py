"""The door of one file's rights: who allows what, whose release is there, its focal point (P5)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES, negotiate
from reviewapp.library import texts
from reviewapp.library.acting import member_id
from reviewapp.library.contents import Content, one_file, seen_in
from reviewapp.library.cropping import CROPS, crop_box
from reviewapp.library.depicted import (
    Question,
    ask_depicted,
    one_question,
    questions_about,
    take_back,
)
from reviewapp.library.queries import runs_of
from reviewapp.library.release_letter import handed_over
from reviewapp.library.releasing import (
    LONGEST_NAME,
    LONGEST_REFERENCE,
    Release,
    end_release,
    record_release,
    set_focus,
)
from reviewapp.models.media import CONTENTS, MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import USES, PermissionDetail
from reviewapp.rights.certificate import as_pdf, certificate
from reviewapp.rights.looking import MOST_PEOPLE, Look, note_look, people_typed
from reviewapp.rights.rules import RELEASED_BY, Right, Seen, agreeing, releases_missing
from reviewapp.rights.service import granting_entries, ledger_of, releases_of
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session
from reviewapp.web.typed import line

blueprint = Blueprint("asset_rights", __name__, url_prefix="/admin/library/assets")
gate_members(blueprint)

Page = str | Response | tuple[str, int]
PER_CENT = 100


@blueprint.get("/<uuid:asset_id>/rights")
@require("library.use")
def one(asset_id: UUID) -> Page:
    """What may be done with a file, by whose word, and where it runs."""
    return _page(asset_id)


@blueprint.post("/<uuid:asset_id>/focus")
@require("library.use")
def focus(asset_id: UUID) -> Page:
    """Keep the point that crops have in view; typed or clicked, in per cent."""
    try:
        point = (_part("focus_x"), _part("focus_y"))
        set_focus(session(), _file(asset_id)[1].asset or _missing(), point, by=actor())
    except Invalid as error:
        return _page(asset_id, error), error.status
    say("good", _("Crops keep this point in view."))
    return _back(asset_id, "focus")


@blueprint.post("/<uuid:asset_id>/look")
@require("library.use")
def look(asset_id: UUID) -> Page:
    """Note who and what is in it, and how many have to agree."""
    asset = _file(asset_id)[1].asset or _missing()
    seen = Look(request.form.getlist("found"), people_typed(line("people")))
    try:
        note_look(session(), asset, seen, by=actor().label, member_id=member_id(actor()))
    except Invalid as error:
        return _page(asset_id, error), error.status
    say("good", _("Noted. Thank you for looking."))
    return _back(asset_id, "seen")


@blueprint.post("/<uuid:asset_id>/releases")
@require("library.use")
def release(asset_id: UUID) -> Page:
    """Note a release that was signed elsewhere."""
    review, content = _file(asset_id)
    uses = frozenset(request.form.getlist("uses"))
    given = Release(line("party"), line("name"), line("reference"), uses)
    try:
        record_release(session(), review, content, given, by=actor())
    except Invalid as error:
        return _page(asset_id, error), error.status
    say("good", _("The release is on record."))
    return _back(asset_id, "releases")


@blueprint.post("/<uuid:asset_id>/releases/end")
@require("library.use")
def object_to(asset_id: UUID) -> Page:
    """Somebody in it, or a guardian, says no: every use ends, what runs has to come down."""
    review, content = _file(asset_id)
    try:
        end_release(session(), review, content, line("party"), by=actor())
    except Invalid as error:
        return _page(asset_id, error), error.status
    say("good", _("Noted. It may not be used anywhere any more; what runs has to come down."))
    return _back(asset_id, "releases")


@blueprint.post("/<uuid:asset_id>/questions")
@require("library.use")
def ask(asset_id: UUID) -> Page:
    """Ask somebody in it, or a guardian, for one use: by mail, or by a link to hand over."""
    review, content = _file(asset_id)
    question = Question(
        line("ask_party"), line("ask_use"), line("ask_language"), line("ask_address"), line("note")
    )
    try:
        asked = ask_depicted(session(), kit(), review, content, question, by=actor())
    except Invalid as error:
        return _page(asset_id, error), error.status
    say("good", _("Asked by mail.") if asked.address else _("Here is the link to hand over."))
    return _back(asset_id, "questions")


@blueprint.post("/<uuid:asset_id>/questions/<uuid:question_id>/take-back")
@require("library.use")
def take_back_question(asset_id: UUID, question_id: UUID) -> Response:
    """A question to the wrong person is taken back, as long as nobody answered."""
    review, _content = _file(asset_id)
    try:
        take_back(session(), one_question(session(), asset_id, question_id), review, by=actor())
    except Conflict:
        say("info", _("It was answered in the meantime."))
    else:
        say("good", _("The question is taken back."))
    return _back(asset_id, "questions")


@blueprint.get("/<uuid:asset_id>/certificates/<name>")
@require("library.use")
def proof(asset_id: UUID, name: str) -> Response:
    """The certificate of a permission in force, as `ads.pdf` or `ads.json`; NotFound without."""
    use, _dot, kind = name.partition(".")
    review, content = _file(asset_id)
    entry = granting_entries(session(), review.id).get(Right(use, content.sha256))
    if entry is None or kind not in ("pdf", "json"):
        raise NotFound
    document = certificate(session(), entry, in_force=True)
    told = as_pdf(document) if kind == "pdf" else json.dumps(document, ensure_ascii=False, indent=2)
    response = Response(told, content_type=f"application/{kind}")
    told_name = f"permission-{use}-{content.sha256[:12]}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{told_name}"'
    return response


def _page(asset_id: UUID, error: Invalid | None = None) -> str:
    review, content = _file(asset_id)
    asset = content.asset or _missing()
    seen = seen_in(session(), content)
    entries = [one for one in ledger_of(session(), review.id) if one.asset_id == asset.id]
    wrong = {name: _(told[0]) for name, told in error.fields.items()} if error else {}
    return render_template(
        "library/admin_rights.html",
        asset=asset,
        review=review,
        seen=seen,
        shows_somebody=bool(seen and RELEASED_BY.keys() & seen.contents),
        contents=CONTENTS,
        most_people=MOST_PEOPLE,
        rights=_rights(review, content, seen),
        entries=entries[::-1],
        names=_names([one.id for one in entries if one.party != "author"]),
        runs=runs_of(session(), actor().shop.id, content.sha256),
        crops=[(name, crop_box(asset.width, asset.height, ratio, asset.focus))
               for name, ratio in CROPS.items()],
        percent=[round(part * PER_CENT, 1) for part in asset.focus],
        typed=request.form,
        ticked=request.form.getlist("uses"),
        lengths={"name": LONGEST_NAME, "reference": LONGEST_REFERENCE},
        wrong=wrong,
        errors=list(wrong.items()),
        texts=texts,
        uses=USES,
        questions=[(one, handed_over(kit(), one)) for one in questions_about(session(), asset.id)],
        languages=LANGUAGES,
        own_language=negotiate(review.locale),
    )  # fmt: skip


def _rights(review: Review, content: Content, seen: Seen | None) -> list[dict[str, Any]]:
    """Each use: the entry that allows it, whose release is missing, how many agree."""
    given = granting_entries(session(), review.id)
    agreed = releases_of(session(), review.id)
    many = agreeing(ledger_of(session(), review.id), clock.now())
    return [
        {
            "use": use,
            "entry": given.get(right := Right(use, content.sha256)),
            "missing": releases_missing(seen, agreed.get(right, {})),
            "agreed": many.get(right, 0),
        }
        for use in USES
    ]


def _names(entry_ids: list[UUID]) -> dict[UUID, str]:
    """Who gave a release, as long as it is kept."""
    details = [session().get(PermissionDetail, entry_id) for entry_id in entry_ids]
    return {one.entry_id: one.credit_line or "" for one in details if one is not None}


def _file(asset_id: UUID) -> tuple[Review, Content]:
    return one_file(session(), actor().shop.id, asset_id)


def _missing() -> MediaAsset:
    raise NotFound


def _part(name: str) -> float:
    try:
        return float(line(name).replace(",", ".")) / PER_CENT
    except ValueError as error:
        raise Invalid(fields={"focus_x": ["Numbers from 0 to 100."]}) from error


def _back(asset_id: UUID, anchor: str) -> Response:
    return redirect(url_for("asset_rights.one", asset_id=asset_id, _anchor=anchor), 303)

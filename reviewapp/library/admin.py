"""The marketer's door: the grid, taking out, asking (P1, P4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.library import renewing
from reviewapp.library.admin_grid import Barred, Refused, back, counts, grid, picked
from reviewapp.library.asking import ask
from reviewapp.library.contents import chosen as chosen_contents
from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.exporting import Pick, Plan, check, export
from reviewapp.library.marking import passages_of, star
from reviewapp.library.queries import shown_file
from reviewapp.models.library import PermissionAsk
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.pages import ngettext
from reviewapp.web.session import kit, session
from reviewapp.web.typed import day, line

blueprint = Blueprint("library", __name__, url_prefix="/admin/library")
gate_members(blueprint)

GRID_WIDTH = 640
Page = str | tuple[str, int] | Response
Question = Callable[..., PermissionAsk]
"""`asking.ask` or `renewing.ask_longer`."""


@blueprint.get("", strict_slashes=False)
@require("library.use")
def index() -> Page:
    """What customers sent and storefronts show, with what may be done with it."""
    return grid()


@blueprint.get("/counts")
@require("library.use")
def filter_counts() -> Page:
    """How many pieces each filter would leave, for the page that stands already."""
    return counts()


@blueprint.post("/exports")
@require("library.use")
def take_out() -> Page:
    """Have a bundle made; what may not leave is named with the way to mend it."""
    picks = _picks()
    try:
        plan = Plan(line("use"), line("place", 200), day("until"))
        made = export(session(), actor().shop, plan, picks, by=actor())
    except Invalid as error:
        return grid(_refused(picks, error))
    return redirect(url_for("exports.one", export_id=made.id), 303)


@blueprint.post("/asks")
@require("library.use")
def ask_authors() -> Page:
    """Ask each author of what was ticked, once, for this use."""
    return _asked(ask)


@blueprint.post("/renewals")
@require("library.use")
def ask_longer() -> Page:
    """Ask each author of what was ticked whether it may run longer than they allowed."""
    return _asked(renewing.ask_longer)


def _asked(question: Question) -> Page:
    by_review: dict[UUID, list[str]] = defaultdict(list)
    for pick in _picks():
        by_review[pick.review_id].append(pick.sha256)
    try:
        if not by_review:
            raise Invalid(fields={"assets": ["Choose at least one picture, film or text."]})
        ends_on = day("until")
        asked, refused = _ask_each(question, by_review, ends_on)
    except Invalid as error:
        return grid(Refused(error.fields))
    if asked:
        say(
            "good",
            ngettext(
                "%(num)s author is asked by mail.", "%(num)s authors are asked by mail.", asked
            ),
        )
    for text in sorted(refused):
        say("warn", _(text))
    return redirect(url_for("exports.asks"), 303)


@blueprint.post("/stars")
@require("library.use")
def stars() -> Page:
    """Star what was ticked, or turn the one star that was pressed."""
    one, _blank, to = request.form.get("one", "").partition(" ")
    found = picked([one] if one else None)
    star(session(), found, on=to != "off", by=actor())
    if request.accept_mimetypes.best == "application/json":
        return Response(status=204)
    if not found:
        say("warn", _("Tick the pieces first."))
    return redirect(back(), 303)


@blueprint.get("/files/<uuid:asset_id>")
@require("library.use")
def file(asset_id: UUID) -> Response:
    """A picture, or the still of a film, for the grid."""
    asset = shown_file(session(), actor().shop.id, asset_id)
    shown = asset.picture(GRID_WIDTH)
    if shown is None:
        raise NotFound
    response = Response(kit().storage.read(shown.key), content_type=shown.content_type)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


def _refused(picks: list[Pick], error: Invalid) -> Refused:
    """What is wrong with the form; or of each piece that may not leave, why."""
    if error.code != "export_refused":
        return Refused(error.fields)
    plan = Plan(line("use"), line("place", 200), day("until"))
    checked = check(session(), actor().shop, plan, picks)
    barred = [
        Barred(
            one.review.product.title,
            one.refusals,
            one.content.asset_id or one.review.id,
            one.content.asset_id,
        )
        for one in checked
        if one.refusals
    ]
    return Refused({"assets": [error.message]}, barred)


def _ask_each(
    question: Question, by_review: dict[UUID, list[str]], ends_on: date | None
) -> tuple[int, set[str]]:
    """How many authors were asked, and why others were not."""
    asked, refused = 0, set()
    for review_id, hashes in by_review.items():
        review = shop_review(session(), actor().shop.id, review_id)
        contents = chosen_contents(contents_of(session(), review), hashes)
        try:
            with session().begin_nested():
                question(
                    session(), kit(), review, line("use"), contents,
                    note=line("place", 200), ends_on=ends_on, by=actor(),
                )  # fmt: skip
            asked += 1
        except Invalid as error:
            if len(by_review) == 1:
                raise
            refused |= {text for told in error.fields.values() for text in told}
    return asked, refused


def _picks() -> list[Pick]:
    """The ticked pieces as what permissions bind to."""
    found = picked()
    passages = passages_of(session(), [one.id for one in found if one.kind == "excerpt"])
    return [
        Pick(one.review_id, one.subject_sha256, excerpt=passages.get(one.id, "")) for one in found
    ]

"""The marketer's door: the grid, taking out, asking (P1, P4)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.library import texts
from reviewapp.library.asking import ask
from reviewapp.library.contents import chosen as chosen_contents
from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.exporting import Pick, Plan, check, export
from reviewapp.library.queries import (
    KINDS,
    ORIENTATIONS,
    Wanted,
    cards,
    pictured_products,
    shown_file,
    shown_files,
)
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import chosen, like, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import kit, session
from reviewapp.web.typed import line

blueprint = Blueprint("library", __name__, url_prefix="/admin/library")
gate_members(blueprint)

PAGE = 24
GRID_WIDTH = 640
Page = str | tuple[str, int] | Response


@blueprint.get("", strict_slashes=False)
@require("library.use")
def index() -> Page:
    """What customers sent and storefronts show, with what may be done with it."""
    return _page()


@blueprint.post("/exports")
@require("library.use")
def take_out() -> Page:
    """Have a bundle made; what may not leave is named with the way to mend it."""
    picks = _picks()
    try:
        plan = Plan(line("use"), line("place", 200), _day("until"))
        made = export(session(), actor().shop, plan, picks, by=actor())
    except Invalid as error:
        return _page(picks, error), error.status
    return redirect(url_for("exports.one", export_id=made.id), 303)


@blueprint.post("/asks")
@require("library.use")
def ask_authors() -> Page:
    """Ask each author of what was ticked, once, for this use."""
    by_review: dict[UUID, list[str]] = defaultdict(list)
    for pick in _picks():
        by_review[pick.review_id].append(pick.sha256)
    try:
        if not by_review:
            raise Invalid(fields={"assets": ["Choose at least one picture, film or text."]})
        ends_on = _day("until")
        asked, refused = _ask_each(by_review, ends_on)
    except Invalid as error:
        return _page(_picks(), error), error.status
    if asked:
        say("good", _("%(num)s authors are asked by mail.", num=asked))
    for text in sorted(refused):
        say("warn", _(text))
    return redirect(url_for("exports.asks"), 303)


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


def _page(picks: list[Pick] | None = None, error: Invalid | None = None) -> str:
    shop, wanted = actor().shop, _wanted()
    found = shown_files(shop.id, wanted)
    keys = (Review.submitted_at, MediaAsset.id)
    page = listing(found, keys, newest_first=True, page=PAGE)
    fields = error.fields if error else {}
    return render_template(
        "library/admin_library.html",
        page=page,
        cards=cards(session(), page.rows),
        products=pictured_products(session(), shop.id),
        wanted=wanted,
        words=words(),
        kinds=KINDS,
        orientations=ORIENTATIONS,
        uses=USES,
        texts=texts,
        picked={f"{pick.review_id}:{pick.sha256}" for pick in picks or ()},
        typed=request.form,
        refused=_refused(picks or [], error),
        wrong={name: _(told[0]) for name, told in fields.items() if "." not in name},
        errors=[(name, _(told[0])) for name, told in fields.items() if "." not in name],
    )


def _refused(picks: list[Pick], error: Invalid | None) -> list[tuple[str, list[str]]]:
    """What may not leave: the product's title, and each reason as a code."""
    if error is None or error.code != "export_refused":
        return []
    plan = Plan(line("use"), line("place", 200), _day("until"))
    checked = check(session(), actor().shop, plan, picks)
    return [(one.review.product.title, one.refusals) for one in checked if one.refusals]


def _ask_each(by_review: dict[UUID, list[str]], ends_on: date | None) -> tuple[int, set[str]]:
    """How many authors were asked, and why others were not."""
    asked, refused = 0, set()
    for review_id, hashes in by_review.items():
        review = shop_review(session(), actor().shop.id, review_id)
        contents = chosen_contents(contents_of(session(), review), hashes)
        try:
            with session().begin_nested():
                ask(
                    session(), kit(), review, line("use"), contents,
                    note=line("place", 200), ends_on=ends_on, by=actor(),
                )  # fmt: skip
            asked += 1
        except Invalid as error:
            if len(by_review) == 1:
                raise
            refused |= {text for told in error.fields.values() for text in told}
    return asked, refused


def _wanted() -> Wanted:
    product = request.args.get("product", "")
    return Wanted(
        words=like(words()) if words() else "",
        kind=chosen("kind", KINDS),
        orientation=chosen("orientation", ORIENTATIONS),
        use=chosen("use", USES),
        product_id=_uuid(product),
        unused=request.args.get("unused") == "1",
    )


def _picks() -> list[Pick]:
    """The ticked files; Invalid never: what is no pick of ours is left out."""
    found = []
    for value in request.form.getlist("pick"):
        review, _colon, sha256 = value.partition(":")
        if (review_id := _uuid(review)) and len(sha256) == 64:
            found.append(Pick(review_id, sha256))
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(name: str) -> date | None:
    text = line(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={name: ["A day such as 2027-05-31."]}) from error

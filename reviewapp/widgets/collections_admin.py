"""The admin's door for hand-picked selections: titled as such, beside the true average (G17)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.collection import Collection
from reviewapp.models.review import Review
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.listing import like, listing, words
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import line
from reviewapp.widgets import collections

blueprint = Blueprint("collections", __name__, url_prefix="/admin/selections")
gate_members(blueprint)

Page = str | tuple[str, int] | Response
OFFERED = 20


@blueprint.get("", strict_slashes=False)
@require("library.use")
def index() -> Page:
    """All selections, and a form for the next one."""
    return _index_page()


@blueprint.post("", strict_slashes=False)
@require("library.use")
def create() -> Page:
    """Make an empty selection and go on to picking."""
    try:
        made = collections.create_collection(
            session(), actor().shop, line("title"), by=actor().label
        )
    except Invalid as error:
        return _index_page(error.fields), error.status
    return redirect(url_for("collections.one", collection_id=made.id), 303)


@blueprint.get("/<uuid:collection_id>")
@require("library.use")
def one(collection_id: UUID) -> Page:
    """One selection: its picks in order, and published reviews to add."""
    return _page(_found(collection_id))


@blueprint.post("/<uuid:collection_id>/title")
@require("library.use")
def rename(collection_id: UUID) -> Page:
    """Another title."""
    found = _found(collection_id)
    try:
        collections.rename_collection(session(), found, line("title"), by=actor().label)
    except Invalid as error:
        return _page(found, error.fields), error.status
    say("good", _("Title saved."))
    return _back(found)


@blueprint.post("/<uuid:collection_id>/delete")
@require("library.use")
def delete(collection_id: UUID) -> Page:
    """Take the selection away; its reviews stay published."""
    collections.delete_collection(session(), _found(collection_id), by=actor().label)
    say("good", _("The selection is deleted. Its reviews stay where they are."))
    return redirect(url_for("collections.index"), 303)


@blueprint.post("/<uuid:collection_id>/reviews/<uuid:review_id>")
@require("library.use")
def pick(collection_id: UUID, review_id: UUID) -> Page:
    """Add a published review at the end."""
    found = _found(collection_id)
    try:
        collections.pick(session(), found, review_id, by=actor().label)
    except Conflict as error:
        say("bad", _(error.message))
    return _back(found, q=request.form.get("q") or None)


@blueprint.post("/<uuid:collection_id>/reviews/<uuid:review_id>/drop")
@require("library.use")
def drop(collection_id: UUID, review_id: UUID) -> Page:
    """Take a review out."""
    found = _found(collection_id)
    collections.drop(session(), found, review_id, by=actor().label)
    return _back(found)


@blueprint.post("/<uuid:collection_id>/reviews/<uuid:review_id>/move")
@require("library.use")
def move(collection_id: UUID, review_id: UUID) -> Page:
    """One place earlier or later."""
    found = _found(collection_id)
    step = -1 if request.form.get("to") == "earlier" else 1
    collections.move(session(), found, review_id, step, by=actor().label)
    return _back(found, _anchor=f"pick-{review_id}")


def _found(collection_id: UUID) -> Collection:
    return collections.one_collection(session(), actor().shop.id, collection_id)


def _index_page(wrong: dict[str, list[str]] | None = None) -> str:
    faults = {name: _(texts[0]) for name, texts in (wrong or {}).items()}
    return render_template(
        "widgets/admin_selections.html",
        selections=collections.collections_of(session(), actor().shop.id),
        typed=line("title"),
        wrong=faults,
        errors=list(faults.items()),
    )


def _page(found: Collection, wrong: dict[str, list[str]] | None = None) -> str:
    faults = {name: _(texts[0]) for name, texts in (wrong or {}).items()}
    offered = listing(
        collections.pickable(found, like(words()) if words() else None),
        (Review.submitted_at, Review.id),
        newest_first=True,
        page=OFFERED,
    )
    picked = collections.picked(session(), found)
    return render_template(
        "widgets/admin_selection.html",
        selection=found,
        picked=picked,
        offered=offered,
        allowed=collections.shown_of(session(), [*picked, *offered.rows]),
        most=collections.MOST_PICKED,
        words=words(),
        typed=line("title") if wrong else found.title,
        wrong=faults,
        errors=list(faults.items()),
    )


def _back(found: Collection, *, q: str | None = None, _anchor: str | None = None) -> Response:
    address = url_for("collections.one", collection_id=found.id, q=q, _anchor=_anchor)
    return redirect(address, 303)

"""The door of collections and kept filters: what a marketer puts together and comes back to."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid
from reviewapp.library.admin_grid import Refused, back, grid, picked
from reviewapp.library.collecting import (
    collect,
    collections_of,
    drop_collection,
    drop_filter,
    keep_filter,
    make_collection,
    move_item,
    one_collection,
    rename_collection,
    uncollect,
)
from reviewapp.library.wanted import read
from reviewapp.models.library_shelf import LibraryCollection
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.pages import ngettext
from reviewapp.web.session import session
from reviewapp.web.typed import line

blueprint = Blueprint("shelves", __name__, url_prefix="/admin/library")
gate_members(blueprint)

Page = str | tuple[str, int] | Response


@blueprint.get("/collections")
@require("library.use")
def index() -> Page:
    """Every collection, and a form for the next one."""
    return _index()


@blueprint.post("/collections")
@require("library.use")
def create() -> Page:
    """Make an empty collection and open it."""
    try:
        made = make_collection(session(), actor().shop.id, line("title"), by=actor())
    except Invalid as error:
        return _index(error), error.status
    return redirect(url_for("library.index", collection=made), 303)


@blueprint.post("/collections/add")
@require("library.use")
def add() -> Page:
    """Put what is ticked into a collection, a new one where a title was typed."""
    found = picked()
    try:
        if not found:
            raise Invalid(fields={"collection": ["Tick the pieces first."]})
        collection = _collection_told()
        added = collect(session(), collection, found)
    except Invalid as error:
        return grid(Refused(error.fields))
    one, many = "%(num)s piece put into “%(title)s”.", "%(num)s pieces put into “%(title)s”."
    say("good", ngettext(one, many, added, title=collection.title))
    return redirect(back(), 303)


@blueprint.post("/collections/<uuid:collection_id>/title")
@require("library.use")
def rename(collection_id: UUID) -> Page:
    """Another title."""
    try:
        rename_collection(session(), _one(collection_id), line("title"))
    except Invalid as error:
        return grid(Refused(error.fields))
    say("good", _("Title saved."))
    return redirect(back(), 303)


@blueprint.post("/collections/<uuid:collection_id>/delete")
@require("library.use")
def delete(collection_id: UUID) -> Page:
    """Take the collection away; its pieces stay in the library."""
    drop_collection(session(), _one(collection_id))
    say("good", _("The collection is deleted. Its pieces are still in the library."))
    return redirect(url_for("shelves.index"), 303)


@blueprint.post("/collections/<uuid:collection_id>/move")
@require("library.use")
def move(collection_id: UUID) -> Page:
    """One place earlier or later."""
    piece_id, _blank, step = request.form.get("piece", "").partition(" ")
    for piece in picked([piece_id]):
        move_item(session(), _one(collection_id), piece.id, -1 if step == "-1" else 1)
    return redirect(back(), 303)


@blueprint.post("/collections/<uuid:collection_id>/drop")
@require("library.use")
def drop_one(collection_id: UUID) -> Page:
    """Take one piece out."""
    found = picked([request.form.get("piece", "")])
    uncollect(session(), _one(collection_id), [piece.id for piece in found])
    return redirect(back(), 303)


@blueprint.post("/filters")
@require("library.use")
def keep() -> Page:
    """Keep the filter of the address under a name."""
    try:
        query = urlencode(read(request.args).query())
        keep_filter(
            session(), actor().shop.id, line("name"), query,
            shared=request.form.get("shared") == "1", by=actor(),
        )  # fmt: skip
    except Invalid as error:
        return grid(Refused(error.fields))
    say("good", _("The filter is kept."))
    return redirect(back(), 303)


@blueprint.post("/filters/<uuid:filter_id>/drop")
@require("library.use")
def drop_kept(filter_id: UUID) -> Page:
    """Forget a filter of one's own."""
    drop_filter(session(), actor().shop.id, filter_id, by=actor())
    return redirect(back(), 303)


def _index(error: Invalid | None = None) -> str:
    faults = {name: _(texts[0]) for name, texts in (error.fields if error else {}).items()}
    return render_template(
        "library/admin_collections.html",
        shelves=collections_of(session(), actor().shop.id),
        typed=line("title"),
        wrong=faults,
        errors=list(faults.items()),
    )


def _collection_told() -> LibraryCollection:
    """The collection chosen in the form, or the new one whose title was typed."""
    if title := line("new_title"):
        try:
            made = make_collection(session(), actor().shop.id, title, by=actor())
        except Invalid as error:
            raise Invalid(fields={"new_title": error.fields["title"]}) from error
        return _one(made)
    try:
        return _one(UUID(request.form.get("collection", "")))
    except ValueError as error:
        raise Invalid(fields={"collection": ["Choose a collection, or name a new one."]}) from error


def _one(collection_id: UUID) -> LibraryCollection:
    return one_collection(session(), actor().shop.id, collection_id)

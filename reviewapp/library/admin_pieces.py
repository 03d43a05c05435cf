"""The door of one piece: seen large, with its rights, notes, excerpts and where it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid
from reviewapp.library import texts
from reviewapp.library.cards import one_card
from reviewapp.library.collecting import collections_of, holding
from reviewapp.library.contents import shop_review
from reviewapp.library.marking import (
    add_excerpt,
    add_note,
    drop_excerpt,
    drop_note,
    excerpts_of,
    notes_of,
    star,
)
from reviewapp.library.queries import exports_with
from reviewapp.library.quoting import quoted, seen_words
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.library_shelf import LibraryExcerpt
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.pages import gettext as _
from reviewapp.web.session import session
from reviewapp.web.typed import text

blueprint = Blueprint("pieces", __name__, url_prefix="/admin/library/pieces")
gate_members(blueprint)

Page = str | tuple[str, int] | Response


@blueprint.get("/<uuid:piece_id>")
@require("library.use")
def one(piece_id: UUID) -> Page:
    """One piece."""
    return _page(piece_id)


@blueprint.post("/<uuid:piece_id>/star")
@require("library.use")
def turn_star(piece_id: UUID) -> Page:
    """Star it, or take the star away."""
    star(session(), [_piece(piece_id)], on=request.form.get("star") != "off", by=actor())
    return _back(piece_id)


@blueprint.post("/<uuid:piece_id>/notes")
@require("library.use")
def note(piece_id: UUID) -> Page:
    """Write a note for the team."""
    try:
        add_note(session(), _piece(piece_id), text("note"), by=actor())
    except Invalid as error:
        return _page(piece_id, error.fields), error.status
    return _back(piece_id, "notes")


@blueprint.post("/<uuid:piece_id>/notes/<uuid:note_id>/drop")
@require("library.use")
def forget_note(piece_id: UUID, note_id: UUID) -> Page:
    """Take a note of one's own away."""
    drop_note(session(), _piece(piece_id), note_id, by=actor())
    return _back(piece_id, "notes")


@blueprint.post("/<uuid:piece_id>/excerpts")
@require("library.use")
def mark(piece_id: UUID) -> Page:
    """Mark a passage of the review as an excerpt, and show it."""
    review = shop_review(session(), actor().shop.id, _piece(piece_id).review_id)
    try:
        made = add_excerpt(session(), review, text("passage"), by=actor())
    except Invalid as error:
        return _page(piece_id, error.fields), error.status
    say("good", _("The excerpt is in the library."))
    return _back(made.id)


@blueprint.post("/excerpts/<uuid:excerpt_id>/drop")
@require("library.use")
def forget_excerpt(excerpt_id: UUID) -> Page:
    """Take an excerpt away; the review stays as it is."""
    review_id = drop_excerpt(session(), actor().shop.id, excerpt_id)
    say("good", _("The excerpt is gone. The review stays as it is."))
    return _back(review_id)


def _piece(piece_id: UUID) -> LibraryAsset:
    return one_card(session(), actor().shop.id, piece_id).piece


def _page(piece_id: UUID, wrong: Mapping[str, list[str]] | None = None) -> str:
    card = one_card(session(), actor().shop.id, piece_id)
    faults = {name: _(told[0]) for name, told in (wrong or {}).items()}
    return render_template(
        "library/admin_piece.html",
        card=card,
        whole={field: _seen(card.review, field) for field in ("title", "body")},
        notes=notes_of(session(), piece_id),
        excerpts=_shown_excerpts(card.review),
        exports=exports_with(session(), card.review.id, card.piece.subject_sha256),
        holding=holding(session(), piece_id),
        shelves=collections_of(session(), actor().shop.id),
        uses=USES,
        texts=texts,
        typed=request.form,
        wrong=faults,
        errors=list(faults.items()),
    )


def _seen(review: Review, field: str) -> str:
    return seen_words(review.title, review.body, review.redactions, field)


def _shown_excerpts(review: Review) -> list[tuple[LibraryExcerpt, str | None]]:
    """Each with its ellipses; None where it does not stand there any more."""
    return [
        (one, quoted(one.words, _seen(review, one.field)))
        for one in excerpts_of(session(), review.id)
    ]


def _back(piece_id: UUID, anchor: str | None = None) -> Response:
    return redirect(url_for("pieces.one", piece_id=piece_id, _anchor=anchor), 303)

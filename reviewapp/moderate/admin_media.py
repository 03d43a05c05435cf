"""The moderator's door for one photo or film: see it large, take it out, redact, tick, show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import AppError, Conflict, Invalid, NotFound, OutsideFailed
from reviewapp.media.captioning import remove_captions, set_captions, store_captions
from reviewapp.media.captions import LARGEST_BYTES, CaptionsError, clean_captions
from reviewapp.media.redacting import redacted_master
from reviewapp.media.refusals import RefusedImage
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Review
from reviewapp.moderate import media_texts, texts
from reviewapp.moderate.media import (
    Verdict,
    captions_of,
    check_verdict,
    decide_on_media,
    media_decisions,
    options_of,
    the_asset,
)
from reviewapp.moderate.media_rules import CONTENTS, MOST_AREAS, area_of, known_contents
from reviewapp.moderate.queries import member_names
from reviewapp.moderate.service import By
from reviewapp.rights.looking import MOST_PEOPLE, Look, people_typed
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
from reviewapp.web.language import page_translator
from reviewapp.web.pages import gettext as _
from reviewapp.web.ranges import by_ranges
from reviewapp.web.session import kit, release, session

blueprint = Blueprint("media", __name__, url_prefix="/admin/media")
gate_members(blueprint)

VIEW_PX = 2048
FORMS = ("reject", "hide", "redact")


@blueprint.get("/<uuid:asset_id>")
@require("review.read")
def one(asset_id: UUID) -> str:
    """The file large, what was declared and found, and what may be done with it."""
    return _page(*_the(asset_id), doing=request.args.get("do", ""))


@blueprint.post("/<uuid:asset_id>/decision")
@require("review.decide")
def decision(asset_id: UUID) -> Response | tuple[str, int]:
    """Take it out, show it again, or note what is in it."""
    asset, review = _the(asset_id)
    action = request.form.get("action", "")
    verdict = Verdict(
        action=action,
        reason=request.form.get("reason"),
        note=request.form.get("note", "").replace("\x00", ""),
        look=Look(request.form.getlist("found"), people_typed(request.form.get("people", ""))),
    )
    try:
        if action == "redact":
            raise Conflict
        decide_on_media(session(), asset, review, verdict, by=_by())
    except (Invalid, Conflict) as error:
        return _refused(asset_id, action, error)
    say("good", _(media_texts.DONE[action]))
    return redirect(url_for("media.one", asset_id=asset_id))


@blueprint.post("/<uuid:asset_id>/redact")
@require("review.decide")
def redact(asset_id: UUID) -> Response | tuple[str, int]:
    """Make parts of a photo unreadable; the pixels are made outside any transaction."""
    asset, review = _the(asset_id)
    verdict = Verdict(
        action="redact",
        reason=request.form.get("reason"),
        note=request.form.get("note", "").replace("\x00", ""),
        areas=_areas(),
    )
    try:
        check_verdict(verdict, asset, review)
        release()
        made = redacted_master(kit(), asset, verdict.areas or ())
        asset_now, review = _the(asset_id)
        if asset_now.sha256 != asset.sha256:
            raise Conflict
        decide_on_media(session(), asset_now, review, verdict, by=_by(), redacted=made)
    except (Invalid, Conflict, RefusedImage, OutsideFailed) as error:
        return _refused(asset_id, "redact", error)
    say("good", _(media_texts.DONE["redact"]))
    return redirect(url_for("media.one", asset_id=asset_id))


@blueprint.post("/<uuid:asset_id>/captions")
@require("review.decide")
def captions(asset_id: UUID) -> Response | tuple[str, int]:
    """Put captions beside a film, or new ones in place of those it has in this language."""
    asset, review = _the(asset_id)
    try:
        _may_caption(asset, review)
        clean = clean_captions(_captions_file(), asset.duration_ms or 0)
        release()
        key = store_captions(kit(), clean)
        asset, review = _the(asset_id)
        _may_caption(asset, review)
        language = request.form.get("language", "")
        set_captions(session(), asset, language, key, len(clean), actor=_by().label)
    except CaptionsError as error:
        told = _(error.sentence, line=error.line)
        return _refused(asset_id, "captions", Invalid(fields={"file": [told]}))
    except (Invalid, Conflict, OutsideFailed) as error:
        return _refused(asset_id, "captions", error)
    say("good", _("The captions are in. The page is made anew."))
    return redirect(url_for("media.one", asset_id=asset_id))


@blueprint.post("/<uuid:asset_id>/captions/remove")
@require("review.decide")
def captions_removed(asset_id: UUID) -> Response:
    """Take a film's captions in one language away."""
    asset, review = _the(asset_id)
    _may_caption(asset, review)
    remove_captions(session(), asset, request.form.get("language", ""), actor=_by().label)
    say("good", _("The captions are taken away."))
    return redirect(url_for("media.one", asset_id=asset_id))


@blueprint.get("/<uuid:asset_id>/file")
@require("review.read")
def file(asset_id: UUID) -> Response:
    """The picture or poster; `?part=video` plays the film, as it came until it is encoded.

    `?part=captions&language=` are its captions.
    """
    asset, _review = _the(asset_id)
    shown = _part(asset, request.args.get("part", ""), request.args.get("language", ""))
    stream = kit().storage.open(shown.key)
    response = by_ranges(request.environ, stream, shown.content_type, etag=shown.key[-72:])
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'"
    return response


def _part(asset: MediaAsset, part: str, language: str) -> MediaAsset | Rendition:
    if part == "video" and asset.kind == "video":
        return _playable(asset)
    if part == "captions":
        found = (one for one in captions_of(asset) if one.language == language)
        if (track := next(found, None)) is None:
            raise NotFound
        return track
    return asset.picture(VIEW_PX) or _still(asset)


def _may_caption(asset: MediaAsset, review: Review) -> None:
    if asset.kind != "video" or not options_of(asset, review):
        raise Conflict


def _captions_file() -> bytes:
    sent = request.files.get("file")
    data = sent.read(LARGEST_BYTES + 1) if sent else b""
    if not data:
        raise Invalid(fields={"file": [_("Choose a file with the captions.")]})
    return data


def _playable(asset: MediaAsset) -> MediaAsset | Rendition:
    films = [one for one in asset.renditions if one.role == "video"]
    return min(films, key=lambda one: one.width) if films else asset


def _still(asset: MediaAsset) -> Rendition | MediaAsset:
    if asset.kind == "photo":
        return asset
    if asset.poster_key is None:
        raise NotFound
    return Rendition(key=asset.poster_key, content_type="image/jpeg")


def _areas() -> list[dict[str, Any]]:
    """The rectangles of the form; what is no rectangle is an error at its fields."""
    names = ("left", "top", "width", "height")
    columns = {name: request.form.getlist(name) for name in names}
    how = request.form.get("how", "")
    found = []
    for number in range(min(MOST_AREAS, max(map(len, columns.values()), default=0))):
        typed = {name: (columns[name] + [""] * MOST_AREAS)[number].strip() for name in names}
        if not any(typed.values()):
            continue
        area = area_of(typed | {"how": how})
        if area is None:
            raise Invalid(fields={"left": [_("An area must lie within the picture.")]})
        found.append(area)
    return found


def _the(asset_id: UUID) -> tuple[MediaAsset, Review]:
    return the_asset(session(), actor().shop.id, asset_id)


def _by() -> By:
    return By("member", actor().label, actor().id)


def _refused(asset_id: UUID, action: str, error: AppError) -> tuple[str, int]:
    """The page again, with what is wrong; a file that changed meanwhile is shown as it is now."""
    fields = error.fields if isinstance(error, Invalid) else {}
    notice = ""
    if isinstance(error, Conflict):
        notice = _("Somebody changed this file in the meantime. This is how it stands now.")
    elif not fields:
        notice = _(error.message)
    asset, review = _the(asset_id)
    return _page(asset, review, doing=action, wrong=fields, notice=notice), error.status


def _page(
    asset: MediaAsset,
    review: Review,
    *,
    doing: str = "",
    wrong: dict[str, list[str]] | None = None,
    notice: str = "",
) -> str:
    wrong = wrong or {}
    decisions = media_decisions(session(), asset.id)
    options = options_of(asset, review) if actor().may("review.decide") else {}
    checked = next((row for row in decisions if row.action == "check"), None)
    return render_template(
        "moderate/admin_media.html",
        asset=asset,
        review=review,
        decisions=decisions,
        members=member_names(session(), {row.member_id for row in decisions}),
        options=options,
        doing=doing if doing in FORMS and doing in options else "",
        declared=known_contents(asset.declared),
        checked=checked,
        ticked=request.form.getlist("found") if wrong else (checked.found if checked else []),
        most_people=MOST_PEOPLE,
        contents=CONTENTS,
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        notice=notice,
        captions=captions_of(asset),
        languages=page_translator().languages(),
        shop_language=actor().shop.locale[:2],
        media_texts=media_texts,
        texts=texts,
    )

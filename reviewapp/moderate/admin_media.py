"""The moderator's door for one photo or film: see it large, take it out, redact, tick, show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from reviewapp.core.errors import AppError, Conflict, Invalid, NotFound, OutsideFailed
from reviewapp.media.redacting import redacted_master
from reviewapp.media.refusals import RefusedImage
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Review
from reviewapp.moderate import media_texts, texts
from reviewapp.moderate.media import (
    Verdict,
    check_verdict,
    decide_on_media,
    media_decisions,
    options_of,
    the_asset,
)
from reviewapp.moderate.media_rules import CONTENTS, MOST_AREAS, area_of, known_contents
from reviewapp.moderate.queries import member_names
from reviewapp.moderate.service import By
from reviewapp.web.auth import actor, gate_members, require
from reviewapp.web.flashes import say
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
        found=known_contents(request.form.getlist("found")) if action == "check" else None,
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


@blueprint.get("/<uuid:asset_id>/file")
@require("review.read")
def file(asset_id: UUID) -> Response:
    """The picture or poster; `?part=video` plays the film, as it came until it is encoded."""
    asset, _review = _the(asset_id)
    if request.args.get("part") == "video" and asset.kind == "video":
        shown: MediaAsset | Rendition = _playable(asset)
    else:
        shown = asset.picture(VIEW_PX) or _still(asset)
    stream = kit().storage.open(shown.key)
    response = by_ranges(request.environ, stream, shown.content_type, etag=shown.key[-72:])
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'"
    return response


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
        contents=CONTENTS,
        wrong={name: " ".join(map(_, told)) for name, told in wrong.items()},
        errors=[(name, _(text)) for name, told in wrong.items() for text in told],
        typed=request.form,
        notice=notice,
        media_texts=media_texts,
        texts=texts,
    )

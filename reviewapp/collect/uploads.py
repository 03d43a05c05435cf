"""Door of the holder of a link for files: tus 1.0.0, and what became of each file as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from reviewapp.collect import tus
from reviewapp.collect.customer import HOLDER
from reviewapp.collect.intake import sender_here
from reviewapp.collect.link import enter_link, visit
from reviewapp.collect.upload_slots import UploadSlots
from reviewapp.core.errors import Gone, TooLarge
from reviewapp.core.json import json_response
from reviewapp.media import upload_finish, uploads
from reviewapp.media.service import Staged, staged_photos
from reviewapp.media.staging import refusal_text
from reviewapp.media.upload_quota import Wanted
from reviewapp.models.upload import Upload
from reviewapp.web.auth import public
from reviewapp.web.forms import check_same_origin
from reviewapp.web.language import chosen_language
from reviewapp.web.limits import client_address, limit
from reviewapp.web.pages import gettext
from reviewapp.web.session import kit, release, session

SLOTS = "collect.upload_slots"
blueprint = Blueprint("uploads", __name__)


@blueprint.record
def make_slots(state: BlueprintSetupState) -> None:
    """Places for bodies that are read, by the number of this process's threads."""
    threads = state.app.extensions["kit"].settings.web_threads
    state.app.extensions[SLOTS] = UploadSlots(threads)


@blueprint.before_request
def enter() -> None:
    """The gate: link, protocol version, origin, a pace that many small parts keep to."""
    g.speaks_json = True
    g.effective_method = _effective_method()
    limit("upload.address", client_address(), burst=3000, per_minute=1500)
    token = str((request.view_args or {})["token"])
    limit("upload", token, burst=600, per_minute=300)
    enter_link(token)
    if g.effective_method not in ("GET", "OPTIONS"):
        tus.check_version(request.headers)
    if g.effective_method not in ("GET", "HEAD", "OPTIONS"):
        check_same_origin()


@blueprint.after_request
def name_protocol(response: Response) -> Response:
    """Every answer says which version speaks; 412 says which ones could."""
    response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


@blueprint.route("/r/<token>/uploads", methods=["GET", "POST"], provide_automatic_options=False)
@public(HOLDER)
def many(token: str) -> Response:
    """POST begins an upload (creation); GET lists what a form has on its way or here."""
    return _begin() if request.method == "POST" else _listed()


@blueprint.route(
    "/r/<token>/uploads", methods=["OPTIONS"], provide_automatic_options=False, endpoint="abilities"
)
@blueprint.route(
    "/r/<token>/uploads/<uuid:upload_id>", methods=["OPTIONS"], provide_automatic_options=False
)
@public(HOLDER)
def abilities(token: str, upload_id: UUID | None = None) -> Response:
    """What is spoken here."""
    settings = kit().settings
    most = max(settings.max_upload_bytes, settings.max_video_bytes)
    return _answer(204, tus.abilities(most))


@blueprint.route(
    "/r/<token>/uploads/<uuid:upload_id>",
    methods=["GET", "HEAD", "PATCH", "DELETE", "POST"],
    provide_automatic_options=False,
)
@public(HOLDER)
def one(token: str, upload_id: UUID) -> Response:
    """HEAD, PATCH and DELETE as tus has them; GET tells what became of the file."""
    upload = uploads.find(session(), visit().request.id, upload_id)
    release()
    acts = {"GET": _told, "HEAD": _offset, "PATCH": _append, "DELETE": _remove}
    act = acts.get(g.effective_method)
    if act is None:
        raise tus.TusRefusal(405, "method_not_allowed")
    return act(upload)


def _begin() -> Response:
    length = tus.number(request.headers, "Upload-Length")
    said = tus.metadata(request.headers)
    wanted = Wanted(
        form=tus.said_form(said),
        filename=tus.said_name(said),
        content_type=tus.said_type(said),
        length=length,
    )
    with_bytes = request.content_type == tus.BODY_TYPE
    if with_bytes and (request.content_length or 0) > length:
        raise TooLarge("upload_longer_than_said")
    sender = sender_here()
    release()
    upload = uploads.begin(kit(), sender, wanted)
    if with_bytes:
        upload = _received(upload, 0)
    place = url_for("uploads.one", token=g.token, upload_id=upload.id, lang=chosen_language())
    return _answer(201, {"Location": place, **tus.told(upload)})


def _append(upload: Upload) -> Response:
    tus.check_body_type(request.content_type)
    offset = tus.number(request.headers, "Upload-Offset")
    if (request.content_length or 0) > uploads.alive(upload).length - offset:
        raise TooLarge("upload_longer_than_said")
    if upload.state == "open":
        upload = _received(upload, offset)
    elif upload.received != offset:
        raise tus.TusRefusal(409, "upload_moved")
    if upload.state == "received":
        # Nothing more to come: an empty PATCH asks to look at the file again.
        upload_finish.finish(kit(), upload)
    return _answer(204, tus.told(upload))


def _received(upload: Upload, offset: int) -> Upload:
    request.max_content_length = upload.length - offset + 1
    body = tus.arriving(request.stream)
    checksum = tus.checksum(request.headers)
    slots: UploadSlots = current_app.extensions[SLOTS]
    with slots.taken(g.token):
        return uploads.receive(kit(), upload, offset, body, checksum)


def _offset(upload: Upload) -> Response:
    return _answer(200, tus.told(uploads.alive(upload)))


def _remove(upload: Upload) -> Response:
    uploads.remove(kit(), uploads.alive(upload))
    return _answer(204, {})


def _told(upload: Upload) -> Response:
    if upload.state == "refused":
        raise Gone(upload.failure, refusal_text(upload.failure or ""))
    return json_response(_outcomes([uploads.alive(upload)])[0])


def _listed() -> Response:
    form = request.args.get("form", "")
    found = uploads.of_form(session(), visit().request.id, form)
    return json_response({"uploads": _outcomes(found)})


def _outcomes(found: list[Upload]) -> list[dict[str, Any]]:
    """What became of each file; `reason` is why the last look at it failed."""
    ids = [upload.asset_id for upload in found if upload.asset_id]
    here = {staged.id: staged for staged in staged_photos(session(), visit().request.id, ids)}
    return [_outcome(upload, here.get(upload.asset_id or upload.id)) for upload in found]


def _outcome(upload: Upload, staged: Staged | None) -> dict[str, Any]:
    return {
        "url": url_for("uploads.one", token=g.token, upload_id=upload.id, lang=chosen_language()),
        "filename": tus.shown_name(upload.filename, 80),
        "length": upload.length,
        "offset": upload.received,
        "state": upload.state,
        "reason": gettext(refusal_text(upload.failure)) if upload.failure else None,
        "media": asdict(staged) if staged else None,
    }


def _effective_method() -> str:
    """The method meant: programs behind old proxies POST and name another one."""
    wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
    if request.method == "POST" and wanted in tus.METHODS:
        return wanted
    return request.method


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers=headers)

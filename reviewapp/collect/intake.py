"""What a customer's form brought: fields as sent, photos staged, faults in the reader's words."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from babel.numbers import format_decimal
from flask import g, request, url_for
from werkzeug.datastructures import FileStorage

from reviewapp.collect.link import enter_visit, visit
from reviewapp.collect.schemas import Fault
from reviewapp.collect.tus import said_name, said_type, shown_name
from reviewapp.core.errors import Invalid, OutsideFailed, TooLarge, TooMany
from reviewapp.core.storage import disk_errors
from reviewapp.media.service import MOST_PHOTOS, Staged, staged_photos
from reviewapp.media.upload_finish import take_whole
from reviewapp.media.upload_quota import Sender, Wanted
from reviewapp.media.uploads import of_form, unfile
from reviewapp.models.media import CONTENTS
from reviewapp.web.language import page_language
from reviewapp.web.limits import address_digest
from reviewapp.web.pages import gettext
from reviewapp.web.session import kit, release, session

SHOWN_NAME_CHARS = 40
HELP_FORM = "help"
"""What files for a message to the shop are filed under; a review's and an edit's name their row."""


@dataclass(frozen=True)
class Entered:
    """A form to be shown: what was typed, what is wrong (translated), photos that are here."""

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[Staged, ...] = ()


@dataclass(frozen=True)
class Photos:
    """The photos of a sending: what is staged, what was refused and why."""

    staged: tuple[Staged, ...]
    fault: str = ""

    @property
    def ids(self) -> list[UUID]:
        """What to attach."""
        return [photo.id for photo in self.staged]


@dataclass(frozen=True)
class FileField:
    """What a page's file field is told: where and for which form, and the limits (bytes)."""

    address: str
    form: str
    most: int
    photo_bytes: int
    video_bytes: int


def file_field(form: str, already: int = 0) -> FileField:
    """The field of a form that has `already` files."""
    settings = kit().settings
    return FileField(
        address=url_for("uploads.many", token=g.token),
        form=form,
        most=max(0, MOST_PHOTOS - already),
        photo_bytes=settings.max_upload_bytes,
        video_bytes=settings.max_video_bytes,
    )


def sent_fields(*names: str) -> dict[str, Any]:
    """The first value of each field that came; `permission` and `contents` are lists."""
    found: dict[str, Any] = {name: request.form[name] for name in names if name in request.form}
    if "permission" in names:
        found["permission"] = request.form.getlist("permission")
    if "contents" in names:
        found["contents"] = [one for one in request.form.getlist("contents") if one in CONTENTS]
    return found


def said(faults: Mapping[str, Fault]) -> dict[str, str]:
    """Faults in the reader's language."""
    return {
        name: gettext(fault.text, most=format_decimal(fault.most, locale=page_language()))
        for name, fault in faults.items()
    }


def take_photos(form: str, already: int = 0) -> Photos:
    """Keep the photos that came before, and stage the new ones; each bad one gets its reason.

    `form` is whose files they are; `already` photos are there in the review. Accepted ones stay
    staged whatever else is wrong.
    """
    files = [file for file in request.files.getlist("media") if file.filename]
    kept = _kept_before()
    room = max(0, MOST_PHOTOS - already)
    fitting = files[: max(0, room - len(kept))]
    staged, reasons = _stage_each(fitting, form, [photo.id for photo in kept])
    if len(kept) + len(files) > room:
        reasons.append(gettext("At most %(most)s files can be sent.", most=MOST_PHOTOS))
    return Photos((*kept[:room], *staged), " ".join(reasons))


def review_form(line_id: UUID) -> str:
    """What files for the review of an order line are filed under until it is sent."""
    return f"review-{line_id}"


def edit_form(review_id: UUID) -> str:
    """What files for an edit of a review are filed under until it is sent."""
    return f"edit-{review_id}"


def staged_here(form: str) -> tuple[Staged, ...]:
    """Photos that came for this form and are not used yet, as after a closed tab."""
    ids = [upload.asset_id for upload in of_form(session(), visit().request.id, form)]
    known = [asset_id for asset_id in ids if asset_id is not None]
    return tuple(staged_photos(session(), visit().request.id, known)) if known else ()


def sender_here() -> Sender:
    """Whose quota a file of this request counts against."""
    return Sender(visit().shop.id, visit().request.id, address_digest())


def _stage_each(
    files: list[FileStorage], form: str, kept: list[UUID]
) -> tuple[list[Staged], list[str]]:
    """Decoding takes its time: no transaction is held meanwhile."""
    if not files:
        return [], []
    sender = sender_here()
    release()
    with kit().database.transaction(sender.shop_id) as own:
        unfile(own, sender.request_id, form, kept)
    staged: list[Staged] = []
    reasons: list[str] = []
    for file in files:
        try:
            staged.append(_stage(file, sender, form))
        except (Invalid, TooLarge, OutsideFailed, TooMany) as error:
            name = shown_name(file.filename or "", SHOWN_NAME_CHARS)
            reasons.append(f"{name}: {gettext(error.message)}")
    enter_visit()
    return staged, reasons


def _stage(file: FileStorage, sender: Sender, form: str) -> Staged:
    """Put one file of a form on disk and have it looked at; what it says of itself is compared."""
    with tempfile.TemporaryDirectory(prefix="reviewapp-upload-") as folder:
        path = Path(folder) / "file"
        with disk_errors("written"):
            file.save(path)
        said = {"filename": file.filename or "", "filetype": file.mimetype}
        wanted = Wanted(form, said_name(said), said_type(said), path.stat().st_size)
        return take_whole(kit(), sender, wanted, path)


def _kept_before() -> list[Staged]:
    ids = []
    for text in request.form.getlist("media_id")[: 2 * MOST_PHOTOS]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return staged_photos(session(), visit().request.id, ids) if ids else []

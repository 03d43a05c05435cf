"""What a customer's form brought: fields as sent, photos staged, faults in the reader's words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast
from uuid import UUID

from babel.numbers import format_decimal
from flask import g, request
from werkzeug.datastructures import FileStorage

from reviewapp.collect.link import enter_visit, visit
from reviewapp.collect.schemas import Fault
from reviewapp.core.errors import AppError, OutsideFailed, TooMany
from reviewapp.media.refusals import RefusedImage
from reviewapp.media.service import MOST_PHOTOS, Staged, stage_photo, staged_photos
from reviewapp.web.language import page_language
from reviewapp.web.limits import client_address, limit
from reviewapp.web.pages import gettext
from reviewapp.web.session import kit, release, session

SHOWN_NAME_CHARS = 40


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


def sent_fields(*names: str) -> dict[str, Any]:
    """The first value of each field that came; `permission` is the list of ticked uses."""
    found: dict[str, Any] = {name: request.form[name] for name in names if name in request.form}
    if "permission" in names:
        found["permission"] = request.form.getlist("permission")
    return found


def said(faults: Mapping[str, Fault]) -> dict[str, str]:
    """Faults in the reader's language."""
    return {
        name: gettext(fault.text, most=format_decimal(fault.most, locale=page_language()))
        for name, fault in faults.items()
    }


def take_photos(already: int = 0) -> Photos:
    """Keep the photos that came before, and stage the new ones; each bad one gets its reason.

    `already` photos are there in the review. Accepted ones stay staged whatever else is wrong.
    """
    files = [file for file in request.files.getlist("media") if file.filename]
    kept = _kept_before()
    room = max(0, MOST_PHOTOS - already - len(kept))
    if not files:
        return Photos(tuple(kept[: MOST_PHOTOS - already]))
    staged, reasons = _stage_each(files[:room])
    if len(files) > room:
        reasons.append(gettext("At most %(most)s photos can be sent.", most=MOST_PHOTOS))
    return Photos((*kept, *staged), " ".join(reasons))


def _stage_each(files: list[FileStorage]) -> tuple[list[Staged], list[str]]:
    """Decoding takes its time: no transaction is held meanwhile."""
    shop_id, request_id = visit().shop.id, visit().request.id
    release()
    staged: list[Staged] = []
    reasons: list[str] = []
    for file in files:
        try:
            staged.append(_stage(file, shop_id, request_id))
        except (RefusedImage, OutsideFailed, TooMany) as error:
            reasons.append(f"{_shown_name(file)}: {_reason(error)}")
    enter_visit()
    return staged, reasons


def _stage(file: FileStorage, shop_id: UUID, request_id: UUID) -> Staged:
    limit("photo", g.token, burst=30, per_minute=3)
    limit("photo.address", client_address(), burst=90, per_minute=15)
    return stage_photo(
        kit(),
        shop_id=shop_id,
        request_id=request_id,
        upload=cast(BinaryIO, file.stream),
        client_name=file.filename or "",
    )


def _kept_before() -> list[Staged]:
    ids = []
    for text in request.form.getlist("media_id")[: 2 * MOST_PHOTOS]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return staged_photos(session(), visit().request.id, ids) if ids else []


def _reason(error: AppError) -> str:
    return gettext(error.message)


def _shown_name(file: FileStorage) -> str:
    """The client's name for the file, fit to be shown: one line, short, nothing invisible."""
    name = "".join(c for c in file.filename or "" if unicodedata.category(c)[0] != "C")
    return name if len(name) <= SHOWN_NAME_CHARS else f"{name[:SHOWN_NAME_CHARS]}…"

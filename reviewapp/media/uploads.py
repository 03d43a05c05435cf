"""Uploads while they arrive: begin, receive part by part, list, remove."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError, Conflict, Gone, NotFound, TooLarge
from reviewapp.core.kit import Kit
from reviewapp.media import upload_parts
from reviewapp.media.refusals import RefusedImage
from reviewapp.media.service import STAGED_FOR, forget_staged
from reviewapp.media.staging import most_bytes
from reviewapp.media.upload_quota import Sender, Wanted, reserve
from reviewapp.models.media import MediaAsset
from reviewapp.models.upload import Upload

UNFILED = "(none)"
"""The form of what no form counts any more; not a name that a client can say."""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must hash to; `hasher` is fresh, from hashlib."""

    hasher: Any
    expected: bytes

    def matches(self) -> bool:
        """Whether what was fed is what was announced."""
        return hmac.compare_digest(self.hasher.digest(), self.expected)


class DamagedBytes(AppError):
    """Bytes that do not match their checksum; tus answers 460."""

    status = 460
    default_code = "upload_checksum"


def begin(kit: Kit, sender: Sender, wanted: Wanted, *, whole: bool = False) -> Upload:
    """Take a file's announcement, or one that is here `whole` and claimed to be looked at.

    Raises Invalid, TooLarge or TooMany where it cannot come.
    """
    if wanted.length == 0:
        raise RefusedImage("image_empty")
    if wanted.length > most_bytes(kit.settings, wanted.filename, wanted.content_type):
        raise TooLarge("upload_too_large")
    with kit.database.transaction(EVERY_SHOP) as session:
        upload = reserve(session, sender, wanted)
        if whole:
            upload.state, upload.received = "received", wanted.length
            upload.claimed_at = clock.now()
        return upload


def find(session: Session, request_id: UUID, upload_id: UUID) -> Upload:
    """An upload of this link, whatever its state; NotFound for any other."""
    upload = session.scalars(
        select(Upload).where(Upload.id == upload_id, Upload.request_id == request_id)
    ).first()
    if upload is None:
        raise NotFound
    return upload


def alive(upload: Upload) -> Upload:
    """The same, if it can still become or is a file; Gone when removed, refused or expired."""
    if upload.state in ("removed", "refused") or upload.expires_at <= clock.now():
        raise Gone("upload_gone")
    return upload


def receive(
    kit: Kit, upload: Upload, offset: int, body: BinaryIO, checksum: Checksum | None = None
) -> Upload:
    """Append what arrives to an open upload, part by part; the row as it is then.

    A part counts once it is safe, and only where nobody else went on from the same offset: the
    slower one gets Conflict and loses nothing. With a checksum all parts count together or none.
    A body that breaks off early is no error: what arrived stays.
    """
    if offset != upload.received or upload.state != "open":
        raise Conflict("upload_moved")
    keys: list[str] = []
    at, room = offset, upload.length - offset
    try:
        for part in upload_parts.parts(upload_parts.pieces(body, room + 1)):
            if at + len(part) > upload.length:
                raise TooLarge("upload_longer_than_said")
            keys.append(upload_parts.store_part(kit, upload.id, at, part))
            at += len(part)
            if checksum is None:
                _count(kit, upload, at - len(part), keys[-1:], at)
                keys = []
            else:
                checksum.hasher.update(part)
        if checksum is not None and not checksum.matches():
            raise DamagedBytes()
        if keys:
            _count(kit, upload, offset, keys, at)
    except AppError:
        upload_parts.drop(kit, keys)
        raise
    with kit.database.transaction(upload.shop_id) as session:
        return find(session, upload.request_id, upload.id)


def _count(kit: Kit, upload: Upload, offset: int, keys: list[str], until: int) -> None:
    """Move the offset from `offset` to `until` over parts that are safe; Conflict if it moved."""
    with kit.database.transaction(upload.shop_id) as session:
        moved = session.scalars(
            update(Upload)
            .where(Upload.id == upload.id, Upload.state == "open", Upload.received == offset)
            .values(
                received=until,
                parts=Upload.parts.op("||")(literal(keys, JSONB)),
                state="received" if until == upload.length else "open",
                expires_at=clock.now() + STAGED_FOR,
            )
            .returning(Upload.id)
        ).all()
    if not moved:
        raise Conflict("upload_moved")


def remove(kit: Kit, upload: Upload) -> None:
    """Forget an upload and its file, at its sender's word; Conflict once it is in use."""
    with kit.database.transaction(upload.shop_id) as session:
        session.execute(
            update(Upload)
            .where(Upload.id == upload.id)
            .values(state="removed", parts=[], asset_id=None)
        )
        keys = forget_staged(session, upload.asset_id) if upload.asset_id else []
    upload_parts.forget(kit, upload.id)
    upload_parts.drop(kit, keys)


def unfile(session: Session, request_id: UUID, form: str, kept: Collection[UUID]) -> None:
    """Let go of what a form had staged and was sent without: it is no longer counted as its."""
    session.execute(
        update(Upload)
        .where(
            Upload.request_id == request_id,
            Upload.form == form,
            Upload.state == "staged",
            Upload.asset_id.notin_(kept),
        )
        .values(form=UNFILED)
    )


def of_form(session: Session, request_id: UUID, form: str) -> list[Upload]:
    """What a form of this link has on its way or here, and not used yet; oldest first."""
    return list(
        session.scalars(
            select(Upload)
            .outerjoin(MediaAsset, MediaAsset.id == Upload.asset_id)
            .where(
                Upload.request_id == request_id,
                Upload.form == form,
                Upload.expires_at > clock.now(),
                or_(Upload.state.in_(("open", "received")), MediaAsset.state == "staged"),
            )
            .order_by(Upload.id)
        )
    )

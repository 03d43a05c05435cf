"""A file that is here whole: looked at once, then staged or refused; trouble is tried again."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select, update

from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Gone, Invalid, NotFound, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.storage import disk_errors
from reviewapp.media import upload_parts
from reviewapp.media.service import Staged, staged_photos
from reviewapp.media.staging import stage_upload
from reviewapp.media.upload_quota import Sender, Wanted
from reviewapp.media.uploads import begin
from reviewapp.models.upload import Upload

LEASE = timedelta(seconds=90)
"""How long a file that is being looked at is left to whoever does it; the limits are shorter."""


def finish(kit: Kit, upload: Upload) -> Staged:
    """Look at a file that is here whole, and stage it; asked again it gives the same answer.

    Raises what `stage_upload` raises: a refusal ends the upload, an outside failure leaves it
    `received` to be tried again. Conflict while somebody else is looking at it, Gone when its
    bytes are.
    """
    claimed = _claim(kit, upload)
    if claimed is None:
        return _staged_before(kit, upload)
    with tempfile.TemporaryDirectory(prefix="reviewapp-upload-") as folder:
        path = Path(folder) / "file"
        try:
            sha256 = upload_parts.join(kit, claimed.parts, path)
            whole = path.stat().st_size == claimed.length
        except NotFound:
            whole = False
        except OutsideFailed as error:
            _settle(kit, claimed, failure=error.code)
            raise
        if not whole:
            _settle(kit, claimed, state="removed", failure="upload_gone")
            raise Gone("upload_gone")
        return _stage(kit, claimed, path, sha256)


def take_whole(kit: Kit, sender: Sender, wanted: Wanted, path: Path) -> Staged:
    """A file of a plain form, at `path`: within the same quotas, staged in the same way.

    Raises what `begin` and `stage_upload` raise.
    """
    upload = begin(kit, sender, wanted, whole=True)
    try:
        return _stage(kit, upload, path, None)
    except OutsideFailed as error:
        _settle(kit, upload, state="removed", failure=error.code)
        raise


def _claim(kit: Kit, upload: Upload) -> Upload | None:
    now = clock.now()
    with kit.database.transaction(upload.shop_id) as session:
        return session.scalars(
            update(Upload)
            .where(
                Upload.id == upload.id,
                Upload.state == "received",
                or_(Upload.claimed_at.is_(None), Upload.claimed_at < now - LEASE),
            )
            .values(claimed_at=now)
            .returning(Upload)
        ).first()


def _staged_before(kit: Kit, upload: Upload) -> Staged:
    with kit.database.transaction(upload.shop_id) as session:
        now = session.scalars(select(Upload).where(Upload.id == upload.id)).one()
        found = staged_photos(session, now.request_id, [now.asset_id]) if now.asset_id else []
    if now.state == "received":
        raise Conflict("upload_busy")
    if not found:
        raise Gone("upload_gone")
    return found[0]


def _stage(kit: Kit, upload: Upload, path: Path, sha256: str | None) -> Staged:
    """Let the file be checked and cleaned, and write down what came of it."""
    try:
        with disk_errors("written"):
            staged = stage_upload(
                kit,
                shop_id=upload.shop_id,
                request_id=upload.request_id,
                path=path,
                client_name=upload.filename,
                content_type=upload.content_type,
            )
    except Invalid as refusal:
        _settle(kit, upload, state="refused", failure=refusal.code, sha256=sha256)
        upload_parts.forget(kit, upload.id)
        raise
    except OutsideFailed as error:
        _settle(kit, upload, failure=error.code)
        raise
    # Removed in the meantime: the asset belongs to nothing then, and is swept.
    _settle(kit, upload, state="staged", asset_id=staged.id, sha256=sha256, failure=None)
    upload_parts.forget(kit, upload.id)
    return staged


def _settle(kit: Kit, upload: Upload, **values: Any) -> None:
    """End the claim with what came of it, unless another has taken it over."""
    if values.get("state"):
        values["parts"] = []
    with kit.database.transaction(upload.shop_id) as session:
        session.execute(
            update(Upload)
            .where(
                Upload.id == upload.id,
                Upload.state == "received",
                Upload.claimed_at == upload.claimed_at,
            )
            .values(claimed_at=None, **values)
        )

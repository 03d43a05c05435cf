"""The errand "media": pictures for the page, made from masters and posters that are in use."""

from __future__ import annotations

from sqlalchemy import or_
from sqlalchemy.orm import Session

from reviewapp.core.db import ping_after_commit
from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.media.claims import HAS_POSTER, Made, claim, fail, settle
from reviewapp.media.images import RenditionFile, render
from reviewapp.media.refusals import RefusedImage
from reviewapp.models.media import MediaAsset
from reviewapp.outbox.messages import emit

WANTS_PICTURES = or_(MediaAsset.kind == "photo", ~HAS_POSTER)


def render_attached(kit: Kit) -> int:
    """Render every photo in use, and the poster of every film; returns how many were settled.

    Each is claimed in one transaction, rendered outside any, and settled in a second one. Files
    are named by content: whoever repeats the work writes the same bytes again. What fails for
    now is tried again later; when the storage or the machine fails, the others wait as well.
    """
    settled = 0
    while (asset := claim(kit, WANTS_PICTURES)) is not None:
        try:
            files = _made(kit, asset)
        except (RefusedImage, NotFound, OutsideFailed) as error:
            settled += fail(kit, asset, error)
            if isinstance(error, OutsideFailed):
                break
        else:
            settle(kit, asset, "ready" if asset.kind == "photo" else "attached", files)
            settled += 1
    return settled


def render_anew(session: Session, asset: MediaAsset) -> None:
    """Have all files of this asset made again, with as many attempts as at first."""
    asset.state, asset.failure = "attached", None
    asset.attempts, asset.claimed_at, asset.next_try_at = 0, None, None
    ping_after_commit(session, "media")


def show_again(session: Session, asset: MediaAsset) -> None:
    """Bring a hidden asset back: at once where its files are still noted, else made anew."""
    asset.hidden_reason = None
    if not any(one.role in ("image", "video") for one in asset.renditions):
        render_anew(session, asset)
        return
    asset.state = "ready"
    emit(
        session,
        "media.ready",
        shop_id=asset.shop_id,
        asset_id=asset.id,
        review_id=asset.review_id,
    )


def _made(kit: Kit, asset: MediaAsset) -> list[Made]:
    """The asset's pictures, made and stored."""
    role = "image" if asset.kind == "photo" else "poster"
    made = []
    for file in render(kit.storage.read(asset.poster_key or asset.key)):
        picture = _picture(role, file)
        kit.storage.put(picture.key, file.data, content_type=file.content_type)
        made.append(picture)
    return made


def _picture(role: str, file: RenditionFile) -> Made:
    return Made(
        role=role,
        width=file.width,
        height=file.height,
        content_type=file.content_type,
        byte_count=len(file.data),
        sha256=file.sha256,
        suffix=file.suffix,
    )

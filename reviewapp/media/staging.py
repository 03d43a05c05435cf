"""The one way in for a file: what it is by content, then to the photos or to the films."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from reviewapp.core.errors import MESSAGES
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.media import film_types, image_types
from reviewapp.media.refusals import IMAGE_REFUSALS, VIDEO_REFUSALS, RefusedImage, RefusedVideo
from reviewapp.media.service import Staged, stage_photo, stage_video

# What browsers say of a photo; HEIC comes as HEIF too, and either with its sequence type.
_TYPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("image/jpeg", "image/jpg", "image/pjpeg"), frozenset({"JPEG"})),
    "image/png": frozenset({"PNG"}),
    "image/webp": frozenset({"WEBP"}),
    **dict.fromkeys(("image/heic", "image/heic-sequence"), frozenset({"HEIF"})),
    **dict.fromkeys(("image/heif", "image/heif-sequence"), frozenset({"HEIF", "AVIF"})),
    "image/avif": frozenset({"AVIF"}),
    **dict.fromkeys(("video/mp4", "video/quicktime", "video/x-m4v"), frozenset({"mov"})),
    **dict.fromkeys(("video/3gpp", "video/3gpp2", "video/3gp"), frozenset({"mov"})),
    **dict.fromkeys(("video/webm", "video/x-matroska"), frozenset({"matroska"})),
}
_SILENT_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""What clients say that do not know."""


def stage_upload(
    kit: Kit,
    *,
    shop_id: UUID,
    request_id: UUID | None,
    path: Path,
    client_name: str,
    content_type: str = "",
) -> Staged:
    """Sniff the whole file at `path`, check it, and keep what is clean as staged for this link.

    Content, name and type must agree (G.1); the claims are compared and never used. The file at
    `path` is left for the caller to delete. Runs outside any transaction. Raises RefusedFile, or
    OutsideFailed when the storage or a media process fails.
    """
    with path.open("rb") as file:
        head = file.read(max(image_types.HEAD_BYTES, film_types.HEAD_BYTES))
    found = image_types.sniff(head)
    film = film_types.sniff_film(head) if found is None else None
    as_film = film is not None or (found is None and says_film(client_name, content_type))
    claimed = _claimed(content_type)
    if head and claimed is not None and (found or film) not in claimed:
        code = "type_mismatch" if claimed else "type_unsupported"
        detail = f"type {content_type!r}, content {found or film}"
        raise (
            RefusedVideo(f"video_{code}", detail)
            if as_film
            else RefusedImage(f"image_{code}", detail)
        )
    if as_film:
        return stage_video(
            kit, shop_id=shop_id, request_id=request_id, path=path, client_name=client_name
        )
    with path.open("rb") as file:
        return stage_photo(
            kit, shop_id=shop_id, request_id=request_id, upload=file, client_name=client_name
        )


def says_film(client_name: str, content_type: str) -> bool:
    """Whether a file calls itself a film; a liar is found out when it is sniffed."""
    if content_type.startswith("video/"):
        return True
    try:
        return bool(film_types.claimed_container(client_name))
    except image_types.DeceptiveNameError:
        return False


def most_bytes(settings: Settings, client_name: str, content_type: str) -> int:
    """How large a file may be that calls itself so."""
    film = says_film(client_name, content_type)
    return settings.max_video_bytes if film else settings.max_upload_bytes


def refusal_text(code: str) -> str:
    """The English sentence for why a file was not taken; translated at the door."""
    refusals = IMAGE_REFUSALS | VIDEO_REFUSALS
    return refusals.get(code) or MESSAGES.get(code, MESSAGES["invalid"])


def _claimed(content_type: str) -> frozenset[str] | None:
    """The formats a client's content type allows; None when it says nothing."""
    kind = content_type.split(";")[0].strip().lower()
    return None if kind in _SILENT_TYPES else _TYPES.get(kind, frozenset())

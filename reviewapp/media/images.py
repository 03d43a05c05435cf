"""Photos: an untrusted upload in, one clean master out; and the master's renditions.

Nothing here decodes: that happens in processes of the `image_pool`, in one of two programs,
`image_worker` and `rendition_worker`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from reviewapp.media.image_pool import Answer, ImagePool
from reviewapp.media.image_types import (
    HEAD_BYTES,
    DeceptiveNameError,
    claimed_formats,
    sniff,
)
from reviewapp.media.refusals import RefusedImage

RENDITION_WIDTHS_PX = (320, 640, 1280, 2048)
_SUFFIXES = {"image/jpeg": ".jpg", "image/webp": ".webp", "image/avif": ".avif"}
POOL_SIZE = 2

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ImageLimits:
    """Bounds for one picture; time covers decoding and encoding."""

    max_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 50_000_000
    cpu_seconds: int = 15
    wall_seconds: float = 20.0


DEFAULT_LIMITS = ImageLimits()


@dataclass(frozen=True)
class SanitisedImage:
    """The master: upright sRGB JPEG of pixels alone, longest side at most 2560 px.

    `sha256` (hex) is of `data`, `source_sha256` of what was sent. `placeholder` is a data URL,
    `dominant_color` `#rrggbb`, `phash` a signed 64-bit number (compare with `likeness.distance`),
    `sharpness` and `brightness` as in `looks.Look`.
    """

    data: bytes
    content_type: str
    width: int
    height: int
    sha256: str
    placeholder: str
    dominant_color: str
    phash: int | None
    sharpness: float
    brightness: float
    source_format: str
    source_sha256: str


@dataclass(frozen=True)
class RenditionFile:
    """One size of a master for the page; `sha256` in hex, `suffix` such as `.webp`."""

    width: int
    height: int
    content_type: str
    data: bytes
    sha256: str

    @property
    def suffix(self) -> str:
        """File ending by content type."""
        return _SUFFIXES[self.content_type]


def sanitise(
    path: Path, client_name: str = "", *, limits: ImageLimits = DEFAULT_LIMITS
) -> SanitisedImage:
    """Check an upload by content and rebuild it from its pixels (standards G.1).

    `client_name` is only compared with the content, never used. The file at `path` is left as it
    is: it still holds its metadata, and the caller deletes it. Raises RefusedImage, or
    OutsideFailed when no image process can be had.
    """
    source_format = _checked_format(path, client_name, limits)
    payload = path.read_bytes()
    request = {
        "task": "sanitise",
        "source_format": source_format,
        "max_pixels": limits.max_pixels,
        "cpu_seconds": limits.cpu_seconds,
    }
    source_sha256 = hashlib.sha256(payload).hexdigest()
    seen = _log.bind(sha256=source_sha256, format=source_format, byte_count=len(payload))
    try:
        answer = _pool().ask(request, payload, limits.wall_seconds)
    except RefusedImage as refusal:
        seen.warning("image.refused", code=refusal.code, detail=refusal.detail)
        raise
    made = _master(answer, source_format, source_sha256)
    seen.info("image.sanitised", width=made.width, height=made.height)
    return made


def redact(
    master: bytes, areas: Sequence[Mapping[str, Any]], *, limits: ImageLimits = DEFAULT_LIMITS
) -> SanitisedImage:
    """A master with these areas made unreadable (see `redaction`), as a master of its own.

    Raises RefusedImage for bytes that `sanitise` did not make, or OutsideFailed.
    """
    request = {"task": "redact", "areas": list(areas), "cpu_seconds": limits.cpu_seconds}
    answer = _pool().ask(request, master, limits.wall_seconds)
    return _master(answer, "JPEG", hashlib.sha256(master).hexdigest())


def render(master: bytes, *, limits: ImageLimits = DEFAULT_LIMITS) -> list[RenditionFile]:
    """WebP and AVIF at 320, 640, 1280 and 2048 px, and JPEG at 640 and 1280 px, widest first.

    Never wider than the master: one of 500 px gives 320 and 500. Raises RefusedImage for bytes
    that `sanitise` did not make, or OutsideFailed when no image process can be had.
    """
    request = {"widths_px": RENDITION_WIDTHS_PX, "cpu_seconds": limits.cpu_seconds}
    return _files(_sizes_pool().ask(request, master, limits.wall_seconds))


def _checked_format(path: Path, client_name: str, limits: ImageLimits) -> str:
    """The checks that need no decoder, cheapest first."""
    byte_count = path.stat().st_size
    if not byte_count:
        raise RefusedImage("image_empty")
    if byte_count > limits.max_bytes:
        raise RefusedImage("image_too_large_bytes", f"{byte_count} bytes")
    try:
        claimed = claimed_formats(client_name)
    except DeceptiveNameError as error:
        raise RefusedImage("image_type_mismatch", str(error)) from error
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    if claimed is not None and not claimed:
        raise RefusedImage("image_type_unsupported", "extension")
    if claimed and found not in claimed:
        raise RefusedImage("image_type_mismatch", f"name {sorted(claimed)}, content {found}")
    if found is None:
        raise RefusedImage("image_type_unsupported", "content")
    return found


def _master(answer: Answer, source_format: str, source_sha256: str) -> SanitisedImage:
    master = _files(answer)[0]
    return SanitisedImage(
        data=master.data,
        content_type=master.content_type,
        width=master.width,
        height=master.height,
        sha256=master.sha256,
        source_format=source_format,
        source_sha256=source_sha256,
        **answer.facts["look"],
    )


@cache
def _pool() -> ImagePool:
    return ImagePool(POOL_SIZE)


@cache
def _sizes_pool() -> ImagePool:
    return ImagePool(POOL_SIZE, program="reviewapp.media.rendition_worker")


def _files(answer: Answer) -> list[RenditionFile]:
    return [
        RenditionFile(data=part, sha256=hashlib.sha256(part).hexdigest(), **facts)
        for facts, part in zip(answer.facts["files"], answer.parts, strict=True)
    ]

"""Pixels to files: the master, and every size and format a page may ask for; image process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from reviewapp.media.pixels import MASTER_LONG_SIDE_PX, fresh

MASTER_QUALITY = 90
WEBP = {"quality": 80, "method": 2}
"""Half the CPU of the encoder's default method 4 for 3 % more bytes."""
JPEG = {"quality": 80, "progressive": True}
AVIF_QUALITY = 60
"""A fifth fewer bytes than the WebP, and no more error (docs/decisions/0075)."""
AVIF_THOROUGH_PX = 640
"""Up to this width libaom's speed 8 pays; above, speed 9 takes a third of its time."""
FALLBACK_WIDTHS_PX = (640, 1280)
"""Sizes that are there as JPEG too: for old browsers, feeds and search engines."""


@dataclass(frozen=True)
class Encoded:
    """One picture file: `content_type`, size in px, bytes."""

    content_type: str
    width: int
    height: int
    data: bytes


def encode_master(image: Image.Image) -> Encoded:
    """The one readable file that is kept of an upload: a JPEG of pixels alone."""
    return encoded(image, "JPEG", quality=MASTER_QUALITY)


def renditions(master: bytes, widths_px: Iterable[int]) -> Iterator[Encoded]:
    """WebP and AVIF of each width, JPEG of some, widest first; never wider than the master."""
    # The limit is the module's: the upload before this one may have left a smaller.
    Image.MAX_IMAGE_PIXELS = MASTER_LONG_SIDE_PX**2
    image: Image.Image = Image.open(BytesIO(master), formats=["JPEG"])
    full = image.size
    widths = sorted({min(width, full[0]) for width in widths_px}, reverse=True)
    image.draft(None, _at_width(full, widths[0]))
    image.load()
    image.info = {}
    for width in widths:
        # Each from the next larger one, by the cheaper filter: a third of the work, and no eye
        # sees a difference.
        size = _at_width(full, width)
        image = image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)
        yield encoded(image, "AVIF", **avif_options(width))
        yield encoded(image, "WEBP", **WEBP)
        if width in {min(fallback, full[0]) for fallback in FALLBACK_WIDTHS_PX}:
            yield encoded(image, "JPEG", **JPEG)


def avif_options(width: int) -> dict[str, object]:
    """How an AVIF of this width is written."""
    return {
        "quality": AVIF_QUALITY,
        "speed": 8 if width <= AVIF_THOROUGH_PX else 9,
        "advanced": {"enable-tpl-model": "0"},  # of no use to a still, and 5 MB at 2048 px
    }


def encoded(image: Image.Image, file_format: str, **options: object) -> Encoded:
    """`image` as a file of pixels alone."""
    out = BytesIO()
    bare = image if not image.info else fresh(image)
    bare.save(out, file_format, exif=b"", icc_profile=None, **options)
    return Encoded(f"image/{file_format.lower()}", *image.size, out.getvalue())


def _at_width(size: tuple[int, int], width_px: int) -> tuple[int, int]:
    return width_px, max(1, round(size[1] * width_px / size[0]))

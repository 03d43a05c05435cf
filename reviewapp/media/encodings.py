"""Pixels to files: the master, and every size and format a page may ask for; image process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import AvifImagePlugin, Image

# One thread a picture: the pool is what runs in parallel, and threads cost address space.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

MASTER_LONG_SIDE_PX = 2560
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


def renditions(master: bytes, widths_px: Iterable[int]) -> list[Encoded]:
    """WebP and AVIF of each width, JPEG of some, widest first; never wider than the master.

    The AVIF of the widest is made first, alone, and the master is read again for the rest: its
    encoder needs so much memory that nothing should be held beside it.
    """
    # The limit is the module's: the upload before this one may have left a smaller.
    Image.MAX_IMAGE_PIXELS = MASTER_LONG_SIDE_PX**2
    full = Image.open(BytesIO(master), formats=["JPEG"]).size
    widths = sorted({min(width, full[0]) for width in widths_px}, reverse=True)
    as_jpeg = {min(width, full[0]) for width in FALLBACK_WIDTHS_PX}
    widest = _LastUse.of(_scaled(_decoded(master, widths[0]), full, widths[0]))
    made = [encoded(widest, "AVIF", **avif_options(widths[0]))]
    image = _decoded(master, widths[0])
    for width in widths:
        # Each from the next larger one, by the cheaper filter: a third of the work, and no eye
        # sees a difference.
        image = _scaled(image, full, width)
        made.append(encoded(image, "WEBP", **WEBP))
        if width in as_jpeg:
            made.append(encoded(image, "JPEG", **JPEG))
        if width != widths[0]:
            made.append(encoded(image, "AVIF", **avif_options(width)))
    return sorted(made, key=lambda one: (-one.width, one.content_type))


class _LastUse(Image.Image):
    """A picture that gives up its pixels, 4 bytes each, as soon as an encoder has read them."""

    @classmethod
    def of(cls, image: Image.Image) -> _LastUse:
        """This picture, not a copy: nobody else may use it any more."""
        taken = cls()
        taken.__dict__.update(image.__dict__)
        image.close()
        return taken

    def tobytes(self, encoder_name: str = "raw", *args: Any) -> bytes:
        """The pixels as the encoder wants them, once."""
        data = super().tobytes(encoder_name, *args)
        self.close()
        return data

    def seek(self, frame: int) -> None:
        """There is one frame; Pillow's own way there would look at the pixels."""


def _decoded(master: bytes, width_px: int) -> Image.Image:
    """The master's pixels, at this width or the next above that decoding alone can give."""
    image: Image.Image = Image.open(BytesIO(master), formats=["JPEG"])
    image.draft(None, _at_width(image.size, width_px))
    image.load()
    image.info = {}
    return image


def _scaled(image: Image.Image, full: tuple[int, int], width_px: int) -> Image.Image:
    size = _at_width(full, width_px)
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)


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


def fresh(image: Image.Image) -> Image.Image:
    """The pixels in a new image: whatever `info` held (EXIF, XMP, comments) stays behind."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def _at_width(size: tuple[int, int], width_px: int) -> tuple[int, int]:
    return width_px, max(1, round(size[1] * width_px / size[0]))

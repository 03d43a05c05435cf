"""Pictures to pixels and back, without anything else in the file; runs in the image process.

Order after standards G.1, checks 5 and 6: header and pixel count, first frame, shrink, flatten,
sRGB, upright, fresh image; `encodings` writes it.
"""

from __future__ import annotations

import warnings
from io import BytesIO

import pi_heif
from PIL import Image, ImageCms

from reviewapp.media import colours
from reviewapp.media.encodings import MASTER_LONG_SIDE_PX, fresh
from reviewapp.media.image_child import BROKEN_FILE

# A JPEG is decoded at 1/2, 1/4 or 1/8 (libjpeg `draft`) when at least this much remains: half the
# time and a quarter of the memory, and still 1.5 x the widest rendition.
DRAFT_LONG_SIDE_PX = 1920

DECODER_ERRORS = (*BROKEN_FILE, ImageCms.PyCMSError)
"""What a broken file may raise on its way to pixels."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112
_BOXED = ("HEIF", "AVIF")

pi_heif.register_heif_opener(decode_threads=1, thumbnails=False)
# Pillow itself only warns between one and two times its limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class TooManyPixelsError(Exception):
    """The header promises more pixels than allowed; nothing was decoded."""


def normalise(data: bytes, source_format: str, max_pixels: int) -> Image.Image:
    """Upright sRGB pixels of the first frame, at most MASTER_LONG_SIDE_PX long, no metadata.

    Raises TooManyPixelsError, MemoryError, or one of DECODER_ERRORS for a broken file.
    """
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=[source_format])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooManyPixelsError(str(error)) from error
    if image.width * image.height > max_pixels:
        raise TooManyPixelsError(f"{image.width} x {image.height}")
    image.draft(None, fitted(image.size, DRAFT_LONG_SIDE_PX))
    image.load()
    orientation = _orientation(image, source_format)
    profile = image.info.get("icc_profile")
    meant = None if profile or source_format not in _BOXED else colours.Numbers.of(data)
    image = _scalable(image)
    if max(image.size) > MASTER_LONG_SIDE_PX:
        size = fitted(image.size, MASTER_LONG_SIDE_PX)
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = _in_srgb(_on_white(image), profile, meant)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    return fresh(image)


def fitted(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    """`size` shrunk, with its aspect, until the longer side fits; at least 1 x 1."""
    longest = max(size)
    if longest <= long_side_px:
        return size
    width, height = (max(1, round(side * long_side_px / longest)) for side in size)
    return width, height


def _orientation(image: Image.Image, source_format: str) -> int:
    """EXIF 2.32 4.6.4 A, 1 to 8; 1 where unreadable."""
    if source_format == "HEIF":
        return 1  # libheif has applied irot and imir, and MIAF 7.3.6.7 lets EXIF say nothing.
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except DECODER_ERRORS:
        return 1


def _scalable(image: Image.Image) -> Image.Image:
    """The same picture in an 8-bit mode that can be scaled without inventing colours."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode == "I":
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")


def _in_srgb(
    image: Image.Image, profile: bytes | None, meant: colours.Numbers | None
) -> Image.Image:
    try:
        if meant is None:
            return colours.in_srgb(image, profile)
        curve = meant.tone_curve()
        image = image.convert("RGB")
        return colours.in_srgb(image.point(curve * 3) if curve else image, meant.profile())
    except DECODER_ERRORS:
        return image.convert("RGB")  # a broken profile costs the colours' last finish only

"""Pictures to pixels and back, without anything else in the file; runs in the image process.

Order after standards G.1, checks 5 and 6: header and pixel count, first frame, shrink, flatten,
sRGB, upright, fresh image, encode.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

import pi_heif
from PIL import AvifImagePlugin, Image, ImageCms

MASTER_LONG_SIDE_PX = 2560
# A JPEG is decoded at 1/2, 1/4 or 1/8 (libjpeg `draft`) when at least this much remains: half the
# time and a quarter of the memory, and still 1.5 x the widest rendition.
DRAFT_LONG_SIDE_PX = 1920
MASTER_QUALITY = 90
RENDITION_QUALITY = 80
# Half the CPU of the encoder's default 4 for 3 % more bytes.
WEBP_METHOD = 2
FALLBACK_WIDTH_PX = 640
PLACEHOLDER_LONG_SIDE_PX = 16

DECODER_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)
"""What Pillow and its plug-ins raise on broken files."""

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
_SRGB = ImageCms.createProfile("sRGB")

# One thread a picture: the pool is what runs in parallel, and threads cost address space.
pi_heif.register_heif_opener(decode_threads=1, thumbnails=False)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
# Pillow itself only warns between one and two times its limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class TooManyPixelsError(Exception):
    """The header promises more pixels than allowed; nothing was decoded."""


@dataclass(frozen=True)
class Encoded:
    """One picture file: `content_type`, size in px, bytes."""

    content_type: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Look:
    """What a page shows before the picture is there, and its perceptual hash (signed 64 bit)."""

    placeholder: str
    dominant_color: str
    dhash: int


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
    image.draft(None, _fitted(image.size, DRAFT_LONG_SIDE_PX))
    image.load()
    orientation = _orientation(image, source_format)
    profile = image.info.get("icc_profile")
    image = _scalable(image)
    if max(image.size) > MASTER_LONG_SIDE_PX:
        size = _fitted(image.size, MASTER_LONG_SIDE_PX)
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = _in_srgb(_on_white(image), profile)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    return _fresh(image)


def encode_master(image: Image.Image) -> Encoded:
    """The one file that is kept of an upload: a JPEG of pixels alone."""
    return _encoded(image, "JPEG", quality=MASTER_QUALITY)


def look_of(image: Image.Image) -> Look:
    """Placeholder (data URL of a 16 px WebP), dominant colour (`#rrggbb`), dHash."""
    tiny = image.resize(_fitted(image.size, 64), Image.Resampling.BOX)
    blurred = tiny.resize(_fitted(tiny.size, PLACEHOLDER_LONG_SIDE_PX), Image.Resampling.BOX)
    webp = _encoded(blurred, "WEBP", quality=30, method=6).data
    return Look(
        placeholder="data:image/webp;base64," + b64encode(webp).decode(),
        dominant_color=_dominant_color(tiny),
        dhash=_dhash(tiny),
    )


def renditions(master: bytes, widths_px: Iterable[int]) -> list[Encoded]:
    """WebP of each width, narrowest first, and one JPEG for old browsers; never scaled up."""
    # The limit is the module's: the upload before this one may have left a smaller.
    Image.MAX_IMAGE_PIXELS = MASTER_LONG_SIDE_PX**2
    image: Image.Image = Image.open(BytesIO(master), formats=["JPEG"])
    full = image.size
    widths = sorted({min(width, full[0]) for width in widths_px}, reverse=True)
    image.draft(None, _at_width(full, widths[0]))
    image.load()
    image.info = {}
    fallback = min(FALLBACK_WIDTH_PX, full[0])
    made: list[Encoded] = []
    for width in widths:
        # Each from the next larger one: half the work, and the eye sees no difference.
        size = _at_width(full, width)
        image = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
        made.insert(0, _encoded(image, "WEBP", quality=RENDITION_QUALITY, method=WEBP_METHOD))
        if width == fallback:
            made.append(_encoded(image, "JPEG", quality=RENDITION_QUALITY, progressive=True))
    return made


def _fitted(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    """`size` shrunk, with its aspect, until the longer side fits; at least 1 x 1."""
    longest = max(size)
    if longest <= long_side_px:
        return size
    width, height = (max(1, round(side * long_side_px / longest)) for side in size)
    return width, height


def _at_width(size: tuple[int, int], width_px: int) -> tuple[int, int]:
    return width_px, max(1, round(size[1] * width_px / size[0]))


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


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of `profile` (ICC) as sRGB; a profile that is broken or does not fit is ignored."""
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if ImageCms.getProfileDescription(source).startswith("sRGB") and image.mode == "RGB":
            return image
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except DECODER_ERRORS:
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _fresh(image: Image.Image) -> Image.Image:
    """The pixels in a new image: whatever `info` held (EXIF, XMP, comments) stays behind."""
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    return fresh


def _encoded(image: Image.Image, file_format: str, **options: object) -> Encoded:
    out = BytesIO()
    fresh = image if not image.info else _fresh(image)
    fresh.save(out, file_format, exif=b"", icc_profile=None, **options)
    return Encoded(f"image/{file_format.lower()}", *image.size, out.getvalue())


def _dominant_color(tiny: Image.Image) -> str:
    """The commonest of four median-cut colours."""
    reduced = tiny.quantize(4, Image.Quantize.MEDIANCUT)
    counts = reduced.getcolors() or [(1, 0)]
    index = max(counts)[1]
    assert isinstance(index, int)
    red, green, blue = (reduced.getpalette() or [128] * 768)[index * 3 : index * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _dhash(tiny: Image.Image) -> int:
    """Difference hash, 8 x 8: a bit is set where brightness grows to the right; row by row."""
    grey = tiny.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for left in range(row * 9, row * 9 + 8):
            bits = bits << 1 | (grey[left] < grey[left + 1])
    return bits - (1 << 64) if bits >> 63 else bits

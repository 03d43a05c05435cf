"""What a picture looks like in a few numbers: for the page before it loads, and for a person.

Runs in the image process, on pixels that are upright and sRGB.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageStat

from reviewapp.media.encodings import encoded
from reviewapp.media.pixels import fitted

PLACEHOLDER_LONG_SIDE_PX = 16
SHARPNESS_LONG_SIDE_PX = 512
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True)
class Look:
    """What a page shows before the picture is there, and what tells pictures apart.

    `dhash` is signed 64 bit; `sharpness` the variance of the Laplacian at 512 px, `brightness`
    the mean of luma, 0 to 255.
    """

    placeholder: str
    dominant_color: str
    dhash: int
    sharpness: float
    brightness: float


def look_of(image: Image.Image) -> Look:
    """Placeholder (data URL of a 16 px WebP), dominant colour (`#rrggbb`), hash and measures."""
    # One pass over the large picture; all that follows is cheap.
    middle = image.resize(fitted(image.size, SHARPNESS_LONG_SIDE_PX), Image.Resampling.BOX)
    tiny = middle.resize(fitted(middle.size, 64), Image.Resampling.BOX)
    blurred = tiny.resize(fitted(tiny.size, PLACEHOLDER_LONG_SIDE_PX), Image.Resampling.BOX)
    webp = encoded(blurred, "WEBP", quality=30, method=6).data
    grey = middle.convert("L")
    return Look(
        placeholder="data:image/webp;base64," + b64encode(webp).decode(),
        dominant_color=_dominant_color(tiny),
        dhash=_dhash(tiny),
        sharpness=round(ImageStat.Stat(grey.filter(_LAPLACIAN)).var[0], 1),
        brightness=round(ImageStat.Stat(grey).mean[0], 1),
    )


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

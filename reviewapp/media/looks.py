"""What a picture looks like in a few numbers: for the page before it loads, and for a person.

Runs in the image process, on pixels that are upright and sRGB.
"""

from __future__ import annotations

import math
from base64 import b64encode
from dataclasses import dataclass
from operator import mul

from PIL import Image, ImageFilter, ImageStat

from reviewapp.media.encodings import encoded
from reviewapp.media.pixels import fitted

PLACEHOLDER_LONG_SIDE_PX = 16
SHARPNESS_LONG_SIDE_PX = 512
PLAIN_DEVIATION = 3.0
"""Standard deviation of luma (0 to 255) below which a picture is one plain area."""
_SIDE = 32
_WAVES = [
    [math.cos(math.pi / _SIDE * (place + 0.5) * frequency) for place in range(_SIDE)]
    for frequency in range(9)
]
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True)
class Look:
    """What a page shows before the picture is there, and what tells pictures apart.

    `phash` is signed 64 bit; `sharpness` the variance of the Laplacian at 512 px, `brightness`
    the mean of luma, 0 to 255.
    """

    placeholder: str
    dominant_color: str
    phash: int | None
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
        phash=_phash(grey),
        sharpness=_sharpness(grey),
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


def _sharpness(grey: Image.Image) -> float:
    """Variance of the Laplacian, without the rim that the filter leaves as it is."""
    edges = grey.filter(_LAPLACIAN)
    inside = edges.crop((1, 1, max(2, edges.width - 1), max(2, edges.height - 1)))
    return round(ImageStat.Stat(inside).var[0], 1)


def _phash(grey: Image.Image) -> int | None:
    """64 low frequencies of the cosine transform of 32 x 32 px, each above the median or not.

    Robust against scale, encoder, brightness and a little cropping; None for a picture too plain
    to be told from others.
    """
    if ImageStat.Stat(grey).stddev[0] < PLAIN_DEVIATION:
        return None
    small = grey.resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()
    rows = [small[at : at + _SIDE] for at in range(0, len(small), _SIDE)]
    across = [[sum(map(mul, row, wave)) for wave in _WAVES] for row in rows]
    along = list(zip(*across, strict=True))
    found = [sum(map(mul, column, wave)) for wave in _WAVES[:8] for column in along[:8]]
    # The first is the mean brightness; the ninth frequency across takes its place.
    found = [*found[1:], sum(along[8])]
    median = sorted(found)[32]
    bits = int("".join("1" if value > median else "0" for value in found), 2)
    return bits - (1 << 64) if bits >> 63 else bits

"""Makes a part of a picture unreadable for good; runs in the image process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image, ImageFilter

MOST_CELLS = 6
"""An area keeps so many mean colours along its longer side: a face or a plate does not survive."""
BLUR = "blur"


def redacted(image: Image.Image, areas: Iterable[Mapping[str, Any]]) -> Image.Image:
    """`image` with each area reduced to a handful of mean colours.

    An area has `left`, `top`, `width`, `height` in per cent of the picture, and `how`: "blur" draws
    the colours as soft as they can be, "pixelate" as squares. Either keeps the same few numbers;
    nothing can bring back what was there.
    """
    result = image.copy()
    for area in areas:
        box = _box(area, image.size)
        part = result.crop(box)
        soft = area["how"] == BLUR
        few = part.resize(_cells(part.size), Image.Resampling.BOX)
        back = few.resize(part.size, Image.Resampling.BICUBIC if soft else Image.Resampling.NEAREST)
        if soft:
            back = back.filter(ImageFilter.GaussianBlur(max(part.size) / MOST_CELLS / 2))
        result.paste(back, box[:2])
    return result


def _box(area: Mapping[str, Any], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Pixels of an area, rounded outwards."""
    width, height = size
    left, top = int(area["left"] / 100 * width), int(area["top"] / 100 * height)
    right = -int(-(area["left"] + area["width"]) / 100 * width // 1)
    bottom = -int(-(area["top"] + area["height"]) / 100 * height // 1)
    return left, top, max(left + 1, min(width, right)), max(top + 1, min(height, bottom))


def _cells(size: tuple[int, int]) -> tuple[int, int]:
    longer = max(size)
    return (
        max(1, round(size[0] / longer * MOST_CELLS)),
        max(1, round(size[1] / longer * MOST_CELLS)),
    )

"""Crops of a picture around its focal point. Pure; the admin's script computes the same."""

from __future__ import annotations

CROPS = {"1x1": (1, 1), "4x5": (4, 5), "9x16": (9, 16), "16x9": (16, 9)}
"""Name → width to height."""
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def crop_box(width: int, height: int, ratio: tuple[int, int], focus: tuple[float, float]) -> Box:
    """The largest box of this ratio, as near to the focal point as the edges allow."""
    wide, high = ratio
    crop_width = min(width, height * wide // high)
    crop_height = min(height, width * high // wide)
    left = _start(width, crop_width, focus[0])
    top = _start(height, crop_height, focus[1])
    return (left, top, left + crop_width, top + crop_height)


def _start(whole: int, part: int, focus: float) -> int:
    return min(max(round(whole * focus - part / 2), 0), whole - part)

"""Colour arithmetic: sRGB, OKLCH and the contrast of two colours.

Channels are floats 0-1, hues degrees. OKLab after B. Ottosson (2020) as in CSS Color 4;
contrast after WCAG 2.2, "relative luminance".
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)


class Rgb(NamedTuple):
    """An sRGB colour, gamma-encoded channels 0-1."""

    red: float
    green: float
    blue: float

    @property
    def hex(self) -> str:
        """As `#rrggbb`."""
        return "#" + "".join(f"{round(channel * 255):02x}" for channel in self)


class Oklch(NamedTuple):
    """A colour by lightness 0-1, chroma from 0, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


def parse_hex(text: str) -> Rgb:
    """`#rrggbb`, lower case, as a colour; ValueError for anything else."""
    if not HEX.fullmatch(text):
        raise ValueError(f"not a colour as #rrggbb: {text!r}")
    red, green, blue = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return Rgb(red, green, blue)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1-21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: Rgb) -> float:
    """Relative luminance, 0-1 (WCAG 2.2)."""
    red, green, blue = (_linear(channel) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def to_oklch(color: Rgb) -> Oklch:
    """An sRGB colour in OKLCH."""
    red, green, blue = (_linear(channel) for channel in color)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def to_rgb(color: Oklch) -> Rgb:
    """The nearest sRGB colour of the same lightness and hue: chroma gives way."""
    chroma, channels = color.chroma, _channels(color)
    while chroma > 0 and not all(-1e-4 <= channel <= 1 + 1e-4 for channel in channels):
        chroma = max(0.0, chroma - 0.002)
        channels = _channels(color._replace(chroma=chroma))
    red, green, blue = (_encoded(min(1.0, max(0.0, channel))) for channel in channels)
    return Rgb(red, green, blue)


def _channels(color: Oklch) -> tuple[float, float, float]:
    angle = math.radians(color.hue)
    a, b = color.chroma * math.cos(angle), color.chroma * math.sin(angle)
    long = (color.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (color.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (color.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def nearest_apart(color: Rgb, ground: Rgb, ratio: float) -> Rgb:
    """The colour nearest to `color` in lightness, same hue, with this contrast to `ground`.

    `ratio` is at most 4.5, which black or white reaches on every ground.
    """
    if contrast(color, ground) >= ratio:
        return color
    wanted = to_oklch(color)
    for step in range(1, 201):
        for lightness in (wanted.lightness - step / 200, wanted.lightness + step / 200):
            if 0 <= lightness <= 1:
                moved = parse_hex(to_rgb(wanted._replace(lightness=lightness)).hex)
                if contrast(moved, ground) >= ratio:
                    return moved
    return max((Rgb(0, 0, 0), Rgb(1, 1, 1)), key=lambda end: contrast(end, ground))

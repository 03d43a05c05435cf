"""The shop's colour on customer pages: readable shades of it, served as a style sheet."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from reviewapp.core.errors import NotFound
from reviewapp.web.auth import public
from reviewapp.web.color import Oklch, Rgb, contrast, parse_hex, to_oklch, to_rgb

TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0
INK = parse_hex("#211f1c")
WHITE = parse_hex("#fdfcfc")
LIGHT_GROUND = parse_hex("#f1efed")
DARK_GROUND = parse_hex("#2b2926")
"""The surface of each palette on which the shades have it hardest (tokens.css, --sunken)."""

blueprint = Blueprint("theme", __name__)


@dataclass(frozen=True)
class Shades:
    """One palette's shades of a brand colour, each `#rrggbb`."""

    edge: str
    text: str
    surface: str


@dataclass(frozen=True)
class Theme:
    """A brand colour made usable: `fill` bears `on_fill` at 4.5:1 in both palettes."""

    fill: str
    on_fill: str
    hover: str
    light: Shades
    dark: Shades


def theme_of(color: str) -> Theme:
    """Readable shades of a `#rrggbb` colour (WCAG 2.2: 1.4.3 text, 1.4.11 edges).

    Hue and, where the screen can show it, chroma stay the shop's; lightness gives way.
    """
    brand = to_oklch(parse_hex(color))
    on_fill = _end(parse_hex(color))
    fill = _apart(brand, on_fill, TEXT_CONTRAST)
    return Theme(
        fill=to_rgb(fill).hex,
        on_fill=on_fill.hex,
        hover="oklch(0% 0 0 / 10%)" if on_fill == WHITE else "oklch(100% 0 0 / 20%)",
        light=_shades(fill, LIGHT_GROUND, Oklch(0.954, min(brand.chroma, 0.022), brand.hue)),
        dark=_shades(fill, DARK_GROUND, Oklch(0.29, min(brand.chroma, 0.05), brand.hue)),
    )


def theme_css(theme: Theme) -> str:
    """The theme as custom properties; browsers without light-dark() get the light palette."""
    names = {"--accent-line": "edge", "--accent-text": "text", "--accent-surface": "surface"}
    plain = ";".join(f"{name}:{getattr(theme.light, part)}" for name, part in names.items())
    paired = ";".join(
        f"{name}:light-dark({getattr(theme.light, part)},{getattr(theme.dark, part)})"
        for name, part in names.items()
    )
    return (
        f":root{{--accent:{theme.fill};--on-accent:{theme.on_fill};--hover:{theme.hover};{plain}}}"
        f"@supports (color:light-dark(#000,#fff)){{:root{{{paired}}}}}\n"
    )


@blueprint.get("/theme/<color>.css")
@public("a style sheet made of nothing but its own address")
def css(color: str) -> Response:
    """The style sheet for a colour given as six hexadecimal digits."""
    try:
        theme = theme_of(f"#{color}")
    except ValueError as error:
        raise NotFound() from error
    response = Response(theme_css(theme), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _shades(fill: Oklch, ground: Rgb, surface: Oklch) -> Shades:
    tint = _shown(surface)
    hardest = min((ground, tint), key=lambda color: contrast(color, _end(ground)))
    return Shades(
        edge=to_rgb(_apart(fill, ground, EDGE_CONTRAST)).hex,
        text=to_rgb(_apart(fill, hardest, TEXT_CONTRAST)).hex,
        surface=tint.hex,
    )


def _apart(color: Oklch, other: Rgb, ratio: float) -> Oklch:
    """`color`, moved in lightness away from `other` just until their contrast is `ratio`."""
    step = 0.005 if _end(other) == WHITE else -0.005
    moved = color
    while contrast(_shown(moved), other) < ratio:
        moved = moved._replace(lightness=moved.lightness + step)
    return moved


def _end(ground: Rgb) -> Rgb:
    """The end of the scale that stands out from `ground` more."""
    return max((WHITE, INK), key=lambda text: contrast(text, ground))


def _shown(color: Oklch) -> Rgb:
    """The colour in the whole steps a style sheet can say."""
    return parse_hex(to_rgb(color).hex)

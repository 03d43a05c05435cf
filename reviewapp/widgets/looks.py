"""The look of the tags on a store's page: which colours can be read, and the style sheet. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from reviewapp.web.color import HEX, contrast, nearest_apart, parse_hex
from reviewapp.widgets.snippets import TAGS

TEXT_NEEDS, SHAPE_NEEDS = 4.5, 3.0
"""WCAG 2.2: 1.4.3 for text, links and buttons, 1.4.11 for stars and bars."""
STARS = "#b87503"
"""The tags' own gold, the same in light and dark; see `--review-star-color`."""
MOST_RADIUS_PX = 24
DENSITIES = {"compact": "0.875em", "normal": "", "airy": "1.0625em"}
"""All measures of a tag are in `em`: its size of type is its density."""
PALETTES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Palette:
    """The page's own text and ground as `#rrggbb`, and the stars on it.

    Links and buttons of the tags take the colour of the text.
    """

    text: str
    ground: str
    stars: str


LOOK_FIELDS = (
    *(f"{theme}-{part}" for theme in PALETTES for part in ("text", "ground", "stars")),
    "radius",
    "density",
)
"""What of a look stands in an address."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a shop may set; nothing here can hide or reorder a review (G17, G31)."""

    light: Palette = Palette("#1f1f1f", "#ffffff", STARS)
    dark: Palette = Palette("#e8e8e8", "#1a1a1a", STARS)
    radius: int = 6
    density: str = "normal"

    def palette(self, theme: str) -> Palette:
        """The colours of `light` or `dark`."""
        return self.dark if theme == "dark" else self.light


@dataclass(frozen=True, slots=True)
class Check:
    """One pair of colours against what it needs; `nearest` passes, and is `color` where that does.

    `part` is the field of Palette that stands on the ground.
    """

    theme: str
    part: str
    color: str
    ratio: float
    needs: float
    nearest: str

    @property
    def passes(self) -> bool:
        """Whether people with weak sight can tell it from the ground."""
        return self.ratio >= self.needs


def look_of(typed: Mapping[str, str]) -> Look:
    """The look in the parameters of an address; what is no colour or number stays the default."""
    default = Look()
    radius = typed.get("radius", "")
    density = typed.get("density", "")
    return Look(
        light=_palette(typed, "light", default.light),
        dark=_palette(typed, "dark", default.dark),
        radius=min(int(radius), MOST_RADIUS_PX) if _is_number(radius) else default.radius,
        density=density if density in DENSITIES else default.density,
    )


def checks(look: Look) -> list[Check]:
    """Every pair that has to be told apart, light first."""
    found = []
    for theme in PALETTES:
        palette = look.palette(theme)
        ground = parse_hex(palette.ground)
        for part, needs in (("text", TEXT_NEEDS), ("stars", SHAPE_NEEDS)):
            color = getattr(palette, part)
            shown = parse_hex(color)
            nearest = nearest_apart(shown, ground, needs).hex
            found.append(Check(theme, part, color, contrast(shown, ground), needs, nearest))
    return found


def told_ratio(ratio: float) -> str:
    """As people write it, never rounded up over what is needed: 4.49 is not 4.5."""
    return f"{int(ratio * 100) / 100:.2f}".rstrip("0").rstrip(".")


def style_sheet(look: Look) -> str:
    """The lines for the store's own style sheet; empty where all is as by default."""
    default, tags = Look(), ", ".join(f"review-{tag}" for tag in TAGS)
    light = []
    if look.light.stars != default.light.stars:
        light.append(f"--review-star-color: {look.light.stars};")
    if look.radius != default.radius:
        light.append(f"--review-radius: {look.radius}px;")
    if DENSITIES[look.density]:
        light.append(f"font-size: {DENSITIES[look.density]};")
    blocks = [_block(f"{tags} {{", light, "}")] if light else []
    if look.dark.stars != look.light.stars:
        stars = f"  --review-star-color: {look.dark.stars};"
        inner = _block(f"  {tags} {{", [stars], "  }")
        blocks.append(f"@media (prefers-color-scheme: dark) {{\n{inner}\n}}")
    return "\n".join(blocks)


def _block(opening: str, lines: list[str], closing: str) -> str:
    return "\n".join([opening, *(f"  {line}" for line in lines), closing])


def _palette(typed: Mapping[str, str], theme: str, default: Palette) -> Palette:
    return Palette(
        **{
            field.name: _color(typed.get(f"{theme}-{field.name}", ""))
            or getattr(default, field.name)
            for field in fields(Palette)
        }
    )


def _color(text: str) -> str:
    lowered = text.strip().lower()
    return lowered if HEX.fullmatch(lowered) else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4

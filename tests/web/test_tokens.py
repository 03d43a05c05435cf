"""The palettes of tokens.css, as numbers."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from reviewapp.web.color import Oklch, Rgb, contrast, parse_hex, to_rgb

STATIC = Path(__file__).resolve().parents[2] / "static"
TOKENS = (STATIC / "shared/tokens.css").read_text()
COLOR = r"oklch\([\d.]+% [\d.]+ [\d.]+\)"
FACES = ("shared", "admin", "customer")
GROUNDS = ("paper", "surface", "sunken")
PAIRS = [
    *product(("text", "text-soft", "text-quiet", "accent-text", "bad-text"), GROUNDS),
    *product(("good-text", "warn-text"), ("paper", "surface")),
    *((name, "accent-surface") for name in ("text", "text-soft", "accent-text")),
    *product(("text",), ("good-surface", "warn-surface", "bad-surface")),
    *((f"{tone}-text", f"{tone}-surface") for tone in ("good", "warn", "bad")),
    ("on-accent", "accent"),
    ("on-bad", "bad"),
]
EDGES = list(product(("line-strong", "accent-line", "star-line"), ("paper", "surface")))


def palettes() -> dict[str, dict[str, Rgb]]:
    """By palette and token, the colour; a token with one value has it in both palettes."""
    found: dict[str, dict[str, Rgb]] = {"light": {}, "dark": {}}
    for declared in re.finditer(
        rf"--([\w-]+): (?:light-dark\()?({COLOR})(?:, ({COLOR})\))?;", TOKENS
    ):
        name, light, dark = declared.groups()
        found["light"][name] = color_of(light)
        found["dark"][name] = color_of(dark or light)
    return found


def color_of(text: str) -> Rgb:
    """An `oklch(L% C H)` as the screen shows it, rounded to whole steps."""
    lightness, chroma, hue = (float(part.strip("%")) for part in text[6:-1].split())
    return parse_hex(to_rgb(Oklch(lightness / 100, chroma, hue)).hex)


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(palette: str, text: str, ground: str) -> None:
    colors = palettes()[palette]
    assert contrast(colors[text], colors[ground]) >= 4.5


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_and_stars_can_be_seen(palette: str, edge: str, ground: str) -> None:
    colors = palettes()[palette]
    assert contrast(colors[edge], colors[ground]) >= 3


def test_no_colour_is_pure_black_or_white() -> None:
    shown = {color.hex for colors in palettes().values() for color in colors.values()}
    assert not shown & {"#000000", "#ffffff"}


def test_browsers_without_light_dark_keep_edges_and_stars_of_the_light_palette() -> None:
    fallback = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", TOKENS.split("@supports not")[1]))
    light = palettes()["light"]
    assert {"line", "line-strong", "star", "star-line"} <= fallback.keys()
    assert fallback == {name: light[name].hex for name in fallback}


def test_other_style_sheets_hold_no_raw_colour() -> None:
    sheets = [path for face in FACES for path in (STATIC / face).glob("*.css")]
    sheets.remove(STATIC / "shared/tokens.css")
    raw = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab)\(|: (?:white|black)\b", re.I)
    assert sheets
    assert {path.name: found for path in sheets if (found := raw.findall(path.read_text()))} == {}


def test_every_token_used_is_declared() -> None:
    sheets = [path.read_text() for face in FACES for path in (STATIC / face).glob("*.css")]
    declared = {name for sheet in sheets for name in re.findall(r"(--[\w-]+):", sheet)}
    used = {name for sheet in sheets for name in re.findall(r"var\((--[\w-]+)", sheet)}
    assert used <= declared


def test_customer_pages_stay_light() -> None:
    shared = ("tokens", "base", "controls")
    sheets = [STATIC / f"shared/{name}.css" for name in shared]
    sheets += (STATIC / "customer").glob("*.css")
    scripts = [STATIC / "shared/drafts.js", *(STATIC / "customer").glob("*.js")]
    assert sum(path.stat().st_size for path in sheets) <= 14 * 1024
    assert sum(path.stat().st_size for path in scripts) <= 6 * 1024

"""Where customers photographed what they bought: a bed, floorboards, a door, a rug, a chair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Background = Callable[[int, int], str]
PORTRAIT, LANDSCAPE = (1050, 1400), (1400, 1050)
WINDOW_LIGHT = (
    '<g fill="#fff3d6" opacity=".38" style="filter:blur(10px);mix-blend-mode:soft-light">'
    '<path d="M-80 120L420 -60L560 260L40 470Z"/><path d="M60 520L580 310L760 700L220 960Z"/></g>'
)
VIGNETTE = (
    '<radialGradient id="dim" cx=".5" cy=".45" r=".78"><stop offset=".55" stop-opacity="0"/>'
    '<stop offset="1" stop-color="#1a120c" stop-opacity=".42"/></radialGradient>'
)


def boards(width: int, height: int) -> str:
    """Oak floorboards."""
    tones = ("#b98d62", "#c29669", "#b0845a", "#bd9165", "#a97d54")
    strips = []
    for number, x in enumerate(range(0, width, 150)):
        tone, seam = tones[number % len(tones)], (number * 397) % height
        strips.append(
            f'<path fill="{tone}" d="M{x} 0h148v{height}h-148z"/>'
            f'<path stroke="#7b5735" stroke-width="3" opacity=".55" d="M{x + 149} 0v{height}'
            f'M{x} {seam}h148"/><path fill="none" stroke="#8d6540" opacity=".35" stroke-width="2" '
            f'd="M{x + 40} 0c18 {height // 3} -22 {height // 2} 8 {height}M{x + 92} 0c-14 '
            f'{height // 4} 20 {height // 2} -6 {height}"/>'
        )
    return "".join(strips)


def linen(width: int, height: int) -> str:
    """A made bed in daylight."""
    folds = "".join(
        f'<path fill="none" stroke="#b9b2a8" stroke-width="34" opacity=".3" '
        f'style="filter:blur(18px)" d="M{x} -40C{x + 180} {height // 3} {x - 160} '
        f'{height // 2} {x + 130} {height + 60}"/>'
        for x in range(-40, width, 210)
    )
    return f'<path fill="#ece7df" d="M0 0h{width}v{height}H0z"/>{folds}'


def plaster(width: int, height: int) -> str:
    """A wall with a rail and a plant's shadow."""
    leaves = "".join(
        f'<ellipse cx="{width - 120 - n * 26}" cy="{height - 420 + n * 62}" rx="92" ry="26" '
        f'transform="rotate({-30 + n * 17} {width - 120} {height - 300})"/>'
        for n in range(6)
    )
    return (
        f'<path fill="#d9cfc3" d="M0 0h{width}v{height}H0z"/>'
        f'<g fill="#5b4c3e" opacity=".22" style="filter:blur(12px)">{leaves}</g>'
        f'<path fill="#8b6f52" d="M0 {height - 70}h{width}v70H0z"/>'
        f'<path fill="#efe8de" d="M0 {height - 110}h{width}v44H0z"/>'
    )


def door(width: int, height: int) -> str:
    """A painted door."""
    x, w = width // 7, width * 5 // 7
    panels = "".join(
        f'<path fill="#b7c2bd" stroke="#93a19b" stroke-width="8" '
        f'd="M{x + 70} {y}h{w - 140}v{h}h-{w - 140}z"/>'
        for y, h in ((90, height // 2 - 120), (height // 2 + 50, height // 2 - 120))
    )
    return (
        f'<path fill="#e7e0d5" d="M0 0h{width}v{height}H0z"/>'
        f'<path fill="#c3cdc8" stroke="#8e9b95" stroke-width="10" d="M{x} -20h{w}v{height + 40}'
        f'h-{w}z"/>{panels}<circle cx="{x + w - 42}" cy="{height // 2}" r="24" fill="#b69455"/>'
    )


def rug(width: int, height: int) -> str:
    """A woven rug in the afternoon."""
    rows = "".join(
        f'<path fill="{("#a5543f", "#d8b98c", "#3f4f58", "#d8b98c")[n % 4]}" '
        f'd="M0 {y}h{width}v{46}H0z"/><path stroke="#f0e2c4" stroke-width="6" opacity=".5" '
        f'stroke-dasharray="16 22" d="M0 {y + 23}h{width}"/>'
        for n, y in enumerate(range(0, height, 92))
    )
    return f'<path fill="#c9a87a" d="M0 0h{width}v{height}H0z"/>{rows}'


@dataclass(frozen=True)
class Scene:
    """One photo: what, where, how it lies, and how the phone was held."""

    name: str
    garment: str
    ground: Background
    size: tuple[int, int] = PORTRAIT
    turn: int = 0
    scale: float = 1.2
    orientation: int = 1
    place: bool = False
    dye: tuple[str, str, str, str, str] | None = None

    @property
    def width(self) -> int:
        """Pixels, upright."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels, upright."""
        return self.size[1]

    def draw(self, garment: str) -> str:
        """The scene with the garment in it, lit from the window."""
        x, y = self.width / 2, self.height / 2
        placed = (
            f'<g transform="translate({x} {y}) rotate({self.turn}) scale({self.scale}) '
            f'translate(-400 -520)">{garment}</g>'
        )
        dim = f'<rect width="{self.width}" height="{self.height}" fill="url(#dim)"/>'
        ground = self.ground(self.width, self.height)
        return f"{VIGNETTE}{ground}{placed}{WINDOW_LIGHT}{dim}"


NAVY = ("#2b3350", "#1e2439", "#aab4d6", "#d9a7a0", "#161b2b")
MOSS = ("#66794a", "#4d5d36", "#cfd6b0", "#efe3c0", "#3d4a2b")
ROSE = ("#c08a8a", "#a06a6c", "#d3a5a4", "#71464a", "#85585a")
CHARCOAL = ("#4a4846", "#343230", "#5d5a57", "#c9a86a", "#2a2826")
SCENES = (
    Scene("juniper-on-the-door", "juniper-dress", door, orientation=6, place=True),
    Scene("juniper-on-boards", "juniper-dress", boards, turn=-9, dye=NAVY),
    Scene("juniper-on-the-bed", "juniper-dress", linen, LANDSCAPE, turn=78, dye=MOSS),
    Scene("marlow-by-the-wall", "marlow-midi", plaster, place=True),
    Scene("marlow-on-the-bed", "marlow-midi", linen, turn=14, dye=ROSE),
    Scene("sorrel-on-boards", "sorrel-tee", boards, LANDSCAPE, turn=-6, scale=0.98),
    Scene("sorrel-washed", "sorrel-tee", linen, turn=8, scale=0.86, orientation=3),
    Scene("heath-on-the-rug", "heath-sweater", rug, LANDSCAPE, turn=5, scale=1.0, place=True),
    Scene("heath-by-the-wall", "heath-sweater", plaster, dye=CHARCOAL),
    Scene("linden-on-the-door", "linden-blouse", door, orientation=6),
    Scene("linden-on-the-bed", "linden-blouse", linen, turn=-18, dye=ROSE),
    Scene("calder-on-boards", "calder-trousers", boards, turn=7, scale=1.25),
    Scene("tarn-on-the-door", "tarn-jacket", door, place=True, orientation=6),
    Scene("tarn-on-the-rug", "tarn-jacket", rug, turn=-12, dye=CHARCOAL),
    Scene("fennel-by-the-wall", "fennel-skirt", plaster, scale=1.15),
)

"""Renders garments/*.svg in Chromium: product pictures, and photos with a phone's EXIF data."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tools.demo_pictures.scenes import SCENES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PRODUCTS = ROOT / "static" / "demo" / "products"
PHOTOS = ROOT / "reviewapp" / "demo" / "data" / "photos"
HANGERS = ("tee", "blouse", "sweater", "dress", "midi", "jacket")
ORIENTATION, GPS = 0x0112, 0x8825
FROM_UPRIGHT = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}
"""How a camera that was held differently would have stored an upright picture."""


@dataclass(frozen=True)
class Dye:
    """Colours of one garment: cloth, its shadow, its light, the second colour, the inside."""

    main: str
    shade: str
    light: str
    accent: str
    inside: str

    @property
    def style(self) -> str:
        """As custom properties."""
        return ";".join(f"--{name}:{value}" for name, value in vars(self).items())


DYES = {
    "juniper-dress": Dye("#2f4a4f", "#22383d", "#a9c3b4", "#e5b089", "#1c2f33"),
    "marlow-midi": Dye("#c98a3c", "#a96f29", "#dba45c", "#6b4a2c", "#8d5c22"),
    "sorrel-tee": Dye("#e9e0d2", "#cdbfa9", "#c8674a", "#a84b31", "#b9a98f"),
    "heath-sweater": Dye("#8a8fae", "#676c8e", "#9aa0be", "#50557a", "#555a7c"),
    "linden-blouse": Dye("#f1ead9", "#d9cdb2", "#f8f3e7", "#b99a63", "#cfc2a4"),
    "calder-trousers": Dye("#5c6b58", "#465443", "#6d7d68", "#d8c9a3", "#3b4739"),
    "tarn-jacket": Dye("#762f3d", "#571f2b", "#8a3f4e", "#e0c48e", "#47202a"),
    "fennel-skirt": Dye("#3e5f82", "#2c4765", "#527499", "#e9c46a", "#2a4058"),
}
PAPER = {
    "juniper-dress": ("#f3e9e0", "#e6d5c6"),
    "marlow-midi": ("#eef0ea", "#d9dfd2"),
    "sorrel-tee": ("#dfe6e6", "#c8d4d4"),
    "heath-sweater": ("#f2ece3", "#e2d7c6"),
    "linden-blouse": ("#d5dfd2", "#becdb9"),
    "calder-trousers": ("#f1e8df", "#e3d3c4"),
    "tarn-jacket": ("#efe7e4", "#ddcdc8"),
    "fennel-skirt": ("#f3efe4", "#e4dcc6"),
}
STYLE = """
.fold{fill:none;stroke:var(--shade);stroke-width:9;stroke-linecap:round;opacity:.5;filter:url(#soft)}
.seam{fill:none;stroke:var(--shade);stroke-width:2.6;stroke-linecap:round;stroke-linejoin:round}
.seam,.fold path{vector-effect:none}
"""


def garment(name: str, dye: Dye | None = None) -> str:
    """The garment on its hanger, dyed, shaded and with a shadow; in a field of 800 by 1000."""
    drawing = (HERE / "garments" / f"{name}.svg").read_text()
    hanger = (HERE / "hanger.svg").read_text() if name.rpartition("-")[2] in HANGERS else ""
    drawn = f'<g id="worn">{drawing}</g>'
    return (
        f'<g style="{(dye or DYES[name]).style}"><g filter="url(#cast)">{hanger}{drawn}</g>'
        f'<g filter="url(#cloth)" opacity=".35">{drawing}</g></g>'
    )


def svg(width: int, height: int, content: str) -> str:
    """A whole drawing."""
    light = (HERE / "light.svg").read_text()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><defs>{light}</defs><style>{STYLE}</style>{content}</svg>'
    )


def product_picture(name: str) -> str:
    """A garment before a quiet wall."""
    near, far = PAPER[name]
    return svg(
        800,
        1000,
        f'<radialGradient id="wall" cx=".42" cy=".36" r=".9"><stop stop-color="{near}"/>'
        f'<stop offset="1" stop-color="{far}"/></radialGradient>'
        f'<rect width="800" height="1000" fill="url(#wall)"/>{garment(name)}',
    )


def render(page: Page, drawing: str, width: int, height: int) -> Image.Image:
    """The drawing as pixels."""
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(f'<body style="margin:0">{drawing}')
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save_photo(picture: Image.Image, file: Path, orientation: int, place: bool) -> None:
    """As a phone writes it: turned, with the camera's name and, where told, the place."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[ORIENTATION] = "Drawn", "By hand", orientation
    if place:
        exif.get_ifd(GPS).update(
            {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 5: b"\0", 6: 34.0}
        )
    turn = FROM_UPRIGHT[orientation]
    stored = picture.transpose(turn) if turn is not None else picture
    stored.save(file, quality=80, optimize=True, exif=exif)


def main() -> None:
    """Draw everything anew."""
    browser_path = os.environ.get("CHROME_BIN") or shutil.which("chromium")
    for folder in (PRODUCTS, PHOTOS):
        folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        for name in DYES:
            picture = render(page, product_picture(name), 800, 1000)
            picture.save(PRODUCTS / f"{name}.jpg", quality=82, optimize=True, progressive=True)
        for scene in SCENES:
            dye = Dye(*scene.dye) if scene.dye else None
            drawn = svg(scene.width, scene.height, scene.draw(garment(scene.garment, dye)))
            picture = render(page, drawn, scene.width, scene.height)
            save_photo(picture, PHOTOS / f"{scene.name}.jpg", scene.orientation, scene.place)
        browser.close()


if __name__ == "__main__":
    main()

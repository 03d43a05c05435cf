"""Draws the demo's film: a dress that swings on its hanger, as somebody's phone filmed it."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from reviewapp.media import ffmpeg
from tools.demo_pictures.draw import ROOT, garment, render, svg
from tools.demo_pictures.scenes import VIGNETTE, WINDOW_LIGHT, door

FILM = ROOT / "reviewapp" / "demo" / "data" / "films" / "juniper-swings.mp4"
SIZE = (720, 1280)
SCENE = (1050, 1867)
SECONDS, RATE = 7, 15
HOOK = (400, 70)
"""Where the hanger hangs, in the field of a garment."""
BREEZE = (
    "anoisesrc=color=brown:amplitude=.5:seed=7:duration={seconds},lowpass=f=420,tremolo=f=.3:d=.8"
)


def frame(seconds: float) -> str:
    """The scene at this moment: pushed once, it swings out; the phone comes slowly nearer."""
    swing = 7.5 * math.sin(2 * math.pi * seconds / 2.1) * math.exp(-seconds / 5)
    lag = 5.5 * math.sin(2 * math.pi * (seconds - 0.28) / 2.1) * math.exp(-seconds / 4.5)
    nearer = 1 + 0.32 * (0.5 - 0.5 * math.cos(math.pi * min(1, seconds / (SECONDS - 1))))
    sway = (5 * math.sin(seconds * 1.7), 4 * math.sin(seconds * 2.3 + 1))
    width, height = SCENE
    placed = (
        f'<g transform="translate({width / 2} 260) scale(1.22) rotate({swing:.3f}) '
        f'skewX({-lag:.3f}) translate({-HOOK[0]} {-HOOK[1]})">{garment("juniper-dress")}</g>'
    )
    seen = (
        f'<g transform="translate({width / 2 + sway[0]:.2f} {height * 0.42 + sway[1]:.2f}) '
        f'scale({nearer:.4f}) translate({-width / 2} {-height * 0.42})">'
        f"{door(width, height)}{placed}{WINDOW_LIGHT}</g>"
    )
    dim = f'<rect width="{width}" height="{height}" fill="url(#dim)"/>'
    drawn = svg(width, height, f"{VIGNETTE}{seen}{dim}")
    return f'<div style="zoom:{SIZE[0] / width}">{drawn}</div>'


def encode(folder: Path) -> None:
    """As a phone writes it: lying, with a note to turn it, and the place in its metadata."""
    lying = folder / "lying.mp4"
    tone = BREEZE.format(seconds=SECONDS)
    subprocess.run(
        [
            ffmpeg.program(), "-y", "-loglevel", "error", "-framerate", str(RATE),
            "-i", str(folder / "%04d.png"), "-f", "lavfi", "-i", tone,
            "-vf", "transpose=cclock", "-c:v", "libx264", "-preset", "veryslow", "-crf", "29",
            "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k", "-ac", "1", "-shortest",
            str(lying),
        ],
        check=True,
    )  # fmt: skip
    FILM.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            ffmpeg.program(), "-y", "-loglevel", "error", "-display_rotation", "-90",
            "-i", str(lying), "-c", "copy", "-metadata", "location=+52.5200+013.4050/",
            "-metadata", "make=Drawn", str(FILM),
        ],
        check=True,
    )  # fmt: skip


def main() -> None:
    """Draw and encode it anew."""
    browser_path = os.environ.get("CHROME_BIN") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        for number in range(SECONDS * RATE):
            picture = render(page, frame(number / RATE), *SIZE)
            picture.save(Path(name) / f"{number:04d}.png")
        browser.close()
        encode(Path(name))


if __name__ == "__main__":
    main()

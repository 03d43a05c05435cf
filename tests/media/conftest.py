"""Pictures made for a test, and a pool of image processes that a test may break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from reviewapp.media.image_pool import ImagePool

COLOURS = {"top left": "#c02020", "top right": "#20a020", "bottom left": "#2020c0"}


def four_corners(width: int = 240, height: int = 160) -> Image.Image:
    """A picture that looks different in all eight orientations; bottom right is white."""
    picture = Image.new("RGB", (width, height), "white")
    half = (width // 2, height // 2)
    picture.paste(COLOURS["top left"], (0, 0, *half))
    picture.paste(COLOURS["top right"], (half[0], 0, width, half[1]))
    picture.paste(COLOURS["bottom left"], (0, half[1], half[0], height))
    return picture


def corner_colours(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters, in reading order."""
    width, height = picture.size
    rgb = picture.convert("RGB")
    places = [(width // 4, height // 4), (3 * width // 4, height // 4)]
    places += [(x, 3 * height // 4) for x, _ in places]
    colours = [rgb.getpixel(place) for place in places]
    return [colour for colour in colours if isinstance(colour, tuple)]


def alike(one: list[tuple[int, ...]], other: list[tuple[int, ...]], tolerance: int = 12) -> bool:
    """Whether colours differ by no more than lossy coding makes them."""
    return len(one) == len(other) and all(
        abs(a - b) <= tolerance
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    )


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Save a picture under a name: `saved(picture, "a.jpg", exif=…)`."""

    def save(picture: Image.Image, name: str, **options: Any) -> Path:
        path = tmp_path / name
        picture.save(path, **options)
        return path

    return save


@pytest.fixture
def pool() -> Iterator[ImagePool]:
    """A pool of one process, of this test's own."""
    made = ImagePool(size=1, pictures_per_process=3)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _pixel_limit_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps of the image process, run in ours, leave their limit behind in Pillow."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)

"""Uploads that are refused as pictures: empty, too large, damaged, of a kind that is not taken."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from reviewapp.media.images import (
    ImageLimits,
    sanitise,
)
from reviewapp.media.refusals import IMAGE_REFUSALS, RefusedImage
from tests.media.conftest import four_corners

Saved = Callable[..., Path]
CONTAINERS = ["jpg", "png", "webp", "avif"]


def refusal(path: Path, name: str | None = None, **limits: int) -> str:
    with pytest.raises(RefusedImage) as caught:
        sanitise(path, path.name if name is None else name, limits=ImageLimits(**limits))
    assert caught.value.status == 422
    assert caught.value.message == IMAGE_REFUSALS[caught.value.code]
    return caught.value.code


def test_an_empty_file_is_named_so(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.touch()

    assert refusal(path) == "image_empty"


def test_a_file_over_the_byte_limit_is_not_opened(saved: Saved) -> None:
    path = saved(four_corners(), "photo.jpg")

    assert refusal(path, max_bytes=path.stat().st_size - 1) == "image_too_large_bytes"
    assert sanitise(path, limits=ImageLimits(max_bytes=path.stat().st_size)).width == 240


@pytest.mark.parametrize("container", CONTAINERS)
def test_too_many_pixels_are_refused_before_decoding(saved: Saved, container: str) -> None:
    path = saved(four_corners(), f"p.{container}")

    assert refusal(path, max_pixels=240 * 160 - 1) == "image_too_many_pixels"
    assert refusal(path, max_pixels=100) == "image_too_many_pixels"
    assert sanitise(path, limits=ImageLimits(max_pixels=240 * 160)).width == 240


def test_a_bomb_of_ten_thousand_by_ten_thousand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    head = (10_000).to_bytes(4) * 2 + b"\x01\x00\x00\x00\x00"
    rows = zlib.compress(b"\0" * (1251 * 10_000))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    )

    assert refusal(path) == "image_too_many_pixels"


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_photo_is_damaged(saved: Saved, container: str, kept: float) -> None:
    path = saved(Image.effect_noise((200, 200), 80), f"p.{container}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    assert refusal(path) == "image_damaged"


@pytest.mark.parametrize(
    ("content", "name"),
    [("jpg", "photo.png"), ("png", "photo.heic"), ("webp", "photo.jpg"), ("gif", "photo.jpg")],
)
def test_a_name_that_lies_is_refused(saved: Saved, content: str, name: str) -> None:
    path = saved(four_corners(), f"x.{content}")

    assert refusal(path, name) == "image_type_mismatch"


@pytest.mark.parametrize("name", ["a.php.jpg", "a.jpg\x00.jpg", "a%00.jpg"])
def test_a_deceptive_name_is_refused(saved: Saved, name: str) -> None:
    assert refusal(saved(four_corners(), "x.jpg"), name) == "image_type_mismatch"


@pytest.mark.parametrize("kind", ["gif", "tiff", "bmp", "pdf", "jp2", "ico"])
def test_other_kinds_of_picture_are_not_taken(saved: Saved, kind: str) -> None:
    path = saved(four_corners(), f"x.{kind}")

    assert refusal(path) == "image_type_unsupported"
    assert refusal(path, "") == "image_type_unsupported"


def test_svg_is_never_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")

    assert refusal(path) == "image_type_unsupported"
    assert refusal(path, "x") == "image_type_unsupported"
    assert refusal(path, "x.png") == "image_type_mismatch"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

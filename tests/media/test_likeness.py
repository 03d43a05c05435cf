"""Hashes of pictures: what counts as the same, and that the bands find every copy."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from reviewapp.media.likeness import (
    BLURRED_BELOW,
    SAME,
    bands,
    distance,
    measures,
)
from reviewapp.media.looks import look_of

HASHES = st.integers(min_value=-(1 << 63), max_value=(1 << 63) - 1)


def photo(seed: int, size: tuple[int, int] = (800, 600)) -> Image.Image:
    """Blobs of light at three scales, with fine detail: as a photo, and never the same twice."""
    rnd = random.Random(seed)
    layers = []
    for _ in range(3):
        coarse = Image.frombytes("L", (6, 5), rnd.randbytes(30)).resize(
            size, Image.Resampling.BICUBIC
        )
        fine = Image.frombytes("L", (160, 120), rnd.randbytes(19200)).resize(
            size, Image.Resampling.BICUBIC
        )
        layers.append(Image.blend(coarse, fine, 0.25))
    return Image.merge("RGB", layers)


@given(HASHES, st.lists(st.integers(0, 63), max_size=SAME))
def test_a_copy_shares_a_band_with_its_picture(phash: int, flipped: list[int]) -> None:
    copy = phash
    for bit in flipped:
        copy ^= 1 << bit
    assert distance(phash, copy) <= SAME
    assert any(a == b for a, b in zip(bands(phash), bands(copy), strict=True))


@given(HASHES)
def test_bands_hold_all_bits(phash: int) -> None:
    assert len(bands(phash)) == SAME + 1
    assert sum(band.bit_length() >= 0 for band in bands(-1)) == len(bands(-1))
    assert sum(band.bit_count() for band in bands(phash)) == distance(phash, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_is_known_again_after_what_people_do_to_it(seed: int) -> None:
    picture = photo(seed)
    phash = look_of(picture).phash
    assert phash is not None
    small = BytesIO()
    picture.resize((300, 225)).save(small, "JPEG", quality=40)
    width, height = picture.size
    changed = (
        Image.open(small).convert("RGB"),
        picture.crop((width // 100, height // 100, width * 99 // 100, height * 99 // 100)),
        ImageEnhance.Brightness(picture).enhance(1.15),
        ImageEnhance.Color(picture).enhance(0.4),
        picture.filter(ImageFilter.GaussianBlur(3)),
    )
    for copy in changed:
        found = look_of(copy).phash
        assert found is not None
        assert distance(phash, found) <= SAME
    other = look_of(photo(seed + 100)).phash
    assert other is not None
    assert distance(phash, other) > 2 * SAME


def test_a_plain_picture_has_no_hash_and_is_like_no_other() -> None:
    assert look_of(Image.new("RGB", (300, 200), "#808080")).phash is None


def test_a_blurred_and_a_dark_picture_are_told_from_a_good_one() -> None:
    picture = photo(1)
    good = look_of(picture)
    assert good.sharpness > 5 * BLURRED_BELOW
    assert measures(good.sharpness, good.brightness) == []
    blurred = look_of(picture.filter(ImageFilter.GaussianBlur(12)))
    assert measures(blurred.sharpness, blurred.brightness) == ["blurred"]
    dark = look_of(ImageEnhance.Brightness(picture).enhance(0.1))
    assert "dark" in measures(dark.sharpness, dark.brightness)
    assert measures(None, None) == []

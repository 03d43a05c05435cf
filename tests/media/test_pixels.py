"""The pixel steps one by one, without the process around them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from reviewapp.media import encodings, image_worker, pixels, rendition_worker
from tests.media.clean_files import assert_only_pixels
from tests.media.conftest import alike, corner_colours, four_corners

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encoded(picture: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, file_format, **options)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_png_mode_ends_as_eight_bit_rgb(mode: str) -> None:
    source = four_corners().convert(mode, dither=Image.Dither.NONE)

    result = pixels.normalise(encoded(source), "PNG", 10**6)

    assert (result.mode, result.size, result.info) == ("RGB", source.size, {})
    assert alike(corner_colours(result), corner_colours(source.convert("RGB")))


def test_deep_grey_is_scaled_not_clipped() -> None:
    result = pixels.normalise(encoded(Image.new("I;16", (8, 8), 0x4000)), "PNG", 10**6)

    assert result.getpixel((4, 4)) == (64, 64, 64)


@pytest.mark.parametrize("profile", [SRGB, SRGB[:150], b"no profile"])
def test_a_known_or_a_broken_profile_changes_no_colour(profile: bytes) -> None:
    result = pixels.normalise(encoded(four_corners(), icc_profile=profile), "PNG", 10**6)

    assert alike(corner_colours(result), corner_colours(four_corners()), tolerance=1)


def test_a_profile_for_another_mode_is_ignored() -> None:
    grey = encoded(four_corners().convert("L"), icc_profile=SRGB)

    result = pixels.normalise(grey, "PNG", 10**6)

    assert alike(corner_colours(result), corner_colours(four_corners().convert("L")), tolerance=1)


def test_a_format_that_was_not_announced_is_not_opened() -> None:
    with pytest.raises(pixels.DECODER_ERRORS):
        pixels.normalise(encoded(four_corners(), "GIF"), "PNG", 10**6)


@pytest.mark.parametrize("max_pixels", [10, 20_000, 240 * 160 - 1])
def test_the_pixel_limit_is_a_limit_from_its_first_pixel_on(max_pixels: int) -> None:
    with pytest.raises(pixels.TooManyPixelsError):
        pixels.normalise(encoded(four_corners()), "PNG", max_pixels)


def test_a_wide_picture_is_shrunk_to_the_master_size() -> None:
    result = pixels.normalise(encoded(Image.new("RGB", (5000, 10))), "PNG", 10**6)

    assert result.size == (encodings.MASTER_LONG_SIDE_PX, 5)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_unreadable_exif_means_upright() -> None:
    source = encoded(four_corners(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09broken")

    assert pixels.normalise(source, "JPEG", 10**6).size == (240, 160)


def test_the_worker_answers_with_files_and_facts() -> None:
    asked = {"task": "sanitise", "source_format": "PNG", "max_pixels": 10**6}
    facts, parts = image_worker.answer(asked, encoded(four_corners()))

    assert facts["files"] == [{"content_type": "image/jpeg", "width": 240, "height": 160}]
    assert facts["look"]["placeholder"].startswith("data:image/webp;base64,")
    assert_only_pixels(parts[0])

    facts, parts = rendition_worker.answer({"widths_px": [100, 320]}, parts[0])

    assert [file["width"] for file in facts["files"]] == [240, 240, 240, 100, 100]
    assert len(parts) == 5


@pytest.mark.parametrize(
    ("payload", "max_pixels", "code"),
    [
        (b"", 10**6, "image_damaged"),
        (encoded(four_corners())[:200], 10**6, "image_damaged"),
        (encoded(four_corners()), 100, "image_too_many_pixels"),
    ],
)
def test_the_worker_refuses_with_a_code(payload: bytes, max_pixels: int, code: str) -> None:
    asked = {"task": "sanitise", "source_format": "PNG", "max_pixels": max_pixels}

    facts, parts = image_worker.answer(asked, payload)

    assert facts["refused"] == code
    assert not parts

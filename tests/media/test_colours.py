"""Colours of wide-gamut and bright files as sRGB, against the published formulas."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from reviewapp.media import pixels
from reviewapp.media.colours import Numbers, in_srgb
from tests.media.conftest import alike, corner_colours, four_corners

Rgb = tuple[int, ...]
# Display P3 to linear sRGB (CSS Color 4, 17): rows for red, green, blue.
P3_TO_SRGB = (
    (1.2249401762, -0.2249401762, 0.0),
    (-0.0420569547, 1.0420569547, 0.0),
    (-0.0196375546, -0.0786360456, 1.0982736001),
)


def linear(code: int) -> float:
    value = code / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def coded(light: float) -> int:
    light = min(1.0, max(0.0, light))
    return round(
        255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)
    )


def p3_as_srgb(rgb: Rgb) -> Rgb:
    light = [linear(code) for code in rgb]
    return tuple(coded(sum(a * b for a, b in zip(row, light, strict=True))) for row in P3_TO_SRGB)


def with_numbers(avif: bytes, primaries: int, transfer: int) -> bytes:
    at = avif.index(b"colrnclx") + 8
    return avif[:at] + struct.pack(">HH", primaries, transfer) + avif[at + 4 :]


def avif_of(colour: Rgb) -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 32), colour).save(out, "AVIF", quality=100, subsampling="4:4:4")
    return out.getvalue()


def middle(image: Image.Image) -> Rgb:
    found = image.getpixel((16, 16))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("colour", [(200, 100, 60), (90, 180, 90), (40, 60, 200), (128, 128, 128)])
def test_display_p3_is_converted_by_profile_and_by_numbers(colour: Rgb) -> None:
    expected = p3_as_srgb(colour)
    profile = Numbers(12, 13).profile()
    png = BytesIO()
    Image.new("RGB", (32, 32), colour).save(png, "PNG", icc_profile=profile)

    by_profile = middle(pixels.normalise(png.getvalue(), "PNG", 10**6))
    by_numbers = middle(pixels.normalise(with_numbers(avif_of(colour), 12, 13), "AVIF", 10**6))

    assert alike([by_profile], [expected], tolerance=2), (by_profile, expected)
    assert alike([by_numbers], [expected], tolerance=5), (by_numbers, expected)


def test_numbers_that_mean_srgb_change_nothing() -> None:
    colour = (200, 100, 60)

    for numbers in ((1, 13), (2, 2), (200, 200)):
        found = middle(pixels.normalise(with_numbers(avif_of(colour), *numbers), "AVIF", 10**6))
        assert alike([found], [colour], tolerance=4)
    assert Numbers.of(b"nothing") is None
    assert Numbers.of(b"colrnclx\0\0") is None


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_keeps_order_and_white(transfer: int) -> None:
    curve = Numbers(9, transfer).tone_curve()

    assert curve is not None
    assert curve == sorted(curve)
    assert curve[0] == 0
    assert curve[255] >= 254
    # BT.2408: diffuse white is 58 % PQ and 75 % HLG; it must look white, mid grey must not.
    white = curve[round(255 * {16: 0.58, 18: 0.75}[transfer])]
    assert 225 <= white <= 248
    assert Numbers(9, 13).tone_curve() is None


def test_a_print_profile_is_applied_to_cmyk_and_a_grey_one_to_grey() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    cmyk = Image.new("CMYK", (32, 32), (0, 255, 255, 0))

    assert alike([middle(in_srgb(cmyk, None))], [(255, 0, 0)], tolerance=2)
    # A profile of another colour space cannot be meant for these pixels.
    for image, profile in ((cmyk, srgb), (four_corners(), lab.tobytes())):
        png = BytesIO()
        image.save(png, "JPEG", quality=100, icc_profile=profile)
        plain = BytesIO()
        image.save(plain, "JPEG", quality=100)
        assert alike(
            corner_colours(pixels.normalise(png.getvalue(), "JPEG", 10**6)),
            corner_colours(pixels.normalise(plain.getvalue(), "JPEG", 10**6)),
        )


def test_sixteen_bits_a_channel_with_and_without_alpha_keep_their_colour() -> None:
    for mode, size in (("RGB", 6), ("RGBA", 8)):
        values = (0xC000, 0x6000, 0x3000, 0xFFFF)[: size // 2]
        picture = _png16(struct.pack(f">{size // 2}H", *values), mode)
        found = middle(pixels.normalise(picture, "PNG", 10**6))
        assert alike([found], [(0xC0, 0x60, 0x30)], tolerance=2), mode


def _png16(pixel: bytes, mode: str) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = struct.pack(">IIBBBBB", 32, 32, 16, {"RGB": 2, "RGBA": 6}[mode], 0, 0, 0)
    rows = zlib.compress((b"\0" + pixel * 32) * 32)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

"""From an upload to the clean master and its renditions, through the real image process."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from reviewapp.media.images import (
    SanitisedImage,
    render,
    sanitise,
)
from reviewapp.media.likeness import SAME, distance
from reviewapp.media.refusals import RefusedImage
from tests.media.clean_files import assert_only_pixels
from tests.media.conftest import alike, corner_colours, four_corners

Saved = Callable[..., Path]
GPS_TAG, ORIENTATION_TAG, MAKER_TAG = 0x8825, 0x0112, 0x010F
CONTAINERS = ["jpg", "png", "webp", "avif"]
# What a camera does before it writes the tag: the way back from EXIF 2.32 4.6.4 A.
TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def opened(result: SanitisedImage) -> Image.Image:
    return Image.open(BytesIO(result.data))


def exif_of_a_phone(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKER_TAG] = "Secret Maker"
    exif[ORIENTATION_TAG] = orientation
    exif.get_ifd(GPS_TAG).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    return exif


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_turned_photo_comes_out_upright(saved: Saved, container: str, orientation: int) -> None:
    upright, turn = four_corners(), TURNED[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    path = saved(stored, f"p.{container}", exif=exif_of_a_phone(orientation), quality=95)

    result = sanitise(path, path.name)

    assert (result.width, result.height) == opened(result).size == upright.size
    assert alike(corner_colours(opened(result)), corner_colours(upright))


@pytest.mark.parametrize("orientation", TURNED)
def test_an_avif_is_turned_by_its_boxes_alone_whatever_its_exif_says(
    saved: Saved, orientation: int
) -> None:
    """As phones write it: the turn in irot and imir, and the same again in EXIF."""
    upright, turn = four_corners(), TURNED[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    exif = exif_of_a_phone(orientation)
    stand_in = ORIENTATION_TAG + 1  # Pillow takes the orientation itself out of the EXIF
    exif[stand_in] = orientation
    path = saved(stored, "p.avif", exif=exif, quality=95)
    data, spelled = path.read_bytes(), struct.pack("<HHI", stand_in, 3, 1)
    swapped = struct.pack(">HHI", stand_in, 3, 1)
    here = spelled if spelled in data else swapped
    order = "<HHI" if here is spelled else ">HHI"
    assert data.count(here) == 1
    path.write_bytes(data.replace(here, struct.pack(order, ORIENTATION_TAG, 3, 1)))

    result = sanitise(path, path.name)

    assert alike(corner_colours(opened(result)), corner_colours(upright))


def test_a_gain_map_and_a_second_picture_are_dropped(saved: Saved) -> None:
    """Ultra HDR and stereo photos hold a second JPEG behind the first (CIPA DC-007)."""
    xmp = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-"
        b"rdf-syntax-ns#'><rdf:Description xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'"
        b" hdrgm:Version='1.0'/></rdf:RDF></x:xmpmeta>"
    )
    map_of_light = Image.new("RGB", (240, 160), "#00ff00")
    for options in ({}, {"xmp": xmp}):
        path = saved(
            four_corners(),
            "p.jpg",
            format="MPO",
            save_all=True,
            append_images=[map_of_light],
            quality=95,
            **options,
        )
        assert path.read_bytes().count(b"\xff\xd8\xff") == 2

        result = sanitise(path, path.name)

        assert_only_pixels(result.data)
        assert alike(corner_colours(opened(result)), corner_colours(four_corners()))


@pytest.mark.parametrize("container", CONTAINERS)
def test_place_and_camera_are_in_no_byte_of_any_output(saved: Saved, container: str) -> None:
    path = saved(
        four_corners(),
        f"p.{container}",
        exif=exif_of_a_phone(),
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Secret Maker</x:xmpmeta>",
        comment=b"Secret Maker",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    assert b"Secret Maker" in path.read_bytes()

    result = sanitise(path, path.name)

    for data in [result.data, *(file.data for file in render(result.data))]:
        assert_only_pixels(data)
        assert b"Secret" not in data


def test_what_is_appended_to_a_photo_is_dropped(saved: Saved) -> None:
    path = saved(four_corners(), "motion.jpg")
    path.write_bytes(path.read_bytes() + b"\0\0\0\x18ftypmp42<script>alert(1)</script>")

    assert_only_pixels(sanitise(path, path.name).data)


def test_the_result_describes_its_own_bytes(saved: Saved) -> None:
    path = saved(four_corners(), "photo.png")

    result = sanitise(path, path.name)

    assert result.sha256 == hashlib.sha256(result.data).hexdigest()
    assert result.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert result.source_format == "PNG"
    assert result.content_type == "image/jpeg"
    assert opened(result).format == "JPEG"
    assert result.placeholder.startswith("data:image/webp;base64,")
    assert len(result.placeholder) < 400
    assert -(1 << 63) <= result.phash < 1 << 63


def test_the_same_upload_gives_the_same_bytes(saved: Saved) -> None:
    path = saved(four_corners(), "photo.webp")

    assert sanitise(path) == sanitise(path)


def test_the_dominant_colour_is_the_commonest_one(saved: Saved) -> None:
    picture = Image.new("RGB", (100, 100), "#204080")
    picture.paste("#ffffff", (0, 0, 100, 30))

    colour = sanitise(saved(picture, "p.png")).dominant_color

    found = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    assert alike([found], [(0x20, 0x40, 0x80)])


def test_the_perceptual_hash_knows_a_picture_again(saved: Saved) -> None:
    blocks = Image.frombytes("L", (9, 8), random.Random(1).randbytes(72))
    picture = blocks.resize((400, 300), Image.Resampling.BICUBIC)
    same = sanitise(saved(picture, "a.jpg", quality=95)).phash
    smaller = sanitise(saved(picture.resize((200, 150)), "b.webp", quality=60)).phash
    other = sanitise(saved(picture.transpose(Image.Transpose.ROTATE_180), "c.jpg")).phash

    assert distance(same, smaller) <= SAME
    assert distance(same, other) >= 3 * SAME


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4032, 3024), (2016, 1512)), ((3000, 1000), (2560, 853)), ((100, 1), (100, 1))],
)
def test_a_large_photo_is_shrunk_and_a_small_one_kept(
    saved: Saved, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    result = sanitise(saved(Image.new("RGB", size, "#406080"), "p.jpg"))

    assert (result.width, result.height) == expected


def test_transparent_parts_become_white(saved: Saved) -> None:
    picture = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    palette = Image.new("P", (64, 64))
    for name, image, options in (
        ("a.png", picture, {}),
        ("b.webp", picture, {"lossless": True}),
        ("c.png", palette, {"transparency": 0}),
        ("d.png", picture.convert("LA"), {}),
    ):
        result = sanitise(saved(image, name, **options))
        assert alike(corner_colours(opened(result)), [(255, 255, 255)] * 4), name


@pytest.mark.parametrize(
    ("mode", "name"), [("1", "a.png"), ("L", "a.jpg"), ("P", "a.png"), ("CMYK", "a.jpg")]
)
def test_every_colour_mode_becomes_srgb(saved: Saved, mode: str, name: str) -> None:
    source = four_corners().convert(mode, dither=Image.Dither.NONE)

    result = opened(sanitise(saved(source, name)))

    assert result.mode == "RGB"
    assert alike(corner_colours(result), corner_colours(source), tolerance=14)


def test_sixteen_bits_of_grey_keep_their_brightness(saved: Saved) -> None:
    deep = Image.new("I;16", (64, 64), 0x8000)

    result = opened(sanitise(saved(deep, "p.png")))

    assert alike(corner_colours(result), [(128, 128, 128)] * 4, tolerance=2)


def test_a_colour_profile_is_applied(saved: Saved) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile whose red primary is sRGB's green: its pure red has to come out green.
    swapped = srgb.replace(b"rXYZ", b"tmp ").replace(b"gXYZ", b"rXYZ").replace(b"tmp ", b"gXYZ")
    swapped = swapped.replace(b"s\0R\0G\0B", b"o\0d\0d\0!").replace(b"sRGB", b"odd!")
    path = saved(Image.new("RGB", (32, 32), "#ff0000"), "p.png", icc_profile=swapped)

    colours = corner_colours(opened(sanitise(path)))

    assert alike(colours, [(0, 255, 0)] * 4, tolerance=20)


def test_a_broken_colour_profile_is_ignored(saved: Saved) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(four_corners(), "b.png", icc_profile=srgb[:200])

    assert alike(corner_colours(opened(sanitise(path))), corner_colours(four_corners()))


def test_an_animation_gives_its_first_frame(saved: Saved) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("#2040c0", "#c04020")]
    for name in ("a.png", "a.webp", "a.avif"):
        path = saved(frames[0], name, save_all=True, append_images=frames[1:])
        colours = corner_colours(opened(sanitise(path)))
        assert alike(colours, [(0x20, 0x40, 0xC0)] * 4), name


@pytest.mark.parametrize("width", [1, 100, 320, 500, 1280, 2000, 2560])
def test_renditions_are_never_wider_than_the_master(saved: Saved, width: int) -> None:
    master = sanitise(saved(Image.new("RGB", (width, max(1, width // 2)), "#806040"), "p.png"))

    files = render(master.data)

    made = {
        kind: sorted(file.width for file in files if file.content_type == f"image/{kind}")
        for kind in ("webp", "avif", "jpeg")
    }
    assert made["webp"] == sorted({min(width, wanted) for wanted in (320, 640, 1280, 2048)})
    assert made["avif"] == made["webp"]
    assert made["jpeg"] == sorted({min(width, 640), min(width, 1280)})
    for file in files:
        picture = Image.open(BytesIO(file.data))
        assert picture.size == (file.width, file.height)
        assert f"image/{str(picture.format).lower()}" == file.content_type
        assert alike(corner_colours(picture), [(0x80, 0x60, 0x40)] * 4)
        assert file.sha256 == hashlib.sha256(file.data).hexdigest()
        assert file.suffix == f".{file.content_type[6:].replace('jpeg', 'jpg')}"


def test_bytes_that_are_no_master_are_not_rendered() -> None:
    with pytest.raises(RefusedImage, match="image_damaged"):
        render(b"\x89PNG\r\n\x1a\n")


def test_a_photo_without_a_name_is_taken_by_its_content(saved: Saved) -> None:
    assert sanitise(saved(four_corners(), "x.webp"), "blob").source_format == "WEBP"


def test_many_threads_each_get_their_own_picture(saved: Saved) -> None:
    paths = [saved(Image.new("RGB", (40 + n, 30), "gray"), f"{n}.png") for n in range(16)]

    with ThreadPoolExecutor(8) as threads:
        widths = list(threads.map(lambda path: sanitise(path).width, paths))

    assert widths == [40 + n for n in range(16)]

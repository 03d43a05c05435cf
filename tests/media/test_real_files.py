"""Every file of the collection: taken and clean, or refused with a reason; never a crash."""

from __future__ import annotations

import shutil
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageChops, ImageStat

from bench.media_table import (
    DOCUMENT,
    FOLDERS,
    PublicUpload,
    assert_stored_clean,
    files_below,
    row,
)
from reviewapp.core.kit import Kit
from reviewapp.media.images import sanitise
from reviewapp.media.refusals import RefusedImage
from reviewapp.models.account import Shop

pytestmark = pytest.mark.shared
# EXIF value: the (irot, imir) properties that mean the same (ISO/IEC 23008-12 6.5.10, 6.5.12).
HEIF_TURNS = {
    1: (0, None),
    2: (0, 1),
    3: (2, None),
    4: (0, 0),
    5: (1, 0),
    6: (3, None),
    7: (3, 0),
    8: (1, None),
}
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def test_every_folder_is_in_the_list(shared_data: Path) -> None:
    listed = {path for folder in FOLDERS for path in files_below(shared_data / folder)}
    there = {
        path
        for folder in ("images", "video", "type_sniffing")
        for path in files_below(shared_data / folder)
    }

    assert listed == there


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_customers_send_is_taken_clean_or_refused_as_the_table_says(
    folder: str, shared_data: Path, tmp_path: Path, kit: Kit, client: FlaskClient, shop: Shop
) -> None:
    upload = PublicUpload(kit, client, shop)
    outcomes = Counter(upload.send(path) for path in files_below(shared_data / folder))

    assert row(folder, outcomes) in DOCUMENT.read_text(encoding="utf-8")
    assert_stored_clean(kit, upload.staged, tmp_path, every=16)


@pytest.mark.parametrize("folder", ["images/svg_xss", "video"])
def test_nothing_that_is_no_photo_is_taken_as_one_whatever_its_name(
    folder: str, shared_data: Path, tmp_path: Path
) -> None:
    for path in files_below(shared_data / folder):
        for name in ("photo.jpg", "photo.heic", "photo"):
            copy = shutil.copyfile(path, tmp_path / name)
            with pytest.raises(RefusedImage) as refusal:
                sanitise(copy, copy.name)
            assert refusal.value.code in {"image_type_mismatch", "image_type_unsupported"}, path


def test_a_phones_photo_is_not_turned_twice(shared_data: Path) -> None:
    """`arrow.heic` carries irot and the same turn in EXIF, as iPhones write it."""
    result = sanitise(shared_data / "images/heic_avif/arrow.heic", "arrow.heic")

    assert result.height > result.width


@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_heif_is_turned_by_its_box_alone_whatever_its_exif_says(
    quarter_turns: int, shared_data: Path, tmp_path: Path
) -> None:
    """`arrow.heic` with other values in `irot`: the EXIF orientation beside it stays."""
    original = (shared_data / "images/heic_avif/arrow.heic").read_bytes()
    at = original.index(b"irot") + 4
    path = tmp_path / "arrow.heic"
    path.write_bytes(original[:at] + bytes([quarter_turns]) + original[at + 1 :])
    stored = tmp_path / "stored.heic"
    stored.write_bytes(original[:at] + b"\0" + original[at + 1 :])
    turn = (
        None,
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_180,
        Image.Transpose.ROTATE_270,
    )[quarter_turns]
    expected = _pixels(stored)

    assert _difference(_pixels(path), expected if turn is None else expected.transpose(turn)) < 4


@pytest.mark.parametrize("orientation", HEIF_TURNS)
def test_a_turned_heif_comes_out_upright(
    orientation: int, shared_data: Path, tmp_path: Path
) -> None:
    plain = (shared_data / "images/heic_avif/hopper.heif").read_bytes()
    path = tmp_path / "turned.heif"
    path.write_bytes(_with_turn(plain, *HEIF_TURNS[orientation]))
    stored = _pixels(shared_data / "images/heic_avif/hopper.heif")
    turn = UPRIGHT.get(orientation)

    assert _difference(_pixels(path), stored if turn is None else stored.transpose(turn)) < 4


@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_numbered_photos_all_look_like_the_first(orientation: int, shared_data: Path) -> None:
    folder = shared_data / "images/orientation"
    first = _pixels(folder / "Landscape_1.jpg").resize((90, 60))
    turned = _pixels(folder / f"Landscape_{orientation}.jpg")

    assert turned.width > turned.height
    # The photos bear their number: a little may differ, a turn would differ by far more.
    assert _difference(turned.resize((90, 60)), first) < 15
    assert _difference(turned.transpose(Image.Transpose.ROTATE_180).resize((90, 60)), first) > 30


def _pixels(path: Path) -> Image.Image:
    return Image.open(BytesIO(sanitise(path, path.name).data))


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0 to 255."""
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


def _with_turn(heif: bytes, quarter_turns: int, mirror_axis: int | None) -> bytes:
    """A one-item HEIF file with irot and imir properties added, offsets mended."""
    boxes = [b"\0\0\0\x09irot" + bytes([quarter_turns])]
    if mirror_axis is not None:
        boxes.append(b"\0\0\0\x09imir" + bytes([mirror_axis]))
    added = b"".join(boxes)
    properties = heif.index(b"ipma") - 4
    links = properties + 4 + 4 + 4 + 4 + 2
    count = heif[links]
    end = properties + int.from_bytes(heif[properties : properties + 4])
    turned = bytearray(heif)
    turned[end:end] = bytes(0x80 | count + 1 + index for index in range(len(boxes)))
    turned[links] = count + len(boxes)
    turned[properties:properties] = added
    _grow(turned, b"ipma", len(boxes))
    _grow(turned, b"ipco", len(added))
    for box in (b"iprp", b"meta"):
        _grow(turned, box, len(added) + len(boxes))
    base_offset = turned.index(b"iloc") + 4 + 4 + 2 + 2 + 2 + 2
    moved = int.from_bytes(turned[base_offset : base_offset + 4]) + len(added) + len(boxes)
    turned[base_offset : base_offset + 4] = moved.to_bytes(4)
    return bytes(turned)


def _grow(data: bytearray, box: bytes, by: int) -> None:
    at = data.index(box) - 4
    data[at : at + 4] = (int.from_bytes(data[at : at + 4]) + by).to_bytes(4)

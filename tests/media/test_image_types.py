"""What a file's name may claim and what its first bytes say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.media.image_types import FORMATS, DeceptiveNameError, claimed_formats, sniff


def _ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = major + b"\0\0\0\0" + b"".join(compatible)
    return (len(body) + 8).to_bytes(4) + b"ftyp" + body + b"\0\0\0\x08mdat"


@pytest.mark.parametrize(
    ("name", "formats"),
    [
        ("photo.jpg", {"JPEG"}),
        ("IMG_0001.JPEG", {"JPEG"}),
        ("a.jpe", {"JPEG"}),
        ("shot.png", {"PNG"}),
        ("x.webp", {"WEBP"}),
        ("IMG_1.HEIC", {"HEIF"}),
        ("x.heif", {"HEIF", "AVIF"}),
        ("x.avif", {"AVIF"}),
        ("holiday.2024.05.01.jpg", {"JPEG"}),
        ("photo.jpg.webp", {"WEBP"}),
        ("photo.jpg. ", {"JPEG"}),
        ("C:\\fakepath\\photo.jpg", {"JPEG"}),
        ("../../etc/photo.jpg", {"JPEG"}),
        ("photo%2Ejpg", {"JPEG"}),
    ],
)
def test_an_allowed_extension_claims_its_formats(name: str, formats: set[str]) -> None:
    assert claimed_formats(name) == formats


@pytest.mark.parametrize("name", ["", "photo", "photo.", ".", "..", "a/b.c/photo", "12.30"])
def test_a_name_without_extension_claims_nothing(name: str) -> None:
    assert claimed_formats(name) is None


@pytest.mark.parametrize("name", ["x.svg", "x.gif", "x.pdf", "x.tiff", "x.mp4", "photo.jpg.exe"])
def test_a_foreign_extension_is_no_photo(name: str) -> None:
    assert claimed_formats(name) == frozenset()


@pytest.mark.parametrize(
    "name",
    [
        "photo.php\x00.jpg",
        "photo.php%00.jpg",
        "shell.php.jpg",
        "page.HTML.png",
        "x.svg.webp",
        "a\nb.jpg",
    ],
)
def test_a_name_made_to_deceive_is_refused(name: str) -> None:
    with pytest.raises(DeceptiveNameError):
        claimed_formats(name)


def test_a_right_to_left_trick_does_not_hide_the_extension() -> None:
    assert claimed_formats("photo\u202egpj.exe") == frozenset()


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (_ftyp(b"heic", b"mif1", b"heic"), "HEIF"),
        (_ftyp(b"mif1", b"mif1", b"heic"), "HEIF"),
        (_ftyp(b"mif1"), "HEIF"),
        (_ftyp(b"avif", b"mif1", b"miaf"), "AVIF"),
        (_ftyp(b"mif1", b"avif", b"miaf"), "AVIF"),
        (_ftyp(b"avis"), "AVIF"),
        (_ftyp(b"isom", b"mp42"), None),
        (_ftyp(b"qt  "), None),
        (b"GIF89a", None),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"<svg xmlns=", None),
        (b"%PDF-1.7", None),
        (b"II*\0", None),
        (b"", None),
        (b"\0\0\0\0ftyp", None),
    ],
)
def test_the_first_bytes_name_the_format(head: bytes, found: str | None) -> None:
    assert sniff(head) == found


def test_brands_behind_the_box_are_not_read() -> None:
    assert sniff(_ftyp(b"mif1") + b"avif") == "HEIF"


@given(st.binary(max_size=64), st.sampled_from([b"", b"\0\0\0\x18ftyp", b"RIFF"]))
def test_any_bytes_get_an_answer(rest: bytes, start: bytes) -> None:
    assert sniff(start + rest) in {None, *FORMATS}


@given(st.text(max_size=80))
def test_any_name_gets_an_answer(name: str) -> None:
    try:
        claimed = claimed_formats(name)
    except DeceptiveNameError:
        return
    assert claimed is None or claimed <= set(FORMATS)

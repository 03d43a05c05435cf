"""An independent reader for what is stored of a photo: pixels and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from pathlib import Path

# SOI and RST need no length; APP0 is JFIF's own; the rest is what decoding needs (T.81 B.1.1.3).
_JPEG_PARTS = {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDD, 0xDA}
_EXIFTOOL_STRUCTURE = {
    "JFIFVersion",
    "ResolutionUnit",
    "XResolution",
    "YResolution",
    "ImageWidth",
    "ImageHeight",
    "EncodingProcess",
    "BitsPerSample",
    "ColorComponents",
    "YCbCrSubSampling",
    "VP8Version",
    "HorizontalScale",
    "VerticalScale",
    "ImageSize",
    "Megapixels",
    # AVIF: boxes that say where the one picture lies and how it is coded.
    *("MajorBrand", "MinorVersion", "CompatibleBrands", "HandlerType", "PrimaryItemReference"),
    *("MediaDataOffset", "MediaDataSize", "ImageSpatialExtent", "ImagePixelDepth"),
    *("AV1ConfigurationVersion", "ChromaFormat", "ChromaSamplePosition", "ColorProfiles"),
    *("ColorPrimaries", "TransferCharacteristics", "MatrixCoefficients", "VideoFullRangeFlag"),
}

_TRACES = re.compile(
    r"GPS|Location|Serial|Make$|Model|Comment|Artist|Author|Owner|Copyright|Software|XMP|EXIF"
    r"|Thumbnail|Description|Title|Keys:|UserData:|ItemList:(?!Encoder)",
    re.I,
)

# QuickTime's own times, of which 0 says "not known" (ISO/IEC 14496-12 8.2.2).
_TIMES = re.compile(r":(Track|Media)?(Create|Modify)Date$|DateTimeOriginal|CreationDate")
_NO_TIME = "0000:00:00 00:00:00"

_FFMPEGS_HANDLERS = ("VideoHandler", "SoundHandler", "DataHandler")


def assert_only_pixels(data: bytes) -> None:
    """Fail when a JPEG, WebP or AVIF holds any part that is not needed to decode it."""
    if data.startswith(b"\xff\xd8"):
        _assert_bare_jpeg(data)
    elif data[4:12] == b"ftypavif":
        _assert_bare_avif(data)
    else:
        _assert_bare_webp(data)


def assert_exiftool_finds_nothing(folder: Path) -> None:
    """Fail when exiftool names anything in the folder's files but their structure."""
    exiftool = shutil.which("exiftool")
    assert exiftool, "exiftool is not installed"
    found = subprocess.run(
        [exiftool, "-json", "-r", "-all", "--System:all", "--File:FileType*", "-ee", str(folder)],
        capture_output=True,
        check=True,
    )
    for file in json.loads(found.stdout):
        tags = file.keys() - {"SourceFile", "ExifToolVersion", "MIMEType"}
        assert tags <= _EXIFTOOL_STRUCTURE, (file["SourceFile"], tags - _EXIFTOOL_STRUCTURE)


def assert_exiftool_finds_no_traces(folder: Path) -> None:
    """Fail when exiftool finds a place, a device, a person or a comment in the folder's films."""
    exiftool = shutil.which("exiftool")
    assert exiftool, "exiftool is not installed"
    found = subprocess.run(
        [exiftool, "-json", "-r", "-a", "-G1", "-ee", "--System:all", "--ExifTool:all", folder],
        capture_output=True,
        check=True,
    )
    for file in json.loads(found.stdout):
        traces = [
            tag
            for tag, value in file.items()
            if (_TRACES.search(tag) and value not in _FFMPEGS_HANDLERS)
            or (_TIMES.search(tag) and value != _NO_TIME)
        ]
        assert not traces, (file["SourceFile"], {tag: file[tag] for tag in traces})


def assert_ends_with_its_boxes(film: Path) -> None:
    """Fail when a film holds a byte outside its boxes, or a box that playing does not need."""
    names = {name for name, _ in _boxes(film.read_bytes())}
    assert names <= {b"ftyp", b"moov", b"mdat", b"free", b"wide"}, names


def _assert_bare_jpeg(data: bytes) -> None:
    at = 2
    while data[at + 1] != 0xD9:
        assert data[at] == 0xFF, "no marker where one must be"
        marker, size = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        assert marker in _JPEG_PARTS, f"JPEG part {marker:#x}"
        if marker == 0xE0:
            assert data[at + 4 : at + 9] == b"JFIF\x00"
            assert size == 16, "a JFIF thumbnail"
        at += 2 + size
        if marker == 0xDA:
            at = _end_of_scan(data, at)
    assert at + 2 == len(data), "bytes behind the picture"


def _end_of_scan(data: bytes, at: int) -> int:
    while data[at] != 0xFF or data[at + 1] in {0x00, *range(0xD0, 0xD8)}:
        at += 1
    return at


def _assert_bare_avif(data: bytes) -> None:
    """One item, an AV1 picture, and nothing behind it (ISO/IEC 23008-12)."""
    outer = _boxes(data)
    assert [name for name, _ in outer] == [b"ftyp", b"meta", b"mdat"]
    meta = dict(_boxes(outer[1][1][4:]))
    assert set(meta) <= {b"hdlr", b"pitm", b"iloc", b"iinf", b"iprp"}, meta.keys()
    assert meta[b"iinf"].count(b"infe") == meta[b"iinf"].count(b"av01") == 1
    names = {name for name, _ in _boxes(dict(_boxes(meta[b"iprp"]))[b"ipco"])}
    assert names <= {b"ispe", b"pixi", b"av1C", b"colr"}, names


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        assert 8 <= size <= len(data) - at, "bytes that belong to no box"
        found.append((data[at + 4 : at + 8], data[at + 8 : at + size]))
        at += size
    return found


def _assert_bare_webp(data: bytes) -> None:
    assert data[:4] == b"RIFF"
    assert data[8:16] == b"WEBPVP8 ", data[8:16]
    size, riff = struct.unpack("<I", data[16:20])[0], struct.unpack("<I", data[4:8])[0]
    assert riff + 8 == len(data) == 20 + size + size % 2, "bytes behind the picture"

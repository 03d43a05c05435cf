"""Runs every file of the media collection through `sanitise` and writes docs/media.md.

python -m bench.media_table FOLDER   (FOLDER holds images/, video/ and type_sniffing/)
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from reviewapp.media.images import sanitise
from reviewapp.media.refusals import IMAGE_REFUSALS, RefusedImage

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "media.md"
FOLDERS = (
    "images/animated",
    "images/colour",
    "images/gps",
    "images/heic_avif",
    "images/malformed",
    "images/metadata",
    "images/metadata_xss",
    "images/motion_photo",
    "images/orientation",
    "images/photos",
    "images/pngsuite",
    "images/product_photos",
    "images/svg_xss",
    "type_sniffing",
    "video",
)
_COLUMNS = ("accepted", *IMAGE_REFUSALS)
_HEAD = """# What is taken of real files

Written by `python -m bench.media_table FOLDER`; a test compares every row. The collection holds
photos, phone and camera files, fuzzers' findings, disguised files and films from public projects
(Pillow, libheif, pillow_heif, libpng, exiftool, exif-samples, androidx/media, Magento samples).

Every accepted file was rebuilt from its pixels: no EXIF, XMP, IPTC, ICC profile, comment,
thumbnail, place or appended film is left in the master or in any rendition, read back with a byte
scan and with exiftool. No file crashed or hung the process.

"""


def files_below(folder: Path) -> list[Path]:
    """All files of a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def outcome(path: Path) -> str:
    """`accepted` or the refusal's code."""
    try:
        sanitise(path, path.name)
    except RefusedImage as refusal:
        return refusal.code
    return "accepted"


def row(name: str, outcomes: Counter[str]) -> str:
    """One line of the table."""
    cells = [str(outcomes[column] or "·") for column in _COLUMNS]
    return f"| {name} | {outcomes.total()} | {' | '.join(cells)} |"


def main(root: Path) -> None:
    """Write the document."""
    names = [column.removeprefix("image_").replace("_", " ") for column in _COLUMNS]
    lines = [f"| folder | files | {' | '.join(names)} |", "| --- |" + " ---: |" * (len(names) + 1)]
    total: Counter[str] = Counter()
    for folder in FOLDERS:
        outcomes = Counter(outcome(path) for path in files_below(root / folder))
        total += outcomes
        lines.append(row(folder, outcomes))
    lines.append(row("**all**", total))
    reasons = [f"- `{code}`: {sentence}" for code, sentence in IMAGE_REFUSALS.items()]
    text = _HEAD + "\n".join(lines) + "\n\n## Refusals\n\n" + "\n".join(reasons) + "\n"
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

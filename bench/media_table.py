"""Sends every file of the media collection through the customers' form and writes docs/media.md.

python -m bench.media_table FOLDER   (FOLDER holds images/, video/ and type_sniffing/)

Stops when a page crashes, a file takes longer than 30 s, a media process grows past its limit, or
exiftool finds anything but structure in what is stored of an accepted file.
"""

from __future__ import annotations

import html
import mimetypes
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select

from bench.publish import installation, new_shop
from reviewapp.app import create_app
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.media.images import render
from reviewapp.media.refusals import IMAGE_REFUSALS, VIDEO_REFUSALS
from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset
from tests.collect.links import link_of
from tests.media.clean_files import (
    assert_exiftool_finds_no_traces,
    assert_exiftool_finds_nothing,
    assert_only_pixels,
)

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
LONGEST_SECONDS = 30
PICTURES = (".jpg", ".webp", ".avif")
BEGIN, END = "<!-- table: python -m bench.media_table -->\n", "<!-- end of table -->\n"
_REASONS = tuple(
    dict.fromkeys(code.partition("_")[2] for code in (*IMAGE_REFUSALS, *VIDEO_REFUSALS))
)
"""Photos and films are refused for the same kinds of reason, each in its own words."""
_COLUMNS = ("photo taken", "video taken", *_REASONS)


@dataclass
class PublicUpload:
    """A customer's form, a link for every file; what became of each."""

    kit: Kit
    client: FlaskClient
    shop: Shop
    sent: int = 0
    """Each file comes from an address of its own: limits by address are not what is looked at."""
    slowest_seconds: float = 0.0
    staged: list[UUID] = field(default_factory=list)

    def send(self, path: Path) -> str:
        """`photo taken`, `video taken` or the refusal's kind, as the page tells it."""
        with self.kit.database.transaction(EVERY_SHOP) as session:
            link = link_of(self.client, self.kit, session, self.shop)
        told = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        started = time.monotonic()
        with path.open("rb") as file:
            page = link.post(
                "/review",
                {"line": link.lines[0], "media": (file, path.name, told)},
                environ_base={"REMOTE_ADDR": f"198.51.{self.sent // 250}.{self.sent % 250}"},
            )
        self.sent += 1
        taken = time.monotonic() - started
        self.slowest_seconds = max(self.slowest_seconds, taken)
        assert taken < LONGEST_SECONDS, f"{path}: {taken:.0f} s"
        assert page.status_code == 422, f"{path}: status {page.status_code}"
        return self._outcome(page.get_data(as_text=True), path, link.request.id)

    def _outcome(self, page: str, path: Path, request_id: UUID) -> str:
        text = html.unescape(page)
        codes = [
            code for code, sentence in (IMAGE_REFUSALS | VIDEO_REFUSALS).items() if sentence in text
        ]
        with self.kit.database.transaction(EVERY_SHOP) as session:
            asset = session.scalars(
                select(MediaAsset).where(MediaAsset.request_id == request_id)
            ).first()
        shown = re.search(r'name="media_id" value="([^"]+)"', page)
        assert bool(shown) == bool(asset) != bool(codes), f"{path}: {codes}, {asset}"
        if asset is None:
            return codes[0].partition("_")[2]
        self.staged.append(asset.id)
        return f"{asset.kind} taken"


def files_below(folder: Path) -> list[Path]:
    """All files of a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def assert_stored_clean(kit: Kit, ids: list[UUID], folder: Path, *, every: int = 1) -> int:
    """Fail when what is stored of these assets holds more than a picture; how many files.

    Looked at are masters, posters and, of each `every`th photo, all renditions. The sealed
    original is the one exception, and nobody's to read.
    """
    pictures, films = folder / "pictures", folder / "films"
    pictures.mkdir()
    films.mkdir()
    for number, (name, data) in enumerate(_stored(kit, ids, every)):
        place = pictures if Path(name).suffix in PICTURES else films
        (place / f"{number}-{name}").write_bytes(data)
        if place is pictures:
            assert_only_pixels(data)
    if shutil.which("exiftool"):
        if any(pictures.iterdir()):
            assert_exiftool_finds_nothing(pictures)
        if any(films.iterdir()):
            assert_exiftool_finds_no_traces(films)
    return sum(1 for place in (pictures, films) for _ in place.iterdir())


def row(name: str, outcomes: Counter[str]) -> str:
    """One line of the table."""
    cells = [str(outcomes[column] or "·") for column in _COLUMNS]
    return f"| {name} | {outcomes.total()} | {' | '.join(cells)} |"


def main(root: Path) -> None:
    """Write the table into the document, and print what was seen."""
    assert shutil.which("exiftool"), "install exiftool (Debian: libimage-exiftool-perl)"
    total: Counter[str] = Counter()
    head = " | ".join(column.replace("_", " ") for column in _COLUMNS)
    lines = [f"| folder | files | {head} |", "| --- |" + " ---: |" * (len(_COLUMNS) + 1)]
    clean = 0
    with installation() as kit, tempfile.TemporaryDirectory() as scratch:
        app = create_app(kit=kit)
        upload = PublicUpload(kit, app.test_client(), new_shop(kit))
        for folder in FOLDERS:
            upload.staged.clear()
            outcomes = Counter(upload.send(path) for path in files_below(root / folder))
            place = Path(scratch) / folder.replace("/", "-")
            place.mkdir()
            clean += assert_stored_clean(kit, upload.staged, place)
            total += outcomes
            lines.append(row(folder, outcomes))
            print(lines[-1], flush=True)
    lines.append(row("**all**", total))
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")
    print(f"{clean} stored files read back; the slowest upload took {upload.slowest_seconds:.1f} s")


def _stored(kit: Kit, ids: list[UUID], every: int) -> Iterator[tuple[str, bytes]]:
    with kit.database.transaction(EVERY_SHOP) as session:
        assets = session.scalars(select(MediaAsset).where(MediaAsset.id.in_(ids))).all()
    for number, asset in enumerate(assets):
        master = kit.storage.read(asset.key)
        yield f"master{Path(asset.key).suffix}", master
        if asset.poster_key:
            yield "poster.jpg", kit.storage.read(asset.poster_key)
        elif number % every == 0:
            for file in render(master):
                yield f"{file.width}{file.suffix}", file.data


if __name__ == "__main__":
    main(Path(sys.argv[1]))

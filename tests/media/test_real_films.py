"""Real films of phones, browsers and fuzzers: what docs/films.md says becomes of each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bench.film_table import row
from reviewapp.media.film_encode import encode
from reviewapp.media.films import clean
from tests.media.clean_files import (
    assert_ends_with_its_boxes,
    assert_exiftool_finds_no_traces,
    assert_exiftool_finds_nothing,
)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "films.md"


@pytest.mark.shared
def test_every_film_ends_as_the_table_says(shared_data):
    folder = shared_data / "video"
    table = DOCS.read_text().split("<!-- table: begin -->")[1]
    told = {line.split(" | ")[0]: line for line in table.splitlines() if line.startswith("| ")}
    films = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(films) == 37
    for path in films:
        made = row(path, folder, made=False)
        documented = re.sub(r" [^|]*\|$", "", told[made.split(" | ")[0]])
        assert documented == made, path.name


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["sample_with_metadata.mp4", "dolbyVision-hdr.MOV", "sample_android_slow_motion.mp4"]
)
def test_exiftool_finds_no_trace_in_any_stored_file(shared_data, tmp_path, name):
    """Master, poster, renditions and preview: no place, device, time, comment or trailing byte."""
    came, films, pictures = (tmp_path / part for part in ("came", "films", "pictures"))
    for folder in (came, films, pictures):
        folder.mkdir()
    shutil.copy(shared_data / "video" / name, came)
    with pytest.raises(AssertionError):
        assert_exiftool_finds_no_traces(came)
    made = clean(came / name, name, films)
    encode(made.path, "mov", films)
    (pictures / "poster.jpg").write_bytes(made.poster.data)
    stored = list(films.glob("*.mp4")) + list(films.glob("*.mov"))
    assert len(stored) >= 3, "master, film and preview"
    assert_exiftool_finds_no_traces(films)
    assert_exiftool_finds_nothing(pictures)
    for film in stored:
        assert_ends_with_its_boxes(film)

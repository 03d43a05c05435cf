"""Real films of phones, browsers and fuzzers: what docs/films.md says becomes of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.film_table import row

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

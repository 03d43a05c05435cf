"""What becomes of real films: `python -m bench.film_table FOLDER` prints docs/films.md's table.

Every film goes through the check that uploads go through; accepted ones are encoded as well.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import structlog

from reviewapp.media.film_encode import encode
from reviewapp.media.films import CleanFilm, clean
from reviewapp.media.refusals import RefusedVideo


def outcome(path: Path, folder: Path) -> CleanFilm | str:
    """The clean film in `folder`, or the code of its refusal."""
    try:
        return clean(path, path.name, folder)
    except RefusedVideo as refused:
        return refused.code


def row(path: Path, root: Path, *, made: bool = True) -> str:
    """One line of the table; without `made` the last column, which takes encoding, is left out."""
    name = path.relative_to(root).as_posix()
    with tempfile.TemporaryDirectory() as clean_in, tempfile.TemporaryDirectory() as made_in:
        found = outcome(path, Path(clean_in))
        if isinstance(found, str):
            return f"| {name} | `{found}` | · |" + (" · |" if made else "")
        size = f"{found.width} × {found.height}, {found.duration_ms / 1000:.1f} s"
        line = f"| {name} | accepted | {size} |"
        if not made:
            return line
        container = "matroska" if found.suffix == ".mkv" else "mov"
        files = encode(found.path, container, Path(made_in))
        sizes = [f"{one.width} × {one.height}" for one in files if one.role == "video"]
        return f"{line} {', '.join(sizes)} |"


def main(root: Path) -> None:
    """Print the whole table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print("| file | outcome | upright size, length | made |")
    print("| --- | --- | --- | --- |")
    for path in sorted(one for one in root.rglob("*") if one.is_file()):
        print(row(path, root), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

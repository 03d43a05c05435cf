"""The built uploads: a small entry on every page, the rest only where files are chosen."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "static" / "dist" / "customer"


def size(name: str) -> int:
    """Bytes on the wire, as brotli sends them."""
    return len(brotli.compress((BUILT / name).read_bytes()))


def test_a_page_carries_next_to_nothing_until_a_file_is_chosen(link) -> None:
    assert size("uploads.js") <= 512
    page = link.get().text
    assert "dist/customer/uploads.js" in page
    assert "desk-" not in page


def test_sending_fits_its_budget() -> None:
    chunks = [file.name for file in BUILT.glob("*-*.js")]
    assert len(chunks) == 1
    assert size(chunks[0]) <= 20 * 1024


def test_no_file_does_what_strict_pages_forbid() -> None:
    for file in BUILT.iterdir():
        forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        assert re.findall(forbidden, file.read_text()) == [], file.name


def test_what_is_committed_is_what_the_sources_build(tmp_path: Path) -> None:
    packages = ROOT / "node_modules"
    needed = ("esbuild", "tus-js-client")
    if not shutil.which("node") or not all((packages / name).is_dir() for name in needed):
        pytest.skip("no esbuild: run npm ci to compare the built uploads with their sources")
    subprocess.run(
        ["node", "static/customer/build.mjs", f"{tmp_path}/built/"], cwd=ROOT, check=True
    )
    built = {file.name: file.read_bytes() for file in (tmp_path / "built").iterdir()}
    assert built == {file.name: file.read_bytes() for file in BUILT.iterdir()}

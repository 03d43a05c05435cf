"""The built tags: small, built from what is committed, and without what shops' pages forbid."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import brotli
import pytest

from reviewapp.core.kit import Kit
from reviewapp.widgets.assets import BUILT, built_files, publish_assets

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = json.loads((BUILT / "manifest.json").read_text())
LANGUAGES = ("en", "de", "fr", "es", "pt")


LOADED = {
    "list": ("embed.js", "shared.js", "list.js"),
    "gallery": ("embed.js", "shared.js", "gallery.js", "lightbox.js"),
}
"""What comes to a page that shows the tag, before its words; the gallery's lightbox too."""


def size(*names: str) -> int:
    """Bytes of these modules on the wire, as brotli sends them."""
    return sum(len(brotli.compress((BUILT / MANIFEST[name]).read_bytes())) for name in names)


def test_the_loader_fits_its_budget_with_all_the_stars_need() -> None:
    assert size("embed.js") <= 1536


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_and_gallery_fit_their_budgets(language: str) -> None:
    words = f"words/{language}.js"
    assert size(*LOADED["list"], words) <= 10 * 1024
    assert size(*LOADED["gallery"], words) <= 14 * 1024


def test_the_manual_tells_the_sizes_of_this_build() -> None:
    told = (ROOT / "docs" / "widgets.md").read_text()
    table = told.partition("<!-- sizes: written by npm run build -->")[2].partition("<!-- end")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line]
    figures = {row[0]: row[2] for row in rows}
    assert figures["loader, and all the stars need"] == f"{size('embed.js'):,}"
    assert figures["`<review-list>`"] == f"{size(*LOADED['list'], 'words/en.js'):,}"
    assert figures["`<review-gallery>`"] == f"{size(*LOADED['gallery'], 'words/en.js'):,}"


def test_every_built_file_is_named_and_every_name_is_built() -> None:
    assert set(MANIFEST.values()) == set(built_files())


@pytest.mark.parametrize("name", sorted(built_files()))
def test_no_file_does_what_strict_pages_forbid(name: str) -> None:
    code = built_files()[name].decode()
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    forbidden = markup + r"|\beval\(|new Function|cookie|localStorage"
    assert re.findall(forbidden, code) == []


def test_all_languages_say_the_same_things() -> None:
    folder = ROOT / "static" / "widget" / "words"
    keys = {
        language: re.findall(r"\b(\w+): [\"\[{]", (folder / f"{language}.js").read_text())
        for language in LANGUAGES
    }
    assert all(each == keys["en"] for each in keys.values())
    assert len(keys["en"]) > 20


def test_what_is_committed_is_what_the_sources_build(tmp_path: Path) -> None:
    esbuild = ROOT / "node_modules" / "esbuild"
    if not shutil.which("node") or not esbuild.is_dir():
        pytest.skip("no esbuild: run npm ci to compare the built tags with their sources")
    subprocess.run(["node", "static/widget/build.mjs", f"{tmp_path}/built/"], cwd=ROOT, check=True)
    built = {file.name: file.read_bytes() for file in (tmp_path / "built").iterdir()}
    committed = {file.name: file.read_bytes() for file in BUILT.iterdir()}
    assert built == committed


def test_old_modules_stay_when_new_ones_are_published(kit: Kit) -> None:
    kit.published.put("widget/v1/list-0LDH4SH0.js", b"//", content_type="text/javascript")
    publish_assets(kit)
    publish_assets(kit)
    assert kit.published.exists("widget/v1/list-0LDH4SH0.js")
    for name in built_files():
        assert kit.published.exists(f"widget/v1/{name}")

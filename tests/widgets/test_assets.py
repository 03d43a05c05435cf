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


def size(*names: str) -> int:
    """Bytes of these modules on the wire, as brotli sends them."""
    return sum(len(brotli.compress((BUILT / MANIFEST[name]).read_bytes())) for name in names)


def test_the_loader_fits_its_budget() -> None:
    assert size("embed.js") <= 1536


def test_stars_fit_their_budget() -> None:
    assert size("embed.js") <= 3 * 1024


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_fits_its_budget(language: str) -> None:
    assert size("embed.js", "list.js", f"words/{language}.js") <= 10 * 1024


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
        language: re.findall(r"^  (\w+):", (folder / f"{language}.js").read_text(), re.MULTILINE)
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

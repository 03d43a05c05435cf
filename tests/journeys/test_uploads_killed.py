"""A customer's 200 MB over a bad line to a server that dies: the file arrives byte for byte."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.models.media import MediaAsset
from reviewapp.models.upload import Upload
from tests.collect.links import link_of, rows
from tests.journeys.cut_line import CutLine
from tests.journeys.stack import ROOT, Processes, free_port, waited_for
from tests.media.films_made import film

SIZE = 200 * 1024 * 1024
DEATHS = 5
CUTS = 20

pytestmark = pytest.mark.timeout(400)


def heavy_film(folder: Path) -> Path:
    """A film of a second, and 200 MB of noise in a box that players skip."""
    path = film(folder / "film.mp4", seconds=1)
    noise = SIZE - path.stat().st_size - 8
    with path.open("ab") as file:
        file.write((noise + 8).to_bytes(4) + b"free")
        for start in range(0, noise, 1 << 23):
            file.write(os.urandom(min(1 << 23, noise - start)))
    return path


def same_so_far(kit: Kit, upload: Upload, path: Path) -> bool:
    """Whether the parts that count are the file's first bytes, read without the product."""
    with path.open("rb") as file:
        parts = (kit.storage.read(key) for key in upload.parts)
        return all(part == file.read(len(part)) for part in parts)


def test_a_film_arrives_whole_through_five_deaths_and_twenty_cuts(
    kit: Kit, settings: Settings, processes: Processes, client, committed, shop, tmp_path
) -> None:
    if not shutil.which("node") or not (ROOT / "node_modules" / "tus-js-client").is_dir():
        pytest.skip("no tus-js-client: run npm ci to let it send 200 MB")
    with committed() as session:
        link = link_of(client, kit, session, shop)
    there = f"/r/{link.token}/uploads"
    path = heavy_film(tmp_path)
    processes.settings = settings.changed(port=free_port())
    processes.start("web")
    with CutLine(processes.settings.port, cut_after=SIZE // (CUTS + 2), cuts_left=CUTS) as line:
        sender = subprocess.Popen(
            ["node", ROOT / "tests/journeys/send_by_tus.mjs", path, f"{line.address}{there}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            for death in range(1, DEATHS + 1):
                due = SIZE * death // (DEATHS + 1)
                assert waited_for(lambda due=due: _arrived(kit) >= due), _arrived(kit)
                processes.kill("web")
                assert same_so_far(kit, rows(kit, Upload)[0], path)
                processes.start("web")
            place, _ = sender.communicate(timeout=200)
        finally:
            sender.kill()
    processes.kill_all()

    upload = rows(kit, Upload)[0]
    assert (sender.returncode, place.strip().rpartition("/")[2]) == (0, str(upload.id))
    assert (line.cuts, line.cuts_left) == (CUTS, 0)
    assert (upload.state, upload.received) == ("staged", SIZE)
    with path.open("rb") as file:
        assert upload.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
    assert [asset.kind for asset in rows(kit, MediaAsset)] == ["video"]
    assert list(kit.storage.list("uploads/")) == []


def _arrived(kit: Kit) -> int:
    uploads = rows(kit, Upload)
    return uploads[0].received if uploads else 0

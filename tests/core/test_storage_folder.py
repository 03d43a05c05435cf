"""The folder as a storage: full disks, readers while it writes, files left unfinished."""

from __future__ import annotations

import errno
import os
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from reviewapp.core import storage as storage_module
from reviewapp.core.errors import NoRoom, OutsideFailed
from reviewapp.core.storage import (
    LocalStorage,
    UnsafeKey,
)


@pytest.mark.shared
def test_known_traversal_strings_write_nothing_outside(tmp_path: Path, shared_data: Path) -> None:
    root = tmp_path / "inner" / "root"
    folder = LocalStorage(root)
    names = (shared_data / "hostile_text" / "path_traversal_names.txt").read_text(
        encoding="utf-8", errors="replace"
    )
    refused = 0
    for name in names.splitlines():
        try:
            folder.put(name, b"x", content_type="text/plain")
        except UnsafeKey:
            refused += 1

    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert refused > 50
    assert all(path.is_relative_to(root) for path in written)


def test_a_folder_gives_no_address(tmp_path: Path) -> None:
    folder = LocalStorage(tmp_path)
    folder.put("private", b"x", content_type="text/plain")

    assert folder.url("private", expires_seconds=60) is None


def test_a_full_disk_leaves_the_old_object_and_no_trace_of_the_new(tmp_path: Path) -> None:
    folder = LocalStorage(tmp_path)
    folder.put("kept", b"old", content_type="text/plain")

    with pytest.raises(NoRoom):
        folder.put("kept", _FullDisk(b"half of it"), content_type="text/plain")

    assert folder.read("kept") == b"old"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept"]


def test_a_really_full_device_is_an_outside_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_module, "copyfileobj", _into_full_device)

    with pytest.raises(OutsideFailed):
        LocalStorage(tmp_path).put("x", BytesIO(b"1" * 100_000), content_type="text/plain")

    assert not LocalStorage(tmp_path).exists("x")


def test_a_root_that_is_a_file_is_an_outside_failure(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("in the way")

    with pytest.raises(OutsideFailed):
        LocalStorage(tmp_path / "root").put("a/b", b"1", content_type="text/plain")


def test_readers_see_the_old_or_the_new_never_a_mixture(tmp_path: Path) -> None:
    folder = LocalStorage(tmp_path)
    versions = [bytes([number]) * 200_000 for number in range(8)]
    folder.put("head.json", versions[0], content_type="application/json")
    seen: set[bytes] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(folder.read("head.json"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(5):
        for version in versions:
            folder.put("head.json", version, content_type="application/json")
    done.set()
    watcher.join()

    assert seen
    assert seen <= set(versions)


def test_unfinished_files_are_never_listed(tmp_path: Path) -> None:
    folder = LocalStorage(tmp_path)
    inner = LocalStorage(tmp_path / "published")
    for each in (folder, inner):
        each.put("x", b"1", content_type="text/plain")
        (each.root / ".unfinished" / "left-by-a-crash").write_bytes(b"half")

    assert list(folder.list("")) == ["published/x", "x"]


class _FullDisk(BytesIO):
    """A stream whose second read fails as a write to a full disk does."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().read(4)


def _into_full_device(source: BytesIO, target: Any) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(source.read())


def test_what_a_killed_process_left_half_written_is_forgotten(tmp_path: Path) -> None:
    folder = LocalStorage(tmp_path)
    folder.put("kept", b"whole", content_type="text/plain")
    left, young = tmp_path / ".unfinished" / "left", tmp_path / ".unfinished" / "young"
    for part in (left, young):
        part.write_bytes(b"half of")
    os.utime(left, (0, 0))

    assert folder.forget_unfinished(3600) == 1
    assert (left.exists(), young.exists(), folder.exists("kept")) == (False, True, True)

"""Where the bytes of a published address lie: the built tags, the folder, or a bucket."""

from __future__ import annotations

import gzip
import os
import re
import time

import brotli

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage, Storage
from reviewapp.widgets.assets import BUILT, FOLDER, built_files
from reviewapp.widgets.writer import BEST, TWINS

BUCKET_SECONDS = 5
"""How long a document of a bucket is taken to be unchanged; a folder is asked each time."""

Found = dict[str, bytes]
"""A document's bytes by content coding; `""` is the plain one."""

# Segments start with neither a dot nor a hyphen: no address can leave the folder.
_SAFE = re.compile(r"(/[\w~][\w.~-]{0,199}){3,12}", re.ASCII)


class Files:
    """Finds documents by their web address."""

    def __init__(self, kit: Kit) -> None:
        self._published: Storage = kit.published
        self._root = str(kit.published.root) if isinstance(kit.published, LocalStorage) else None
        self._built = {f"/{FOLDER}/{name}" for name in built_files()}
        self._started = time.time_ns()

    @property
    def published(self) -> Storage:
        """Where documents and media lie."""
        return self._published

    def stamp(self, path: str) -> object:
        """What changes when the document does; None where there is nothing to read."""
        if path in self._built:
            return self._started
        if self._root is None:
            return int(time.monotonic()) // BUCKET_SECONDS
        try:
            seen = os.stat(self._root + path)  # noqa: PTH116 - once a request: pathlib costs 5 µs
        except (OSError, ValueError):
            return None
        return seen.st_mtime_ns, seen.st_ino, seen.st_size

    def read(self, path: str) -> Found | None:
        """The document with its twins; None for an unsafe address or where nothing is."""
        if not _SAFE.fullmatch(path):
            return None
        if path in self._built:
            return _compressed((BUILT / path.rpartition("/")[2]).read_bytes())
        key = path.removeprefix("/")
        try:
            found = {"": self._published.read(key)}
        except (NotFound, OutsideFailed):
            return None
        for coding, suffix in TWINS:
            try:
                found[coding] = self._published.read(key + suffix)
            except NotFound:
                continue
        return found


def _compressed(content: bytes) -> Found:
    return {
        "": content,
        "br": brotli.compress(content, quality=BEST[0]),
        "gzip": gzip.compress(content, compresslevel=BEST[1], mtime=0),
    }

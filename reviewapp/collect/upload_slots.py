"""How many uploads this process reads at once: slow lines must leave threads for pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from reviewapp.core.errors import OutsideFailed

KEPT_FOR_PAGES = 2
"""Threads that no upload may hold; each one that is read takes a thread until it is there."""
MOST_OF_LINK = 3
"""Our pages send two files at once; a third may hang on a connection that is gone."""


class UploadSlots:
    """A process's places for bodies that are being read; a full house answers 503 at once."""

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads - KEPT_FOR_PAGES)
        self._by_link: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def taken(self, link: str) -> Iterator[None]:
        """Hold a place while the body is read; OutsideFailed `uploads_busy` where none is free."""
        with self._lock:
            if self._by_link.total() >= self._most or self._by_link[link] >= MOST_OF_LINK:
                raise OutsideFailed("uploads_busy")
            self._by_link[link] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_link -= Counter({link: 1})

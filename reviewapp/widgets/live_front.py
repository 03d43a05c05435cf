"""Live answers kept as long as the product's documents stay what they were.

Every change that shows rewrites the head, so an answer made after the head was last written is as
new as the documents themselves. A repeated query costs one stat, no request context, no database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from reviewapp.core.kit import Kit
from reviewapp.widgets.files import Files
from reviewapp.widgets.front import OPEN_TO_ALL, Headers
from reviewapp.widgets.writer import shop_folder

PREFIX = "/w/v1/"
CACHING = "public, max-age=30, stale-while-revalidate=60"
MEMORY_BYTES = 16 * 1024 * 1024
LONGEST_QUERY = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """A live answer, ready to send, and the head it is as new as."""

    head: str
    stamp: object
    etag: str
    body: bytes

    def headers(self) -> Headers:
        """Of the whole answer, with its length."""
        length = ("Content-Length", str(len(self.body)))
        return [("Content-Type", "application/json"), length, *self.unchanged()]

    def unchanged(self) -> Headers:
        """Of a 304."""
        return [("ETag", self.etag), ("Cache-Control", CACHING), *OPEN_TO_ALL]


class LiveAnswers:
    """The answers of one process, by address and query."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._kept: dict[tuple[str, str], Answer] = {}
        self._size = 0
        self._lock = Lock()

    def stamp(self, widget_key: str, key: str) -> tuple[str, object]:
        """The head's address and state; to be taken before the database is asked."""
        head = f"/{shop_folder(widget_key)}/products/{key}/head.json"
        return head, self._files.stamp(head)

    def get(self, path: str, query: str) -> Answer | None:
        """What was answered, if the head is still the same."""
        found = self._kept.get((path, query))
        if found is None or self._files.stamp(found.head) != found.stamp:
            return None
        return found

    def make(self, path: str, query: str, head: tuple[str, object], body: bytes) -> Answer:
        """An answer, kept unless there are no documents it could be measured by."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        answer = Answer(head[0], head[1], etag, body)
        if head[1] is not None and len(query) <= LONGEST_QUERY:
            with self._lock:
                self._forget((path, query))
                self._kept[path, query] = answer
                self._size += len(body)
                while self._size > MEMORY_BYTES:
                    self._forget(next(iter(self._kept)))
        return answer

    def forget_all(self) -> None:
        """Keep nothing of what was answered so far."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _forget(self, place: tuple[str, str]) -> None:
        gone = self._kept.pop(place, None)
        self._size -= len(gone.body) if gone else 0


class LiveFront:
    """Sends kept answers ahead of Flask; everything else goes on to the application."""

    def __init__(self, application: WSGIApplication, answers: LiveAnswers) -> None:
        self._application = application
        self._answers = answers

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """See PEP 3333."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PREFIX) or environ["REQUEST_METHOD"] != "GET":
            return self._application(environ, start)
        answer = self._answers.get(path, environ.get("QUERY_STRING", ""))
        if answer is None:
            return self._application(environ, start)
        if answer.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start("304 Not Modified", answer.unchanged())
            return []
        start("200 OK", answer.headers())
        return [answer.body]


def serve_live(app: Any, kit: Kit) -> None:
    """Put the layer ahead of a Flask application, and its answers where the door finds them."""
    answers = LiveAnswers(Files(kit))
    app.extensions["live_answers"] = answers
    app.wsgi_app = LiveFront(app.wsgi_app, answers)

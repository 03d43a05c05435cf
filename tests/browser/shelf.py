"""A review host without an application: built tags and documents written by hand, two origins."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import brotli
from PIL import Image
from playwright.sync_api import Page
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from reviewapp.widgets.assets import built_files
from reviewapp.widgets.writer import content_type_of

WIDGET_KEY = "wk_shelf"
FOLDER = f"/p/v1/{WIDGET_KEY}/"
LIVE = f"/w/v1/{WIDGET_KEY}/"

Answer = Callable[[Request], Response]
_TEXTS = ("text/javascript", "application/json")


@dataclass
class Shelf:
    """What the two hosts hold: documents by path below the shop's folder, and the shop's page."""

    host: str = ""
    store: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    """JSON values, or bytes for files."""
    broken: tuple[str, ...] = ()
    """Documents at which the host fails."""
    live: Answer | None = None
    """Answers live queries and posts; None: the application is down."""
    asked: list[str] = field(default_factory=list)
    """Every path asked of the review host since the page was set."""
    page: Response | None = None
    css: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """The shop's own files by path."""
    packs: bool = False
    """Whether the review host compresses, as one on the network does."""

    def show(
        self, body: str, *, lang: str = "en", direction: str = "ltr", css: str = "", head: str = "",
        policy: str | None = None, loader: str = "embed.js",
    ) -> str:  # fmt: skip
        """The address of a shop's page with the script and this body."""
        script = (
            f'<script type="module" src="{self.host}/widget/v1/{loader}" '
            f'data-shop="{WIDGET_KEY}"></script>'
        )
        url = self.plain(body, lang=lang, direction=direction, css=css, head=head + script)
        if policy and self.page:
            self.page.headers["Content-Security-Policy"] = policy.format(host=self.host)
        return url

    def plain(
        self, body: str, *, lang: str = "en", direction: str = "ltr", css: str = "", head: str = ""
    ) -> str:
        """The address of a shop's page without us."""
        html = (
            f'<!doctype html><html lang="{lang}" dir="{direction}"><head><title>Shop</title>'
            f'<meta name="viewport" content="width=device-width,initial-scale=1">{head}'
            f'<link rel="stylesheet" href="/page.css"></head><body>{body}</body></html>'
        )
        self.page = Response(html, content_type="text/html; charset=utf-8")
        self.css = css
        self.asked.clear()
        return f"{self.store}/"

    def answer(self, request: Request) -> Response:
        """What the review host says."""
        self.asked.append(request.full_path.rstrip("?"))
        found = self._found(request)
        if self.packs and request.accept_encodings["br"] and found.mimetype in _TEXTS:
            found.data = _packed(found.data)
            found.headers["Content-Encoding"] = "br"
        found.headers["Access-Control-Allow-Origin"] = "*"
        found.headers["Access-Control-Allow-Headers"] = "Content-Type"
        return found

    def _found(self, request: Request) -> Response:
        path = request.path
        if path.startswith(LIVE) and self.live:
            return Response() if request.method == "OPTIONS" else self.live(request)
        if path.startswith("/widget/v1/"):
            name = path.rpartition("/")[2]
            content = built_files().get(name)
            if content is not None:
                return Response(content, content_type=content_type_of(name))
        name = path.removeprefix(FOLDER)
        if name in self.broken:
            return Response("down", status=503)
        if path.startswith(FOLDER) and name in self.documents:
            value = self.documents[name]
            kind = content_type_of(name)
            body = value if isinstance(value, bytes) else json.dumps(value)
            return Response(body, content_type=kind)
        return Response("not found", status=404)

    def shop(self, request: Request) -> Response:
        """What the shop's own host says."""
        if request.path == "/page.css":
            return Response(self.css, content_type="text/css")
        if request.path in self.files:
            return Response(self.files[request.path], content_type=content_type_of(request.path))
        return self.page if self.page and request.path == "/" else Response(status=404)


@contextmanager
def open_shelf() -> Iterator[Shelf]:
    """Both hosts on free ports."""
    shelf = Shelf()
    with _serving(shelf.answer) as host, _serving(shelf.shop) as store:
        shelf.host, shelf.store = host, store
        yield shelf


@contextmanager
def _serving(answer: Answer) -> Iterator[str]:
    def application(environ: Any, start: Any) -> Any:
        with suppress(BrokenPipeError):
            return answer(Request(environ))(environ, start)

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@cache
def _packed(text: bytes) -> bytes:
    packed: bytes = brotli.compress(text)
    return packed


def picture(color: str, width: int, height: int, form: str) -> bytes:
    """A small picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), color).save(made, form)
    return made.getvalue()


_SHIFTS = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
  const found = [];
  const watch = new PerformanceObserver(all => {
    found.push(...all.getEntries());
    if (!all.getEntriesByType("mark").length) return;
    watch.disconnect();
    done(found.filter(each => each.entryType === "layout-shift" && !each.hadRecentInput)
      .map(each => [each.value, ...each.sources.map(({node}) =>
        `${node?.localName} in ${node?.parentNode?.textContent?.slice(0, 60)}`)]));
  });
  watch.observe({type: "layout-shift", buffered: true});
  watch.observe({type: "mark"});
  performance.mark("looked for shifts");
})))"""
"""Entries come later and in order: those before a mark that is set now are all there are."""


def layout_shifts(page: Page) -> list[Any]:
    """Layout shifts of the page so far that no input explains, with what moved."""
    found: list[Any] = page.evaluate(_SHIFTS)
    return found

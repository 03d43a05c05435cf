"""A real Chromium, and the application served to it on a port of its own."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from reviewapp.reactions import relay_events
from tests import factories
from tests.browser.queue_desk import FIRST, SECOND, THIRD

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a page needs the browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


_OPEN: list[Browser] = []
"""The worker's one browser: a second one beside it cannot be driven."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One real Chromium for the worker, whichever folder's tests ask first."""
    if _OPEN:
        yield _OPEN[0]
        return
    opened = _launched()
    _OPEN.append(next(opened))
    yield _OPEN[0]
    _OPEN.clear()
    next(opened, None)


def chromium() -> str | None:
    """The browser's program: `CHROME_BIN`, else one on PATH."""
    return os.environ.get("CHROME_BIN") or next(
        filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None
    )


def _launched() -> Iterator[Browser]:
    """The browser of this worker; a test without one is listed as not run."""
    found = chromium()
    if found is None:
        pytest.skip("no Chromium: set CHROME_BIN or put chromium on PATH")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh profile's page, 1280 px wide, that fails the test on any script error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The whole application on a free port; its address without a slash at the end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cookie(app: Flask, kit: Kit, shop: Shop, live: str) -> Any:
    """A moderator's session for a browser context."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, kit, shop, "moderator")
    return {"name": "reviewapp_session", "value": token, "url": live}


@pytest.fixture
def signed_in(page: Page, cookie: Any) -> Page:
    """A page of that moderator."""
    page.context.add_cookies([cookie])
    return page


@pytest.fixture
def three(kit: Kit, sent_review: Callable[..., Review]) -> list[Review]:
    """Three waiting reviews, oldest first."""
    words = (FIRST, SECOND, THIRD)
    found = [sent_review(title="", body=body, rating=n + 1) for n, body in enumerate(words)]
    relay_events(kit)
    return found

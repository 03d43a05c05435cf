"""A real Chromium, and the application served to it on a port of its own."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000
"""Milliseconds that whatever is waited for may take; busy machines are slow, not wrong."""

_OPEN: list[Browser] = []
"""The worker's one browser: a second one beside it cannot be driven."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a page drives the browser, and gets a second try that is told (0205)."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))


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
        launched.on("context", lambda context: context.set_default_timeout(PATIENCE))
        expect.set_options(timeout=PATIENCE)
        yield launched
        launched.close()


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

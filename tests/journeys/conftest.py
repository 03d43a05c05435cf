"""A running demo for stories that go through the whole house; a browser to walk with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.stack import Demo, Processes


@dataclass(frozen=True)
class Running:
    """What `demo.json` tells, and where the data lies."""

    url: str
    shop_id: str
    api_key: str
    widget_key: str
    sign_in_url: str
    run: Demo

    @property
    def data_dir(self) -> Path:
        """Where everything lies."""
        return self.run.data_dir


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo, made and started once."""
    data_dir = tmp_path_factory.mktemp("demo") / "data"
    run = Demo(data_dir)
    try:
        run.start()
        told: dict[str, Any] = json.loads((data_dir / "demo.json").read_text())
        yield Running(**told, run=run)
    finally:
        run.stop()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a profile of its own; options as of `new_context`."""
    contexts = []

    def make(**options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def processes(settings: Any) -> Iterator[Processes]:
    """Nothing runs until the test starts it; all of it is dead afterwards."""
    started = Processes(settings)
    yield started
    started.kill_all()

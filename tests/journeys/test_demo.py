"""The demo as a command: says where to look, stops when asked, goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reviewapp.core.http_client import send
from tests.journeys.stack import Demo

pytestmark = pytest.mark.timeout(600)


def told(run: Demo) -> dict[str, str]:
    found: dict[str, str] = json.loads((run.data_dir / "demo.json").read_text())
    return found


def get(url: str) -> tuple[int, bytes]:
    answer = send("GET", url, private_allowed=True, timeout_seconds=30)
    return answer.status, answer.body


def test_it_tells_where_to_look_and_goes_on_where_it_was(tmp_path: Path) -> None:
    run = Demo(tmp_path / "data")
    said = run.start()
    try:
        first = told(run)
        assert set(first) == {"url", "shop_id", "api_key", "widget_key", "sign_in_url"}
        assert f"ready {first['url']}" in said
        for path in ("/readyz", "/demo/store", "/demo/mailbox", "/demo/sign-in", "/api/docs"):
            assert get(first["url"] + path)[0] == 200, path
        letters = len(json.loads(get(first["url"] + "/demo/mailbox.json")[1]))
        assert letters > 5
    finally:
        assert run.stop() == 0

    again = Demo(run.data_dir)
    again.start()
    try:
        second = told(again)
        assert urlsplit(second["url"]).port == again.port
        assert {name: second[name] for name in ("shop_id", "api_key", "widget_key")} == {
            name: first[name] for name in ("shop_id", "api_key", "widget_key")
        }
        assert len(json.loads(get(second["url"] + "/demo/mailbox.json")[1])) >= letters
        head = f"/p/v1/{second['widget_key']}/products/juniper-dress/head.json"
        assert json.loads(get(second["url"] + head)[1])["summary"]["count"] > 20
    finally:
        assert again.stop() == 0

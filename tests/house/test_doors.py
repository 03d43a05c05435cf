"""Every route says who may pass; changes never hide behind reading methods."""

from __future__ import annotations

import re

from flask import Flask

from reviewapp.web.auth import ROLE_ACTIONS, access_of
from tests.house.source import PACKAGE, calls, name_of, python_files

OPEN_PREFIXES = ("/api/", "/admin")


def test_every_route_is_marked_with_its_access(app: Flask) -> None:
    unmarked = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    ]
    assert unmarked == []


def test_every_required_action_belongs_to_a_role(app: Flask) -> None:
    known = set().union(*ROLE_ACTIONS.values())
    wanted = {access_of(view) for view in app.view_functions.values()}
    assert {action for action in wanted if not str(action).startswith("public:")} <= known


def test_a_stranger_gets_past_no_guarded_door(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if str(access_of(app.view_functions[rule.endpoint])).startswith("public:"):
            continue
        path = re.sub(r"<[^>]+>", "0198c0de-0000-7000-8000-000000000000", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            assert answer.status_code in (302, 401, 403), (method, path, answer.status_code)
            assert answer.status_code != 302 or "/signin" in answer.headers["Location"]


def test_only_the_kit_commits() -> None:
    allowed = {"reviewapp/core/db.py"}
    found = {name_of(path) for path in python_files() if any(calls(path, "commit"))}
    assert found <= allowed


def test_errors_are_caught_wholesale_only_where_work_must_go_on() -> None:
    allowed = {"reviewapp/outbox/relay.py", "reviewapp/worker.py"}
    found = {name_of(p) for p in python_files() if re.search(r"except Exception", p.read_text())}
    assert found <= allowed


def test_no_template_holds_inline_script_or_style() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)|<style|\sstyle=|\son\w+="
    )
    found = {
        name_of(path): inline.search(path.read_text()).group(0)
        for path in (PACKAGE / "templates").rglob("*.html")
        if "mail" not in path.parts and inline.search(path.read_text())
    }
    assert found == {}

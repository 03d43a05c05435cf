"""The accessibility results name every page, tag and state, and nothing that was found."""

from __future__ import annotations

from flask import Flask

from bench.accessibility import FITS, LOOKS, NOTHING, admin_pages, table_rows
from reviewapp.widgets.snippets import TAGS


def test_every_page_tag_and_state_was_looked_at(app: Flask) -> None:
    looked_at = [look.name for look in (*LOOKS, *admin_pages(app))]
    assert [name for name in looked_at if name not in table_rows()] == []


def test_every_tag_is_among_them() -> None:
    assert {f"review-{tag}" for tag in TAGS} <= {look.name for look in LOOKS}


def test_nothing_was_found() -> None:
    assert len(table_rows()) > 50
    assert set(table_rows().values()) == {(NOTHING, FITS)}

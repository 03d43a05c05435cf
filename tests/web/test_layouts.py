"""The shells of all pages, rendered without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient

from reviewapp.core.errors import AppError, NotAllowed, NotFound
from reviewapp.web.icons import SHARED

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "reviewapp/templates"


def symbols(face: str) -> set[str]:
    """The names of the icons in a face's sprite."""
    return set(
        re.findall(r'<symbol id="([\w-]+)"', (ROOT / f"static/{face}/icons.svg").read_text())
    )


def test_pages_know_what_the_shared_sprite_holds() -> None:
    assert symbols("shared") == SHARED
    assert not symbols("shared") & symbols("admin")


def test_every_icon_a_template_names_is_in_a_sprite() -> None:
    named = {
        name
        for template in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""\bicon(?:_name=|\()['"]([\w-]+)['"]""", template.read_text())
    }
    assert len(named) > 10
    assert named <= symbols("shared") | symbols("admin")


def test_no_page_holds_a_script_or_a_style_of_its_own() -> None:
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son\w+=", re.I)
    pages = [*(TEMPLATES / "layouts").glob("*.html"), *(TEMPLATES / "shared").glob("*.html")]
    assert [page.name for page in pages if inline.search(page.read_text())] == []


def test_an_address_that_leads_nowhere_gets_a_page(client: FlaskClient) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text
    assert '<main class="letter"' in answer.text


@pytest.mark.parametrize("error", [NotFound(), NotAllowed(), AppError()])
@pytest.mark.parametrize("face", ["admin", "customer"])
def test_an_error_page_says_what_to_do(app: Flask, face: str, error: AppError) -> None:
    given = {"name": "Haus & Ton", "color": "#3b5bdb"}
    with app.test_request_context():
        page = render_template(
            f"shared/error_{face}.html", message=error.message, error=error, shop=given
        )
    assert page.count(error.message.replace("'", "&#39;")) >= 2
    assert "Haus &amp; Ton" in page


def test_a_page_with_errors_says_so_in_its_title(app: Flask) -> None:
    with app.test_request_context():
        page = render_template(
            "layouts/customer.html",
            shop={"name": "Haus & Ton", "color": "#3b5bdb"},
            errors=[("body", "Write a <b>sentence</b> or two.")],
        )
    assert "<title>Error: Haus &amp; Ton</title>" in page
    assert '<a href="#body">Write a &lt;b&gt;sentence&lt;/b&gt; or two.</a>' in page
    assert 'href="/theme/3b5bdb.css"' in page

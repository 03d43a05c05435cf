"""The tags on pages that were not made for them, and with text that was made to break out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reviewapp.widgets.assets import BUILT
from tests.browser.shelf import WIDGET_KEY, Shelf, open_shelf
from tests.browser.shelf_documents import collection, head, review, shop_documents
from tests.browser.widget_states import (
    CAROUSEL,
    GALLERY,
    LIST,
    STARS,
    SUMMARY,
    answer_live,
    report_sent,
)

ALL = f"<main>{STARS}{SUMMARY}{CAROUSEL}{GALLERY}{LIST}</main>"
STRICT = (
    "default-src 'none'; script-src {host} 'nonce-host'; connect-src {host}; img-src {host}; "
    "media-src {host}; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
RESETS = (
    "*{all:unset} *{box-sizing:content-box!important} svg,img,video{display:none;width:1px}"
    "button,select,input{appearance:none;font:6px serif;letter-spacing:1em} p,div{width:9px}"
    "[hidden]{display:block!important} section{position:absolute;transform:rotate(9deg)}"
)
POLLUTED = """
const sick = function () { return "sick"; };
Array.prototype.toJSON = String.prototype.toJSON = Object.prototype.toJSON = sick;
Object.prototype.extend = Array.prototype.each = Function.prototype.curry = sick;
Array.from = (all) => all && all.length === undefined ? [] : [].slice.call(all);
Array.prototype.entries = Array.prototype.toArray = function () { return this.slice(); };
Array.prototype.find = Array.prototype.detect = function (test) { return this.filter(test)[0]; };
Element.prototype.hide = Element.prototype.show = Element.prototype.update = sick;
window.$ = window.jQuery = window.h = window.words = window.folder = window.head = sick;
window.Node.prototype.insert = document.getElementsByClassName = sick;
"""
"""What Prototype, MooTools and careless themes do to a page."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A review host and a shop without an application."""
    with open_shelf() as opened:
        opened.documents = shop_documents()
        opened.live = answer_live
        yield opened


def keep_picture(page: Page, name: str) -> None:
    """A screenshot for people, where somebody asked for them (REVIEWAPP_PICTURES)."""
    if folder := os.environ.get("REVIEWAPP_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def all_drawn(page: Page) -> None:
    """Every tag shows what it has, at its proper size."""
    for name, part in (
        ("stars", "stars"), ("summary", "bars"), ("carousel", "slide"), ("gallery", "photo"),
        ("list", "review"),
    ):  # fmt: skip
        tag = page.locator(f"review-{name}")
        tag.scroll_into_view_if_needed()
        expect(tag.locator(f"[part={part}]").first).to_be_visible()
    row = page.locator("review-stars [part=star-row]").bounding_box()
    assert row is not None
    assert 4.5 < row["width"] / row["height"] < 5.5
    assert row["height"] > 8
    expect(page.locator("review-list article")).to_have_count(20)


def test_resets_and_a_strict_policy_with_trusted_types_do_no_harm(page: Page, shelf: Shelf) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(shelf.show(ALL, css=RESETS, policy=STRICT))
    all_drawn(page)
    thumb = page.locator("review-gallery [part=photo]").last.bounding_box()
    button = page.get_by_role("button", name="Show more reviews")
    assert thumb is not None
    assert thumb["width"] > 60
    assert button.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > 11
    assert button.evaluate("e => getComputedStyle(e).letterSpacing") == "normal"
    page.get_by_role("button", name="Video by").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    report_sent(page)
    keep_picture(page, "hostile-resets")
    assert [text for text in told if "favicon" not in text and "media" not in text] == []
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"


def test_polluted_globals_neither_break_the_tags_nor_meet_new_ones(
    page: Page, shelf: Shelf
) -> None:
    bodies: list[Any] = []
    page.on("request", lambda r: bodies.append(r.post_data) if r.method == "POST" else None)
    script = f"<script>{POLLUTED};window.before = Object.keys(window).join()</script>"
    page.goto(shelf.show(ALL, head=script))
    all_drawn(page)
    page.get_by_role("button", name="5 stars").first.click()
    expect(page.get_by_text("3 reviews shown")).to_be_visible()
    page.get_by_role("button", name="Helpful").first.click()
    expect(page.get_by_role("button", name="Helpful (4)").first).to_be_visible()
    report_sent(page)
    keep_picture(page, "hostile-globals")
    assert [json.loads(body) for body in bodies] == [
        {"helpful": True},
        {"reason": "clearly_false", "note": 'It says "blue"; mine was \\ green.'},
    ]
    assert page.evaluate("Object.keys(window).join() === before + ',before'")


def test_two_loaders_and_500_stars_are_one_request_each(page: Page, shelf: Shelf) -> None:
    shelf.documents["stars/0.json"] = {
        "format": 1, "shards": 1, "products": {f"P{n}": [1 + n % 5, n + 1] for n in range(500)},
    }  # fmt: skip
    cards = "".join(f'<li><review-stars product="P{n}">&nbsp;</review-stars>' for n in range(500))
    source = f"{shelf.host}/widget/v1/embed.js?v=2"
    second = f'<script type="module" src="{source}" data-shop="{WIDGET_KEY}"></script>'
    page.goto(shelf.show(f"<ul>{cards}</ul>", head=second, css="li{display:inline}"))
    expect(page.locator("[part=stars]").first).to_be_visible()
    page.locator("review-stars").last.scroll_into_view_if_needed()
    expect(page.get_by_role("img", name="5.0 out of 5 stars, 500 reviews")).to_be_visible()
    asked = [path.rpartition("/")[2] for path in shelf.asked]
    assert sorted(asked) == ["0.json", "embed.js", "embed.js?v=2"]
    keep_picture(page, "500-stars")


def test_a_pinned_loader_runs_by_its_hash(page: Page, shelf: Shelf) -> None:
    names = json.loads((BUILT / "manifest.json").read_text())
    page.goto(shelf.show(ALL, loader=names["embed.js pinned"]))
    all_drawn(page)


def test_a_tag_that_is_moved_keeps_what_the_shopper_did_and_one_removed_is_gone(
    page: Page, shelf: Shelf
) -> None:
    page.goto(shelf.show(f"<main>{STARS}{LIST}</main><aside></aside>"))
    page.get_by_role("button", name="4 stars").click()
    expect(page.get_by_text("3 reviews shown")).to_be_visible()
    before = len(shelf.asked)
    page.evaluate("document.querySelector('aside').append(document.querySelector('review-list'))")
    expect(page.get_by_role("button", name="4 stars")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("20 of 45 reviews shown")).to_be_visible()
    page.evaluate("document.querySelectorAll('review-list, review-stars').forEach(e => e.remove())")
    expect(page.locator("aside")).to_be_empty()
    assert len(shelf.asked) == before


def test_nothing_is_asked_for_twice_in_a_visit(page: Page, shelf: Shelf) -> None:
    page.goto(shelf.show(ALL + ALL))
    all_drawn_once = page.locator("review-list article")
    page.locator("review-list").last.scroll_into_view_if_needed()
    expect(all_drawn_once).to_have_count(40)
    for _ in range(2):
        page.get_by_role("button", name="4 stars").first.click()
        expect(page.locator("review-list article").first).to_be_attached()
    assert len(shelf.asked) == len(set(shelf.asked))


@pytest.mark.shared
def test_hostile_text_is_text_in_every_tag(page: Page, shelf: Shelf, shared_data: Path) -> None:
    lines = _hostile_lines(shared_data / "hostile_text")
    text = cycle(lines)
    reviews = [
        review(
            2000 - at,
            id=next(text), title=next(text), author=next(text), language=next(text)[:40],
            body="\n".join(lines[30 * at : 30 * at + 30]), incentive=next(text),
            imported_from=next(text), reply={"body": next(text), "date": "2026-11-20"},
        )
        for at in range(len(lines) // 30 + 1)
    ]  # fmt: skip
    values = lines[:60]
    choices = [{"value": line, "label": line} for line in values]
    shelf.documents["products/MUG/head.json"] = head(
        reviews,
        chunks={"last": 0, "next": None},
        topics=[{"word": line, "count": 1} for line in values],
        attributes=[{"id": values[0], "label": values[1], "kind": "choice", "choices": choices,
                     "counts": dict.fromkeys(values, 1)}],
    )  # fmt: skip
    product = {"id": lines[3], "key": "x", "title": lines[4], "url": "javascript:alert(1)"}
    shelf.documents["collections/picked.json"] = collection(
        title=lines[2],
        reviews=[each | {"product": product} for each in reviews[:6]],
        all_url="javascript:alert(2)",
    )
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for policy in (None, STRICT):
        page.goto(shelf.show(ALL, policy=policy))
        page.locator("review-list").scroll_into_view_if_needed()
        expect(page.locator("review-list article")).to_have_count(len(reviews))
    shown = page.locator("review-list [part=said] > [part=body]").all_text_contents()
    assert "\n".join(shown) == "\n".join(lines)
    assert page.locator("review-summary [part=topic] bdi").all_text_contents() == values
    assert page.locator("a[href^='javascript' i]").count() == 0
    foreign = page.locator(":is(review-list, review-carousel, review-summary)").locator(
        ":is(script, iframe, object, embed, style, form [action], svg > :not(path, svg))"
    )
    assert foreign.count() == 0
    assert dialogs == []


def _hostile_lines(folder: Path) -> list[str]:
    lines: list[str] = []
    for file in [*sorted((folder / "xss").iterdir()), *sorted(folder.glob("*.txt"))]:
        text = file.read_text(errors="replace").replace("\0", "")
        lines += [line for line in text.split("\n") if line.strip()]
    naughty = json.loads((folder / "blns.json").read_text())
    lines += [line for each in naughty for line in each.split("\n") if line.strip()]
    return [line.replace("\r", " ") for line in lines]

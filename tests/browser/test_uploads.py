"""Files in a real browser: progress, reasons, removal, a closed tab, a lost connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.upload import Upload
from tests.browser.barriers import barriers
from tests.collect.links import REVIEW, rows
from tests.media.test_service import picture

CHUNK = 4 * 1024 * 1024


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., Path]:
    """A photo in a file, made heavier by bytes after its end where asked."""

    def make(name: str, more: int = 0) -> Path:
        file = tmp_path / name
        file.write_bytes(picture().read() + bytes(more))
        return file

    return make


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's profile: it outlives its tabs."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True)
    yield context
    context.close()


def opened(phone: BrowserContext, address: str) -> tuple[Page, list[Request]]:
    """A tab, and what it asks for."""
    page = phone.new_page()
    asked: list[Request] = []
    page.on("request", lambda told: asked.append(told))
    page.goto(address)
    return page, asked


def hold_all_but_the_first_part(route: Route) -> None:
    """A line on which the second part never leaves."""
    if route.request.headers.get("upload-offset") == "0":
        route.continue_()


def write_review(page: Page) -> None:
    form = page.locator("form#review")
    form.locator("[name=rating][value='4']").check(force=True)
    form.locator("[name=body]").fill(REVIEW["body"])


def test_files_are_sent_while_the_customer_writes(phone, live, kit, link, photo):
    page, _ = opened(phone, f"{live}/r/{link.token}")
    form = page.locator("form#review")
    shown = form.locator("[data-photo-list] li")
    form.locator("#media").set_input_files([photo("one.jpg"), photo("two.jpg")])
    expect(form.locator("li[data-state=here] [name=media_id]")).to_have_count(2)
    expect(form.locator("[data-photo-status]")).to_have_text(re.compile("^(one|two).jpg has arr"))
    bill = photo("bill.pdf")
    bill.write_bytes(b"%PDF-1.7 of no use here")
    form.locator("#media").set_input_files(bill)
    refused = shown.filter(has_text="bill.pdf")
    expect(refused).to_have_attribute("data-state", "refused")
    expect(refused.locator(".field-error")).to_have_text(
        "This kind of file is not taken. Please send a JPEG, PNG, WebP, HEIC or AVIF photo."
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert barriers(page) == []
    shown.filter(has_text="one.jpg").get_by_role("button").press("Enter")
    expect(shown).to_have_count(2)
    expect(form.locator("[data-photo-status]")).to_have_text("one.jpg is removed.")
    write_review(page)
    form.locator("button[type=submit]").last.click()
    expect(page.get_by_text("Your review has arrived")).to_be_visible()
    assert [asset.review_id for asset in rows(kit, MediaAsset)] == [rows(kit, Review)[0].id]


def test_more_files_than_allowed_are_told(phone, live, kit, link, photo):
    page, _ = opened(phone, f"{live}/r/{link.token}")
    form = page.locator("form#help")
    page.locator("section#help summary").click()
    form.locator("#help-media").set_input_files([photo(f"{n}.jpg") for n in range(8)])
    expect(form.locator("li[data-state=here]")).to_have_count(6)
    expect(form.get_by_text("At most 6 photos and videos can be sent.").first).to_be_visible()
    page.reload()
    expect(form.locator("[type=checkbox][name=media_id]:checked")).to_have_count(6)
    assert len(rows(kit, Upload)) == 6


def test_a_closed_tab_goes_on_where_it_was(phone, live, kit, link, photo):
    address = f"{live}/r/{link.token}"
    page, _ = opened(phone, address)
    page.route("**/uploads/*", hold_all_but_the_first_part)
    page.locator("#media").set_input_files(photo("heavy.jpg", more=2 * CHUNK))
    with page.expect_request(
        lambda told: told.headers.get("upload-offset") == str(CHUNK), timeout=30_000
    ):
        pass
    page.close(run_before_unload=False)
    assert rows(kit, Upload)[0].received >= CHUNK
    page, asked = opened(phone, address)
    form = page.locator("form#review")
    expect(form.locator("li[data-state=here]")).to_contain_text("heavy.jpg")
    assert "POST" not in [each.method for each in asked]
    sent = [each for each in asked if each.method == "PATCH"]
    assert int(sent[0].headers["upload-offset"]) >= CHUNK
    assert len(rows(kit, MediaAsset)) == len(rows(kit, Upload)) == 1
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tus'))") == []


def test_a_lost_connection_keeps_the_file_and_the_form_waits(phone, live, kit, link, photo):
    page, _ = opened(phone, f"{live}/r/{link.token}")
    form = page.locator("form#review")
    write_review(page)
    # What sends files is here before the line is lost.
    form.locator("#media").set_input_files(photo("first.jpg"))
    expect(form.locator("li[data-state=here]")).to_have_count(1)
    phone.set_offline(True)
    form.locator("#media").set_input_files(photo("second.jpg"))
    expect(form.locator("li[data-state=cut]")).to_contain_text("No connection.")
    form.locator("button[type=submit]").last.click()
    expect(form.locator("[data-photo-status]")).to_contain_text("A file has not arrived.")
    phone.set_offline(False)
    expect(form.locator("li[data-state=here]")).to_have_count(2)
    form.locator("button[type=submit]").last.click()
    expect(page.get_by_text("Your review has arrived")).to_be_visible()
    assert {asset.state for asset in rows(kit, MediaAsset)} == {"attached"}


def test_without_scripts_the_field_is_a_plain_one(browser, live, kit, link, photo):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{live}/r/{link.token}")
    form = page.locator("form#review")
    form.locator("[name=body]").fill("Half of it is missing.")
    form.locator("#media").set_input_files([photo("one.jpg"), photo("two.jpg")])
    bill = photo("bill.pdf")
    bill.write_bytes(b"%PDF-1.7")
    form.locator("#media-camera").set_input_files(bill)
    form.locator("button[type=submit]").last.click()
    expect(form.get_by_text("bill.pdf: This kind of file is not taken.")).to_be_visible()
    expect(form.locator("[name=body]")).to_have_value("Half of it is missing.")
    expect(form.locator("[name=media_id]:checked")).to_have_count(2)
    page.goto(f"{live}/r/{link.token}")
    expect(form.locator("[name=media_id]:checked")).to_have_count(2)
    context.close()
    assert len(rows(kit, MediaAsset)) == 2

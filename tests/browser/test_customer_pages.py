"""The pages behind a link in a real browser: phones, keyboards, no scripts, five languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reviewapp.core.i18n import LANGUAGES
from reviewapp.models.case import Case
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from tests.browser.barriers import barriers
from tests.browser.following import follow, follow_key
from tests.collect.links import REVIEW, Link, rows
from tests.media.test_service import picture

PHONE = {"width": 320, "height": 568}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A phone's picture: turned, with a place."""
    file = tmp_path / "mug.jpg"
    file.write_bytes(picture(exif_orientation=6).read())
    return file


@pytest.fixture
def open_page(browser: Browser) -> Callable[..., Page]:
    """A page of a phone, with or without scripts; closed with its profile at the end."""
    contexts = []

    def make(**options) -> Page:
        contexts.append(browser.new_context(**{"viewport": PHONE} | options))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def tell_all(page: Page, live: str, link: Link, photo: Path) -> None:
    """From the mail's star to a case and a review with a photo."""
    page.goto(f"{live}/r/{link.token}?score=2")
    expect(page.locator("form#experience [value='2']")).to_be_checked()
    follow(page.locator("form#experience button"))
    expect(page.locator("h1")).to_have_text("Thank you")
    help_form = page.locator("form#help")
    help_form.locator("[name=route][value=damaged]").check()
    help_form.locator("[name=message]").fill("The handle is off.")
    follow(help_form.locator("button[type=submit]").last)
    expect(page.get_by_text("A person from Kiln & Clay answers you")).to_be_visible()
    review_form = page.locator("form#review")
    review_form.locator("[name=rating][value='3']").check(force=True)
    review_form.locator("[name=body]").fill(REVIEW["body"])
    review_form.locator("#media").set_input_files(photo)
    review_form.locator("[name=permission][value=email]").check()
    follow(review_form.locator("button[type=submit]").last)
    expect(page.get_by_text("Your review has arrived")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_an_unhappy_customer_gets_help_and_writes_a_review(
    open_page, live, kit, link, photo, scripts
):
    page = open_page(java_script_enabled=scripts)
    tell_all(page, live, link, photo)
    assert rows(kit, Case)[0].route == "damaged"
    assert rows(kit, Review)[0].rating == 3
    asset = rows(kit, MediaAsset)[0]
    assert (asset.width, asset.height) == (600, 900)
    page.goto(f"{live}/r/{link.token}/mine")
    expect(page.get_by_text(REVIEW["body"])).to_be_visible()


def test_a_fault_keeps_the_photo_without_scripts(open_page, live, kit, link, photo):
    page = open_page(java_script_enabled=False)
    page.goto(f"{live}/r/{link.token}")
    form = page.locator("form#review")
    form.locator("[name=body]").fill("Not bad at all.")
    form.locator("#media").set_input_files(photo)
    follow(form.locator("button[type=submit]").last)
    expect(page.locator("[data-error-summary]")).to_be_visible()
    expect(form.locator("[name=body]")).to_have_value("Not bad at all.")
    expect(form.locator("[name=media_id]")).to_be_checked()
    form.locator("[name=rating][value='5']").check(force=True)
    follow(form.locator("button[type=submit]").last)
    expect(page.get_by_text("Your review has arrived")).to_be_visible()
    assert rows(kit, MediaAsset)[0].review_id == rows(kit, Review)[0].id


def test_the_keyboard_alone_is_enough(open_page, live, kit, link):
    page = open_page()
    page.goto(f"{live}/r/{link.token}")
    page.locator("form#experience [value='1']").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("form#experience [value='4']")).to_be_checked()
    page.keyboard.press("Tab")
    follow_key(page, "Enter")
    expect(page.locator("h1")).to_have_text("Thank you")
    page.locator("form#review [name=rating][value='1']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("Typed, not clicked.")
    page.keyboard.press("Control+End")
    page.locator("form#review button[type=submit]").last.press("Enter")
    expect(page.get_by_text("Your review has arrived")).to_be_visible()
    review = rows(kit, Review)[0]
    assert (review.rating, review.body) == (2, "Typed, not clicked.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_the_narrowest_phone(open_page, live, link, language):
    page = open_page()
    link.send_review()
    link.ask_for_help()
    review = re.search(r"mine/reviews/([0-9a-f-]+)", link.get("/mine").text)[1]
    for path in ("", "/help", "/review", "/mine", f"/mine/reviews/{review}"):
        page.goto(f"{live}/r/{link.token}{path}?lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_a_barrier(open_page, live, link, scheme, width):
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(f"{live}/r/{link.token}?score=2")
    found = barriers(page)
    follow(page.locator("form#experience button"))
    expect(page.locator("h1")).to_have_text("Thank you")
    found += barriers(page)
    follow(page.locator("form#review button[type=submit]").last)
    expect(page.locator("[data-error-summary]")).to_be_visible()
    found += barriers(page)
    link.send_review(permission=["ads"])
    link.ask_for_help()
    review = re.search(r"mine/reviews/([0-9a-f-]+)", link.get("/mine").text)[1]
    for path in ("/review", "/help", "/mine", f"/mine/reviews/{review}"):
        page.goto(f"{live}/r/{link.token}{path}")
        found += barriers(page)
    page.goto(f"{live}/u/{link.kit.links.sign('unsubscribe', link.request.id)}")
    found += barriers(page)
    assert found == []


def test_the_review_block_looks_the_same_after_every_answer(open_page, live, link):
    page = open_page(viewport={"width": 390, "height": 800})
    seen = set()
    for score in ("1", "3", "5"):
        page.goto(f"{live}/r/{link.token}?score={score}")
        follow(page.locator("form#experience button"))
        page.evaluate("document.fonts.ready")
        seen.add(page.locator("section#review").screenshot())
    assert len(seen) == 1


def test_the_way_to_a_review_is_one_step_from_every_moment(open_page, live, link):
    page = open_page()
    for score in ("1", "5"):
        page.goto(f"{live}/r/{link.token}?score={score}")
        page.get_by_role("link", name="Skip, write a review").click()
        expect(page.locator("form#review [name=body]")).to_be_visible()
        follow(page.locator("form#experience button"))
        page.get_by_role("link", name="Write a review").click()
        expect(page.locator("section#review")).to_be_in_viewport()
        expect(page.locator("form#review [name=body]")).to_be_visible()


def test_typed_words_survive_a_closed_tab(open_page, live, link):
    page = open_page()
    page.goto(f"{live}/r/{link.token}")
    page.locator("form#review [name=body]").fill("Half a sentence")
    page.goto("about:blank")
    page.goto(f"{live}/r/{link.token}")
    expect(page.locator("form#review [name=body]")).to_have_value("Half a sentence")

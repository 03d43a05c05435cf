"""What a keyboard does and what a screen reader hears: stars, bars, lightbox, carousel, report."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shelf import Shelf, open_shelf
from tests.browser.widget_states import (
    CAROUSEL,
    GALLERY,
    LINKED,
    LIST,
    SHOP_CSS,
    STARS,
    SUMMARY,
    State,
)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A review host and a shop without an application."""
    with open_shelf() as opened:
        yield opened


def test_stars_and_summary_are_told_in_words(page: Page, shelf: Shelf) -> None:
    State(STARS + LINKED + SUMMARY + LIST, "[part=review]").open(shelf, page, css="")
    expect(page.locator("review-stars").first).to_match_aria_snapshot(
        '- img "3.4 out of 5 stars, 45 reviews"'
    )
    expect(page.locator("review-stars").last).to_match_aria_snapshot(
        '- link "3.4 out of 5 stars, 45 reviews"'
    )
    expect(page.locator("review-summary")).to_match_aria_snapshot(
        """
        - region "Rating summary":
          - img "3.4 out of 5 stars, 45 reviews"
          - group "Ratings":
            - button "5 stars 12"
            - button "4 stars 13"
            - button "3 stars 9"
            - button "2 stars 5"
            - button "1 star 6"
          - group "How does it fit?":
            - button "Runs small 4"
            - button "True to size 23"
            - button "Runs large 7"
          - paragraph:
            - button "glaze 12"
            - button "handle 7"
          - paragraph:
            - link "All reviews"
            - link "How reviews are collected and checked"
        """
    )


def test_bars_topics_and_search_narrow_the_list_by_keyboard(page: Page, shelf: Shelf) -> None:
    State(SUMMARY + LIST, "[part=review]").open(shelf, page, css="")
    status = page.get_by_role("status")
    for name, query in (
        ("5 stars", "stars=5"),
        ("True to size", "attribute=fit%3Atrue"),
        ("glaze", "q=glaze"),
        ("With videos", "media=video"),
    ):
        page.get_by_role("button", name=name).press("Space")
        expect(page.get_by_role("button", name=name, pressed=True)).to_be_visible()
        expect(status).to_have_text("3 reviews shown")
        page.get_by_role("button", name="Clear filters").press("Enter")
        expect(status).to_have_text("20 of 45 reviews shown")
        assert [path for path in shelf.asked if query in path] != [], query
    page.get_by_label("Language").select_option("de")
    expect(status).to_have_text("3 reviews shown")
    with page.expect_request(re.compile("language=de&sort=helpful")):
        page.get_by_label("Order").select_option("helpful")
    expect(status).to_have_text("3 reviews shown")


def test_the_lightbox_holds_focus_turns_by_arrows_and_leads_back(page: Page, shelf: Shelf) -> None:
    State(GALLERY + LIST, "review-gallery [part=photo]").open(shelf, page, css=SHOP_CSS)
    page.locator("review-list").scroll_into_view_if_needed()
    expect(page.locator("review-list article").first).to_be_attached()
    opener = page.locator("review-gallery [part=grid] [part=photo]").nth(1)
    opener.press("Enter")
    box = page.get_by_role("dialog", name="Customer photos and videos")
    expect(box.get_by_role("status")).to_have_text("2 of 3")
    expect(box.get_by_role("button", name="Close")).to_be_focused()
    expect(box).to_match_aria_snapshot(
        """
        - dialog "Customer photos and videos":
          - status: 2 of 3
          - button "Play one after another"
          - button "Previous"
          - button "Next"
          - button "Close"
          - img "Photo by a customer"
          - article:
            - paragraph:
              - img "5 out of 5 stars"
              - strong: Better than the picture
          - button "Go to the review"
        """
    )
    page.keyboard.press("ArrowLeft")
    expect(box.get_by_role("status")).to_have_text("1 of 3")
    film = box.locator("video")
    expect(film).to_have_attribute("aria-label", "Video by a customer")
    expect(film.locator("track[kind=captions][srclang=en]")).to_be_attached()
    page.wait_for_function(
        "film => film.textTracks[0].cues?.[0]?.text === 'Tea is poured.'", arg=film.element_handle()
    )
    assert film.evaluate("film => film.textTracks[0].mode") == "showing"
    assert film.evaluate("film => film.paused"), "turning to a film does not start it"
    seen, beside = film.bounding_box(), box.locator("[part=beside]").bounding_box()
    assert seen
    assert beside
    assert seen["y"] + seen["height"] <= page.viewport_size["height"]
    assert seen["x"] + seen["width"] <= beside["x"] or seen["y"] + seen["height"] <= beside["y"]
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "!document.hasFocus() || document.activeElement.localName === 'review-gallery'"
            " || document.activeElement === document.body"
        )
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(opener).to_be_focused()
    opener.press("Enter")
    page.get_by_role("button", name="Go to the review").click()
    expect(page.locator("review-list article").first).to_be_focused()


def test_the_carousel_is_told_as_one_and_never_moves_alone(page: Page, shelf: Shelf) -> None:
    State(CAROUSEL, "[part=slide]").open(shelf, page, css="main{max-width:40rem}")
    carousel = page.get_by_role("region", name="Mornings with our mug")
    expect(carousel).to_have_attribute("aria-roledescription", "carousel")
    expect(carousel.get_by_text("A selection of 6 reviews")).to_be_visible()
    expect(
        carousel.get_by_role("link", name="3.4 out of 5 stars, 45 reviews. All reviews")
    ).to_have_attribute("href", "https://kiln.example/reviews")
    slide = carousel.get_by_role("group", name="1 of 6")
    expect(slide).to_have_attribute("aria-roledescription", "slide")
    track = carousel.locator("[part=track]")
    at = "e => Math.round(e.scrollLeft)"
    previous = carousel.get_by_role("button", name="Previous")
    expect(previous).to_have_attribute("aria-disabled", "true")
    carousel.get_by_role("button", name="Next").press("Enter")
    expect(previous).to_have_attribute("aria-disabled", "false")
    assert track.evaluate(at) > 0
    carousel.get_by_role("group", name="6 of 6").scroll_into_view_if_needed()
    expect(carousel.get_by_role("button", name="Next")).to_have_attribute("aria-disabled", "true")
    track.focus()
    page.keyboard.press("ArrowLeft")
    expect(carousel.get_by_role("button", name="Next")).to_have_attribute("aria-disabled", "false")


def test_a_report_is_written_sent_and_left_by_keyboard(page: Page, shelf: Shelf) -> None:
    State(LIST, "[part=review]").open(shelf, page, css="")
    report = page.get_by_role("button", name="Report").first
    report.press("Enter")
    dialog = page.get_by_role("dialog", name="Report")
    expect(dialog).to_be_visible()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("radio", checked=True)).to_have_count(1)
    page.get_by_role("button", name="Send report").press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Thank you")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(report).to_be_focused()
    shelf.live = None
    page.get_by_role("button", name="Helpful").first.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This did not arrive. Please try again.")
    expect(page.get_by_role("button", name="Helpful (3)").first).to_have_attribute(
        "aria-pressed", "false"
    )

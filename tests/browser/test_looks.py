"""Picking colours for the tags: judged while they are picked, worn by the preview at once."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_contrast_is_told_while_a_colour_is_picked(signed_in: Page, live: str) -> None:
    page = signed_in
    page.goto(f"{live}/admin/widget")
    told = page.locator("#looks-contrast")
    expect(told.get_by_role("link")).to_have_count(0)
    page.locator("#light-stars").fill("#ffcc00")
    expect(told).to_contain_text("1.51 : 1, needs 3 : 1.")
    expect(page.locator("#snippet-sheet")).to_contain_text("--review-star-color: #ffcc00;")
    expect(page.get_by_text("leave some people out")).to_be_visible()
    stars = "getComputedStyle(document.documentElement).getPropertyValue('--review-star-color')"
    frame = page.locator(".tag-frame").element_handle().content_frame()
    frame.wait_for_function(f"{stars} === '#ffcc00'")
    told.get_by_role("link").click()
    expect(told.get_by_role("link")).to_have_count(0)
    taken = page.locator("#light-stars").input_value()
    assert taken != "#ffcc00"
    frame.wait_for_function(f"{stars} === '{taken}'")
    page.reload()
    expect(page.locator("#light-stars"), "the address keeps it").to_have_value(taken)

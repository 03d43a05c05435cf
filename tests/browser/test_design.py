"""The gallery of all components, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template
from playwright.sync_api import Page, expect

from reviewapp.web.auth import public
from tests.browser.barriers import barriers

SHOP = {"name": "Haus & Ton", "color": "#e5484d"}
NAVIGATION: list[dict[str, Any]] = [
    {"label": "Home", "href": "/design/admin", "icon": "house", "key": "home"},
    {"label": "Cases", "href": "/design/admin?to=cases", "icon": "life-buoy", "key": "cases"},
    {"label": "Settings", "href": "/design/admin?to=settings", "icon": "settings", "key": "shop"},
]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, with the gallery at /design/admin and /design/customer."""

    @app.get("/design/<face>")
    @public("a page for this test")
    def design(face: str) -> str:
        return render_template(
            "shared/gallery.html",
            gallery_face=face,
            gallery_picture="/static/shared/favicon.svg",
            shop=SHOP,
            actor={"name": "Nadia Brandt", "role": "moderator"},
            navigation=NAVIGATION,
            nav_active="home",
            messages=[],
        )

    return app


@pytest.mark.parametrize("face", ["admin", "customer"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_is_accessible(
    page: Page, live: str, face: str, width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live}/design/{face}")
    assert barriers(page) == []


@pytest.mark.parametrize("face", ["admin", "customer"])
def test_nothing_is_wider_than_a_small_phone(page: Page, live: str, face: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{live}/design/{face}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_customer_controls_are_big_enough_for_a_thumb(page: Page, live: str) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{live}/design/customer")
    controls = page.locator(".button, .input, .scale-row label, .choice, .photo-tile").all()
    boxes = [box for control in controls if (box := control.bounding_box())]
    assert len(boxes) > 20
    assert [box for box in boxes if box["height"] < 44 or box["width"] < 44] == []


def test_the_chosen_appearance_is_kept(page: Page, live: str) -> None:
    page.goto(f"{live}/design/admin")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator(".sidebar .account summary").click()
    page.locator(".sidebar").get_by_role("radio", name="Dark").check()
    page.reload()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light


def test_the_command_bar_goes_where_its_first_entry_points(page: Page, live: str) -> None:
    page.goto(f"{live}/design/admin")
    page.keyboard.press("Control+k")
    page.keyboard.type("se")
    expect(page.locator("#command-list [aria-selected=true]")).to_have_text("Settings")
    page.keyboard.press("Enter")
    page.wait_for_url("**/design/admin?to=settings")


def test_the_list_of_keys_names_those_of_the_page(page: Page, live: str) -> None:
    page.goto(f"{live}/design/admin")
    page.keyboard.press("?")
    expect(page.locator("#key-list")).to_contain_text("Publish")
    page.locator("[data-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#key-list")).not_to_be_visible()


def test_typed_text_comes_back_after_a_reload_and_can_be_discarded(page: Page, live: str) -> None:
    page.goto(f"{live}/design/admin")
    page.locator("#reply").fill("Dear Jonas")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#reply")).to_have_value("Dear Jonas")
    page.locator(".composer").get_by_role("button", name="Discard it").click()
    page.reload()
    expect(page.locator("#reply")).to_have_value("")


def test_stars_and_faces_work_without_scripts(browser: Any, live: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live}/design/customer")
    page.get_by_role("radio", name="Okay", exact=True).check()
    stars = page.get_by_role("radiogroup", name="Your stars")
    stars.get_by_role("radio", name="2 stars: Bad").check()
    expect(page.locator("[name=score]:checked")).to_have_value("3")
    expect(page.locator("[name=rating]:checked")).to_have_value("2")
    context.close()

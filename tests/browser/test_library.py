"""The marketer's task in a real browser: by mouse, by keyboard alone, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.library.making import make_exports
from reviewapp.library.projecting import keep_pieces
from reviewapp.models.account import Shop
from reviewapp.models.library import Export
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.media import MediaDecision, Rendition
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.service import grant
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.following import follow
from tests.library.shelf import asset_of, shown_review
from tests.media.test_service import picture

MOST_CLICKS = 8


@pytest.fixture
def content(kit: Kit, shop: Shop) -> None:
    """Four photos of a mug, of which three are allowed for adverts, and one of a bowl."""
    photo = picture()
    kit.storage.put("k", photo, content_type="image/jpeg")
    with kit.database.transaction(EVERY_SHOP) as session:
        member = factories.member(session, shop, "moderator")
        mug = factories.product(session, shop, title="Blue mug")
        bowl = factories.product(session, shop, title="Plain bowl")
        for number, (product, allowed) in enumerate(
            ((mug, True), (mug, True), (bowl, True), (mug, False), (mug, True))
        ):
            review = shown_review(
                session, shop, product, title="", body=f"Number {number} is even.",
                customer_id=factories.customer(session, shop).id,
                submitted_at=clock.now() - timedelta(days=number + 1),
            )  # fmt: skip
            asset = asset_of(session, review, sha256=f"{number}" * 64)
            factories.add(
                session,
                Rendition(shop_id=shop.id, asset_id=asset.id, width=900, height=600, key="k",
                          content_type="image/jpeg", byte_count=1),
            )  # fmt: skip
            factories.add(
                session,
                MediaDecision(shop_id=shop.id, asset_id=asset.id, action="check", note="", found=[],
                              sha256=asset.sha256, actor="member", member_id=member.id),
            )  # fmt: skip
            if allowed:
                subject = Subject(asset.sha256, asset.id)
                grant(session, review, "ads", [subject], Act("en", {"action": "test"}))
            keep_pieces(session, [review.id])


@pytest.fixture
def cookie(app: Flask, kit: Kit, shop: Shop, live: str) -> Any:
    """A marketer's session for a browser context."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, kit, shop, "marketer")
    return {"name": "reviewapp_session", "value": token, "url": live}


@pytest.fixture
def desk(page: Page, cookie: Any, content: None) -> Page:
    page.context.add_cookies([cookie])
    return page


@pytest.fixture
def bare(browser: Browser, cookie: Any, content: None) -> Iterator[Page]:
    """A marketer's page without scripts."""
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


class Mouse:
    """Clicks, and how many."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, found: Any) -> None:
        self.clicks += 1
        found.click()


def exported(kit: Kit, shop: Shop) -> list[Export]:
    with kit.database.transaction(shop.id) as session:
        return list(session.scalars(select(Export).options(selectinload(Export.items))))


def ready(page: Page) -> None:
    """The page's keys are bound."""
    expect(page.locator("[data-pieces][data-ready]")).to_be_attached()


def tab_to(page: Page, link: Locator) -> None:
    """Tab until the link has the focus."""
    for _ in range(60):
        if link.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(link).to_be_focused()


def three_of_the_mug(kit: Kit, shop: Shop) -> None:
    """What was taken out is what was to be taken out."""
    (made,) = exported(kit, shop)
    assert (made.use, made.place) == ("ads", "Spring campaign")
    assert sorted(item.subject_sha256[0] for item in made.items) == ["0", "1", "4"]


def test_three_photos_of_a_product_are_taken_out_in_eight_clicks(
    desk: Page, live: str, kit: Kit, shop: Shop
) -> None:
    mouse = Mouse()
    desk.goto(f"{live}/admin/library")
    mouse.click(desk.get_by_role("link", name="Blue mug 8"))
    mouse.click(desk.get_by_role("link", name="Paid adverts 3"))
    expect(desk.get_by_role("status").first).to_have_text("3 pieces")
    ready(desk)
    for tick in desk.locator("[data-tick]").all():
        mouse.click(tick)
    expect(desk.locator("[data-ticked]")).to_have_text("3 ticked")
    mouse.click(desk.get_by_label("Where it will run"))
    desk.keyboard.type("Spring campaign")
    mouse.click(desk.get_by_role("button", name="Take out"))
    expect(desk.get_by_text("Being made", exact=True)).to_be_visible()
    three_of_the_mug(kit, shop)
    make_exports(kit)  # the page sees it by itself
    with desk.expect_download() as download:
        mouse.click(desk.get_by_role("link", name="Download"))
    assert download.value.suggested_filename.endswith(".zip")
    assert mouse.clicks <= MOST_CLICKS


def test_the_same_by_keyboard_alone(desk: Page, live: str, kit: Kit, shop: Shop) -> None:
    press = desk.keyboard.press
    desk.goto(f"{live}/admin/library")
    ready(desk)
    press("/")
    desk.keyboard.type("mug")
    press("Enter")
    desk.wait_for_url("**q=mug**")
    ready(desk)
    tab_to(desk, desk.get_by_role("link", name="Paid adverts 3"))
    press("Enter")
    desk.wait_for_url("**use=ads**")
    ready(desk)
    press("ArrowRight")
    press("s")
    expect(desk.locator("[data-star][aria-pressed=true]")).to_have_count(1)
    press("x")
    press("j")
    press("j")
    press("Shift+X")
    expect(desk.locator("[data-ticked]")).to_have_text("3 ticked")
    press("x")
    expect(desk.locator("[data-ticked]")).to_have_text("2 ticked")
    press("x")
    press("e")
    expect(desk.get_by_label("Where it will run")).to_be_focused()
    desk.keyboard.type("Spring campaign")
    press("Enter")
    expect(desk.get_by_text("Being made", exact=True)).to_be_visible()
    three_of_the_mug(kit, shop)
    make_exports(kit)
    expect(desk.get_by_role("link", name="Download")).to_be_visible()
    tab_to(desk, desk.get_by_role("link", name="Download"))
    with desk.expect_download() as download:
        press("Enter")
    assert download.value.suggested_filename.endswith(".zip")
    desk.go_back()
    ready(desk)
    press("?")
    keys = desk.get_by_role("dialog", name="Keys")
    expect(keys.get_by_text("Tick; up to here")).to_be_visible()


def test_nothing_ends_in_a_dead_end_without_scripts(
    bare: Page, live: str, kit: Kit, shop: Shop
) -> None:
    bare.goto(f"{live}/admin/library?use=print&kind=photo")
    follow(bare.get_by_role("link", name="Choose whom to ask"))
    bare.locator("[data-tick]").first.check()
    bare.get_by_label("Where it will run").fill("Leaflet")
    follow(bare.get_by_role("button", name="Take out", exact=True).last)
    expect(bare.get_by_role("alert").last).to_contain_text("has not allowed this use")
    expect(bare.locator("[data-tick]:checked")).to_have_count(1)
    follow(bare.get_by_role("button", name="Ask for permission"))
    expect(bare.get_by_text("Waiting for an answer")).to_be_visible()
    bare.goto(f"{live}/admin/library?kind=photo")
    follow(bare.get_by_role("button", name="Star", exact=True).first)
    expect(bare.locator("[data-star][aria-pressed=true]")).to_have_count(1)
    bare.locator("[data-tick]").nth(1).check()
    bare.get_by_text("Collect", exact=True).click()
    bare.get_by_label("Or a new one").fill("Camp")
    follow(bare.get_by_role("button", name="Put into the collection"))
    expect(bare.get_by_text("1 piece put into")).to_be_visible()
    bare.goto(f"{live}/admin/library/collections")
    follow(bare.get_by_role("link", name="Camp"))
    follow(bare.locator(".library-open"))
    expect(bare.get_by_role("heading", name="What it may be used for")).to_be_visible()


def test_a_press_on_the_picture_sets_what_crops_keep_in_view(
    desk: Page, live: str, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(shop.id) as session:
        photo = session.scalars(select(LibraryAsset.id).where(LibraryAsset.kind == "photo")).first()
    desk.goto(f"{live}/admin/library/assets/{photo}/rights")
    expect(desk.locator("[data-focus].is-live")).to_be_attached()
    picture, square = desk.locator("[data-focus-picture]"), desk.locator("[data-crop='1x1']")
    expect(square).to_have_attribute("viewBox", "150 0 600 600")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.25})
    expect(square).to_have_attribute("viewBox", "300 0 600 600")
    kept = float(desk.get_by_label("From the left").input_value())
    assert abs(kept - 90) < 2
    follow(desk.get_by_role("button", name="Keep this point"))
    expect(desk.get_by_label("From the left")).to_have_value(f"{kept:.1f}")
    expect(square).to_have_attribute("viewBox", "300 0 600 600")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_pages_are_accessible_and_fit(
    desk: Page, live: str, kit: Kit, shop: Shop, width: int, scheme: Any
) -> None:
    with kit.database.transaction(shop.id) as session:
        piece = session.scalars(select(LibraryAsset.id).where(LibraryAsset.kind == "words")).first()
    desk.set_viewport_size({"width": width, "height": 800})
    desk.emulate_media(color_scheme=scheme)
    for path in ("?use=ads&q=mug", "?use=print", "?kind=song", "/collections", f"/pieces/{piece}"):
        desk.goto(f"{live}/admin/library{path}")
        assert barriers(desk) == [], path
        assert desk.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path

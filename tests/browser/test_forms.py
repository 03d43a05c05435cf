"""Questions, the shop's rating and the review form on a shop's page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.question import Answer, Question
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.shelf import layout_shifts
from tests.browser.storefront import Storefront, fill, open_storefront
from tests.widgets.stories import shop_with_product

ASKED = ("Does it fit under a coffee machine?", "Is the handle glazed?", "How heavy is it?",
         "Can it go into the oven?", "Which clay is it made of?")  # fmt: skip


@pytest.fixture
def mug(kit: Kit) -> tuple[Shop, Product]:
    """A mug with reviews, asked about how it fits, with questions; the first one is answered."""
    shop, product = shop_with_product(kit)
    fill(kit, shop, product, 7)
    with kit.database.transaction(EVERY_SHOP) as session:
        for number, body in enumerate(ASKED):
            asked = factories.add(
                session,
                Question(
                    shop_id=shop.id, product_id=product.id, body=body, author_name=f"Bea {number}",
                    state="published", published_at=clock.now(),
                ),
            )  # fmt: skip
            if number == 0:
                answer = Answer(
                    shop_id=shop.id, question_id=asked.id, by="shop", author_name="Kiln & Clay",
                    body="Yes, it is 9 cm high.", state="published", published_at=clock.now(),
                )  # fmt: skip
                factories.add(session, answer)
    rebuild(kit)
    return shop, product


@pytest.fixture
def storefront(live: str, mug: tuple[Shop, Product]) -> Iterator[Storefront]:
    """Serves that shop's page; call it with the page's body."""
    with open_storefront(live, mug[0]) as serve:
        yield serve


FORM = '<review-form product="MUG"><a href="{href}">Write a review</a></review-form>'
PLAIN = "<main><h1>Mug</h1>{form}<p>A mug.</p><footer>Us</footer></main>"


def with_form(live: str, shop: Shop) -> str:
    return PLAIN.format(form=FORM.format(href=f"{live}/write/{shop.widget_key}/MUG"))


def open_form(page: Page) -> None:
    """Press the shop's link once the tag answers to it."""
    link = page.get_by_role("link", name="Write a review")
    expect(link).to_have_attribute("aria-haspopup", "dialog")
    link.click()


def filled_stars(page: Page) -> int:
    """How many of the five pictures are filled with a colour."""
    stars = page.locator("[part=stars-input] svg").all()
    return sum(star.evaluate("e => getComputedStyle(e).fill") != "none" for star in stars)


def kept(kit: Kit) -> list[ReviewSubmission]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(ReviewSubmission)))


def test_a_review_is_written_by_keyboard_alone(
    page: Page, storefront: Storefront, live: str, mug: tuple[Shop, Product], kit: Kit
) -> None:
    page.goto(storefront(with_form(live, mug[0]), csp=True))
    opener = page.get_by_role("link", name="Write a review")
    expect(opener).to_have_attribute("aria-haspopup", "dialog")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Write a review")
    expect(dialog).to_be_visible()
    assert [radio.is_checked() for radio in page.get_by_role("radio").all()] == [False] * 8
    assert filled_stars(page) == 0
    page.get_by_role("button", name="Send the review").press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("4 things are missing or wrong.")
    first = page.get_by_role("radio", name="1 star: Very bad")
    expect(first).to_be_focused()
    expect(page.get_by_label("Your e-mail address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Your e-mail address")).to_have_accessible_description(
        re.compile("Write your e-mail address")
    )
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert filled_stars(page) == 3
    page.keyboard.press("Tab")
    page.keyboard.type("Holds one cup, no more.")
    page.get_by_label("Shown as").press_sequentially("Ada Q.")
    page.get_by_label("Your e-mail address").press_sequentially("ada@customers.example")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your review")).to_have_value("Holds one cup, no more.")
    page.get_by_label("Your e-mail address").press("Enter")
    thanks = dialog.get_by_role("status")
    expect(thanks).to_contain_text("Please check your e-mail")
    expect(thanks).to_be_focused()
    assert [(row.rating, row.body, row.email) for row in kept(kit)] == [
        (3, "Holds one cup, no more.", "ada@customers.example")
    ]
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    assert layout_shifts(page) == []


def test_screen_readers_are_told_every_field(
    page: Page, storefront: Storefront, live: str, mug: tuple[Shop, Product]
) -> None:
    page.goto(storefront(with_form(live, mug[0])))
    open_form(page)
    dialog = page.get_by_role("dialog", name="Write a review")
    expect(dialog).to_match_aria_snapshot(
        """
        - dialog "Write a review":
          - heading "Write a review" [level=2]
          - button "Close"
          - paragraph:
            - strong: Stoneware mug
          - radiogroup "Your stars":
            - 'radio "1 star: Very bad"'
            - 'radio "2 stars: Bad"'
            - 'radio "3 stars: Okay"'
            - 'radio "4 stars: Good"'
            - 'radio "5 stars: Very good"'
          - textbox "Your review"
          - textbox "In a few words (optional)"
          - textbox "How do you use it? (optional)"
          - radiogroup "How did it arrive? (optional)":
            - radio "On time and in one piece"
            - radio "Later than promised"
            - radio "Damaged or incomplete"
          - textbox "Shown as"
          - textbox "Your e-mail address"
          - paragraph:
            - link "How reviews are collected and checked"
          - button "Send the review"
        """
    )
    assert page.get_by_label("Leave this empty").evaluate("e => e.closest('[inert]') !== null")


@pytest.mark.parametrize(
    ("lang", "direction", "scheme", "width"),
    [("de", "rtl", "dark", 320), ("fr", "ltr", "light", 640)],
)
def test_every_state_is_accessible_and_fits(
    page: Page, storefront: Storefront, live: str, mug: tuple[Shop, Product],
    lang: str, direction: str, scheme: Any, width: int,
) -> None:  # fmt: skip
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    css = ":root{color-scheme:light dark}a{color:inherit;display:inline-block;padding:4px}"
    body = "<main><h1>Mug</h1><review-badge></review-badge>" + FORM.format(href="#") + "</main>"
    page.goto(storefront(body, lang=lang, direction=direction, css=css))
    expect(page.locator("[part=badge]")).to_be_visible()
    assert barriers(page) == []
    open_form(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert barriers(page) == []
    dialog.locator("[part=submit]").click()
    expect(dialog.locator("[part=fault]:not(:empty)")).to_have_count(4)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    small = [e for e in dialog.locator("button,label:has(input),input[type=text]").all()
             if (b := e.bounding_box()) and b["width"] > 1 and b["height"] < 24]  # fmt: skip
    assert small == []


def test_text_stays_when_the_service_does_not_answer(
    page: Page, storefront: Storefront, live: str, mug: tuple[Shop, Product]
) -> None:
    page.goto(storefront(with_form(live, mug[0])))
    open_form(page)
    page.get_by_label("Your review").fill("Holds one cup.")
    page.route("**/w/v1/**", lambda route: route.abort())
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("alert")).to_contain_text("Your text stays here")
    expect(page.get_by_label("Your review")).to_have_value("Holds one cup.")
    page.route("**/w/v1/**", lambda route: route.fulfill(status=429, body="{}"))
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("alert")).to_contain_text("wait a minute")


def test_without_scripts_the_link_leads_to_a_page_that_works(
    browser: Browser, storefront: Storefront, live: str, mug: tuple[Shop, Product], kit: Kit
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(storefront(with_form(live, mug[0])))
    page.get_by_role("link", name="Write a review").click()
    expect(page.get_by_role("heading", name="Write a review")).to_be_visible()
    page.get_by_label("Your review").fill("Holds one cup.")
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("heading", name=re.compile("things are missing"))).to_be_visible()
    page.get_by_role("radio", name="3").first.check(force=True)
    page.get_by_label("Shown as").fill("Ada Q.")
    page.get_by_label("Your e-mail address").fill("ada@customers.example")
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("heading", name="Please check your e-mail")).to_be_visible()
    assert [row.rating for row in kept(kit)] == [3]
    context.close()


def test_the_shops_rating_is_for_people_only(
    page: Page, storefront: Storefront, mug: tuple[Shop, Product]
) -> None:
    page.goto(storefront("<main><h1>Us</h1><review-badge>Loved</review-badge></main>", csp=True))
    badge = page.get_by_role("region", name="How customers rate this shop")
    expect(badge.get_by_role("img", name="2.6 out of 5 stars, 7 reviews")).to_be_visible()
    expect(badge.get_by_role("link", name="All reviews")).to_have_attribute(
        "href", re.compile(rf"/p/v1/{mug[0].widget_key}/reviews/index.html$")
    )
    expect(badge.get_by_role("link", name="How reviews are collected")).to_be_visible()
    assert page.locator("script[type='application/ld+json']").count() == 0


def test_questions_are_read_searched_voted_on_and_asked(
    page: Page, storefront: Storefront, kit: Kit
) -> None:
    tag = '<review-questions product="MUG">Ask us</review-questions>'
    page.goto(storefront(f"<main><h1>Mug</h1>{tag}</main>", csp=True))
    block = page.get_by_role("region", name="Questions and answers")
    expect(block.get_by_role("article")).to_have_count(5)
    answered = block.get_by_role("article").filter(has_text=ASKED[0])
    expect(answered).to_contain_text("Answer from the shop · Kiln & Clay")
    expect(answered).to_contain_text("Yes, it is 9 cm high.")
    assert barriers(page) == []
    assert layout_shifts(page) == []
    search = block.get_by_role("searchbox", name="Search questions and answers")
    search.fill("9 CM")
    expect(block.get_by_role("article")).to_have_count(1)
    expect(block.get_by_role("status")).to_have_text("Questions found: 1")
    search.fill("kettle")
    expect(block.get_by_role("status")).to_contain_text("You can ask your own")
    search.fill("")
    vote = answered.get_by_role("button", name=re.compile("^Helpful: Yes, it is"))
    vote.click()
    expect(answered.get_by_role("button", name=re.compile("^Helpful .1.: Yes"))).to_have_attribute(
        "aria-pressed", "true"
    )
    block.get_by_role("button", name="Ask a question").click()
    dialog = page.get_by_role("dialog", name="Ask a question")
    dialog.get_by_role("button", name="Send the question").click()
    expect(dialog.get_by_role("textbox", name="Your question")).to_be_focused()
    expect(dialog.get_by_role("alert")).to_have_text("One thing is missing or wrong.")
    assert barriers(page) == []
    dialog.get_by_role("textbox", name="Your question").fill("Does it chip <b>easily</b>?")
    dialog.get_by_role("button", name="Send the question").click()
    expect(dialog.get_by_role("status")).to_contain_text("Thank you for your question")
    with kit.database.transaction(EVERY_SHOP) as session:
        asked = session.scalars(select(Question).where(Question.state == "pending")).one()
        assert (asked.body, asked.author_email) == ("Does it chip <b>easily</b>?", None)
    page.keyboard.press("Escape")
    expect(block.get_by_role("button", name="Ask a question")).to_be_focused()

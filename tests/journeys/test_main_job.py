"""The main job from order to storefront, walked by a real browser, with scripts and without."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from playwright.sync_api import Page, expect

from reviewapp.demo.catalogue import photo_file
from tests.browser.following import follow
from tests.journeys.conftest import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PHOTO = photo_file("juniper-on-the-door")
CAMERA = (b"Exif\0\0", b"By hand", b"GPS")
PRODUCT = "juniper-dress"
PHONE = {"width": 360, "height": 740}
Pages = Callable[..., Page]


class Api:
    """The shop's own program."""

    def __init__(self, page: Page, demo: Running) -> None:
        self._page, self._demo = page, demo

    def call(self, method: str, path: str, body: object = None) -> Any:
        answer = self._page.request.fetch(
            f"{self._demo.url}{path}",
            method=method,
            data=json.dumps(body) if body is not None else None,
            headers={
                "Authorization": f"Bearer {self._demo.api_key}",
                "Content-Type": "application/json",
            },
            timeout=180_000,
        )
        assert answer.status < 300, answer.text()
        return answer.json() if answer.text() else None

    def now(self) -> str:
        """The demo's clock, as moving it by nothing tells it."""
        told: str = self.call("POST", "/demo/clock", {"advance_days": 0})["now"]
        return told

    def deliver(self, number: str, email: str, name: str) -> None:
        """An order, and that it arrived a moment ago."""
        now = self.now()
        self.call(
            "PUT",
            f"/api/v1/orders/{number}",
            {
                "email": email,
                "name": name,
                "locale": "en",
                "country": "DE",
                "ordered_at": now,
                "currency": "EUR",
                "total": "119.00",
                "lines": [{"external_id": "1", "product": PRODUCT, "quantity": 1}],
            },
        )
        event = {"type": "delivered", "at": now}
        self.call("POST", f"/api/v1/orders/{number}/events", event)

    def requests(self, number: str) -> list[dict[str, Any]]:
        """What became of asking about this order, reminders aside."""
        items = self.call("GET", f"/api/v1/requests?order={number}")["items"]
        return [item for item in items if item["step"] == 0]

    def summary(self) -> dict[str, Any]:
        """The published aggregate of the product."""
        path = f"/p/v1/{self._demo.widget_key}/products/{PRODUCT}/head.json"
        summary: dict[str, Any] = self.call("GET", path)["summary"]
        return summary


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_main_job(demo: Running, open_page: Pages, scripts: bool) -> None:
    customer = open_page(viewport=PHONE, java_script_enabled=scripts)
    api = Api(customer, demo)
    name = "with" if scripts else "without"
    number, email = f"J-{name}", f"wilma.{name}@shopper.example"
    words = f"The sash came off in the first week; worn {name} care."

    api.deliver(number, email, f"Wilma {name.title()}")
    assert api.requests(number) == [] or api.requests(number)[0]["state"] == "planned"
    moved = api.call("POST", "/demo/clock", {"advance_days": 8})
    assert moved["settled"] is True
    assert datetime.fromisoformat(moved["now"]) > datetime.now(UTC)
    before = api.summary()
    (asked,) = api.requests(number)
    assert (asked["state"], asked["responded_at"]) == ("sent", None)

    follow_the_star(customer, demo, email)
    expect(customer.locator("form#experience [value='2']")).to_be_checked()
    assert api.requests(number)[0]["responded_at"] is None, "reading stores nothing"
    answer_and_ask_for_help(customer, f"The seam at the sash is open ({name}).")
    assert api.requests(number)[0]["responded_at"] is not None
    agent_sees(open_page, demo, f"Wilma {name.title()}", f"The seam at the sash is open ({name}).")
    write_review(customer, words)

    publish_without_seeing_stars(open_page, demo, words)
    # A decision is carried out once it cannot be taken back any more, ten seconds later.
    assert api.call("POST", "/demo/clock", {"advance_days": 0.001})["settled"] is True
    after = api.summary()
    assert after["count"] == before["count"] + 1
    assert after["histogram"]["2"] == before["histogram"]["2"] + 1

    store_shows(open_page(java_script_enabled=scripts), demo, words, after, scripts=scripts)
    nothing_of_the_camera_is_stored(demo)


def follow_the_star(page: Page, demo: Running, email: str) -> None:
    """From the mailbox through the letter's second star."""
    page.goto(f"{demo.url}/demo/mailbox?to={email}")
    follow(page.locator(".letters li a").first)
    letter = page.frame_locator("iframe")
    letter.locator("a[href*='score=2']").first.click()
    page.wait_for_url("**/r/**score=2**")


def answer_and_ask_for_help(page: Page, message: str) -> None:
    """Say that it went badly, and what is wrong; the review block is there all the time."""
    follow(page.locator("form#experience button[type=submit]"))
    expect(page.locator("h1")).to_have_text("Thank you")
    blocks = page.locator("section#help, section#review").all()
    assert [block.get_attribute("id") for block in blocks] == ["help", "review"]
    form = page.locator("form#help")
    form.locator("[name=route][value=damaged]").check()
    form.locator("[name=message]").fill(message)
    follow(form.locator("button[type=submit]").last)
    expect(page.get_by_text("answers you by e-mail, by")).to_be_visible()


def write_review(page: Page, words: str) -> None:
    """Two stars, words, and a phone's photo that lies on its side and knows where it was taken."""
    form = page.locator("form#review")
    form.locator("[name=rating][value='2']").check(force=True)
    form.locator("[name=body]").fill(words)
    form.locator("#media").set_input_files(PHOTO)
    follow(form.locator("button[type=submit]").last)
    expect(page.get_by_text("Your review has arrived")).to_be_visible(timeout=60_000)


def sign_in(open_page: Pages, demo: Running, role: str) -> Page:
    """The admin as somebody of the team."""
    page = open_page()
    page.goto(demo.sign_in_url)
    follow(page.get_by_role("button", name=role))
    page.wait_for_url("**/admin/**")
    return page


def agent_sees(open_page: Pages, demo: Running, who: str, message: str) -> None:
    """The case with the customer's words."""
    page = sign_in(open_page, demo, "Agent")
    page.goto(f"{demo.url}/admin/cases")
    follow(page.get_by_role("link", name=who, exact=True).first)
    expect(page.get_by_text(message)).to_be_visible()


def publish_without_seeing_stars(open_page: Pages, demo: Running, words: str) -> None:
    """The moderator reads, sees no stars, publishes."""
    page = sign_in(open_page, demo, "Moderator")
    page.goto(f"{demo.url}/admin/queue")
    follow(page.locator(".queue-row", has_text=words[:20]).filter(has_text="Wilma").last)
    item = page.locator(".queue-item")
    expect(item).to_contain_text(words)
    stars = page.get_by_role("img", name="out of 5 stars")
    assert stars.count() == 0
    follow(item.get_by_role("button", name="Publish"))
    expect(page.locator("[data-undo]")).to_contain_text("Published")
    assert stars.count() == 0, "whoever can still undo must not know them"


def store_shows(
    page: Page, demo: Running, words: str, summary: dict[str, Any], *, scripts: bool
) -> None:
    """Stars and list on the product's page, with the photo, and data for search engines."""
    page.goto(f"{demo.url}/demo/store/products/{PRODUCT}")
    stars = page.locator("review-stars").first
    expect(stars).to_contain_text(f"{summary['average']}")
    expect(stars).to_contain_text(f"{summary['count']}")
    drawn = "review-list [part=review]" if scripts else "review-list article"
    article = page.locator(drawn, has_text=words).first
    article.scroll_into_view_if_needed()
    expect(article).to_be_visible()
    expect(article).to_contain_text("Verified buyer")
    address = article.locator("img").first.get_attribute("src") or ""
    photo_is_upright_and_clean(page, urljoin(demo.url, address))
    check_json_ld(page, words, summary)


def check_json_ld(page: Page, words: str, summary: dict[str, Any]) -> None:
    """What schema.org and the search engines require of a product with reviews."""
    graph = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    assert (graph["@context"], graph["@type"]) == ("https://schema.org", "Product")
    assert graph["name"] == "Juniper wrap dress"
    rating = graph["aggregateRating"]
    assert (rating["ratingValue"], rating["reviewCount"]) == (summary["average"], summary["count"])
    ours = next(one for one in graph["review"] if one["reviewBody"] == words)
    assert ours["author"]["name"] == "Wilma W."
    assert ours["reviewRating"]["ratingValue"] == 2
    photo_is_upright_and_clean(page, ours["image"][0]["contentUrl"])


def photo_is_upright_and_clean(page: Page, address: str) -> None:
    """The served bytes: the phone's picture the right way up, nothing but pixels."""
    served = page.request.get(address).body()
    assert not any(mark in served for mark in CAMERA)
    shown = Image.open(io.BytesIO(served)).convert("RGB")
    meant = ImageOps.exif_transpose(Image.open(io.BytesIO(PHOTO.read_bytes()))).convert("RGB")
    assert (shown.width < shown.height) == (meant.width < meant.height)
    difference = ImageChops.difference(shown.resize((32, 32)), meant.resize((32, 32)))
    assert max(ImageStat.Stat(difference).mean) < 8


def nothing_of_the_camera_is_stored(demo: Running) -> None:
    """Every stored byte, private ones too."""
    files = [file for file in (demo.data_dir / "storage").rglob("*") if file.is_file()]
    pictures = [file for file in files if file.suffix in (".jpg", ".webp", ".png", ".avif")]
    assert pictures
    for file in files:
        assert not any(mark in file.read_bytes() for mark in CAMERA[:2]), file

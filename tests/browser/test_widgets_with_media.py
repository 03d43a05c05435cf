"""A page with many photos and a film: it keeps still and fetches what it shows, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.shelf import Shelf, layout_shifts, open_shelf, picture
from tests.browser.shelf_documents import SENTENCE, film, head, review, shop_documents
from tests.browser.widget_states import GALLERY, LIST, SHOP_CSS, STARS
from tests.journeys.stack import waited_for

WIDTHS = (320, 640, 1280, 2048)
"""Of renditions, as the media room makes them."""
PAGE = (
    f"<main><h1>Mug</h1><div>{STARS}</div>{GALLERY}{LIST}</main>"
    '<p id="below">All about us</p><footer>Imprint</footer>'
)
TALL = (1600, 2000)
FORMS = {"webp": "image/webp", "avif": "image/avif"}
SCREENS = [(320, 640, 1), (320, 640, 2), (1280, 800, 1), (1280, 800, 2)]


def renditions(name: str) -> list[dict[str, Any]]:
    """Sources as documents have them: by type, AVIF last, each by rising width."""
    return [
        {"src": f"media/{name}-{width}.{ending}", "width": width, "height": width * 5 // 4,
         "type": kind}
        for ending, kind in FORMS.items() for width in WIDTHS
    ]  # fmt: skip


def documents() -> dict[str, Any]:
    """Twenty reviews; the second shows twelve photos and a film."""
    shape = {"width": TALL[0], "height": TALL[1], "color": "#8a5a44", "placeholder": ""}
    photos = [{**shape, "sources": renditions(f"photo{at}")} for at in range(12)]
    told = {**film(0), **shape, "poster": renditions("poster"), "captions": []}
    reviews = [review(44 - at, body=SENTENCE * (1 + at % 4)) for at in range(20)]
    reviews[1] |= {"photos": photos, "videos": [told]}
    strip = [
        {**item, "kind": kind, "review": reviews[1]["id"], "position": 43}
        for kind, items in (("video", [told]), ("photo", photos[:11])) for item in items
    ]  # fmt: skip
    files = {
        source["src"]: picture("#8a5a44", source["width"], source["height"], ending)
        for item in [*photos[:1], {"sources": told["poster"]}]
        for source in item["sources"] for ending in FORMS if source["src"].endswith(ending)
    }  # fmt: skip
    for name, value in list(files.items()):
        files |= {name.replace("photo0", f"photo{at}"): value for at in range(12)}
    return shop_documents(MUG=head(reviews, media=strip)) | files | {"media/film.mp4": b"\0" * 64}


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    """A review host and a shop without an application."""
    with open_shelf() as opened:
        opened.documents = documents()
        yield opened


def assert_right(shown: Locator, density: int) -> None:
    """The browser took AVIF, sharp at this size and density and no larger than that asks for."""
    expect(shown).to_have_js_property("complete", value=True)
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    source, natural, box = shown.evaluate(
        "e => [e.currentSrc, e.naturalWidth, e.getBoundingClientRect().toJSON()]"
    )
    found = re.search(r"-(\d+)\.(\w+)$", source)
    assert found, source
    assert natural > 0, source
    assert found[2] == "avif"
    # A picture that covers its box is as wide as the box or as its height asks for.
    pixels = density * max(box["width"], box["height"] * TALL[0] / TALL[1])
    assert enough(pixels) <= int(found[1]) <= enough(1.25 * pixels), (source, box)


def enough(width: float) -> int:
    """The smallest rendition that is sharp at so many pixels."""
    return next((each for each in WIDTHS if each >= round(width)), WIDTHS[-1])


@pytest.mark.parametrize(("width", "height", "density"), SCREENS)
def test_photos_and_a_film_keep_still_and_come_in_the_size_they_are_shown_in(
    browser: Browser, shelf: Shelf, width: int, height: int, density: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=density
    )
    page = context.new_page()
    page.goto(shelf.show(PAGE, css=f"{SHOP_CSS}#below{{min-block-size:50vh}}"))
    thumb = page.locator("review-gallery [part=grid] [part=photo] img")
    assert_right(thumb.nth(1), density)
    walk_down(page)
    row = page.locator("review-list article [part=photos] img")
    expect(row).to_have_count(13)
    row.first.scroll_into_view_if_needed()
    assert_right(row.nth(1), density)
    assert layout_shifts(page) == []

    row.nth(1).click()
    assert_right(page.locator("dialog picture img"), density)
    page.get_by_role("button", name="Previous").click()
    film_box = page.locator("dialog video").bounding_box()
    assert film_box is not None
    poster = f"poster-{enough(film_box['width'] * density)}.webp"
    assert waited_for(lambda: asked(shelf, poster) != [])
    page.keyboard.press("Escape")
    assert asked(shelf, ".mp4") == []
    with page.expect_response("**/film.mp4"):
        row.first.click()
    names = [path.rpartition("/")[2] for path in shelf.asked]
    assert names.index(poster) < names.index("film.mp4")
    context.close()


def walk_down(page: Page) -> None:
    """Scroll to the end as a reader does, a piece at a time."""
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 1"):
        page.evaluate(
            "() => new Promise(done => {scrollBy(0, innerHeight / 3); requestAnimationFrame(done)})"
        )


def asked(shelf: Shelf, ending: str) -> list[str]:
    """What was asked of the review host with this ending."""
    return [path for path in shelf.asked if path.endswith(ending)]

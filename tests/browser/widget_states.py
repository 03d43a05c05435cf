"""Every tag in every state it can be in: what accessibility, layout and hostile-page tests walk."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect
from werkzeug.wrappers import Request, Response

from tests.browser.shelf import LIVE, Shelf
from tests.browser.shelf_documents import collection, head, shop_documents, telling_reviews

SHOP_CSS = (
    "html{color-scheme:light dark;font:16px/1.5 sans-serif;"
    "background:light-dark(#fff,#161616);color:light-dark(#222,#eee)}"
    "review-list,review-summary,review-gallery,review-carousel"
    "{display:block;min-block-size:100vh}"
)
"""A shop that keeps room for what comes, as docs/widgets.md tells it to."""
STARS = '<p>From <review-stars product="MUG">&nbsp;</review-stars></p>'
LINKED = '<p><review-stars product="MUG" href="#reviews">&nbsp;</review-stars></p>'
LIST = '<review-list product="MUG"><p>See what customers say.</p></review-list>'
SUMMARY = '<review-summary product="MUG"><p>See what customers say.</p></review-summary>'
GALLERY = '<review-gallery product="MUG"><p>See their photos.</p></review-gallery>'
CAROUSEL = '<review-carousel collection="picked"><p>Hear from them.</p></review-carousel>'

Step = Callable[[Page], None]


def nothing(page: Page) -> None:
    """The state is there once the page is."""


@dataclass(frozen=True)
class State:
    """A page, the selector that says it is there, and what the visitor then does."""

    body: str
    shown: str
    do: Step = nothing
    lang: str = "en"
    direction: str = "ltr"
    documents: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Documents or files the host does not have."""
    broken: tuple[str, ...] = ()
    """Documents at which the host fails."""

    def open(self, shelf: Shelf, page: Page, **options: Any) -> None:
        """Bring `page` into this state."""
        shelf.documents = shop_documents() | self.documents
        for name in self.missing:
            shelf.documents.pop(name)
        shelf.broken = self.broken
        shelf.live = answer_live
        body = f"<main><h1>Stoneware mug</h1>{self.body}</main>"
        url = shelf.show(
            body, lang=self.lang, direction=self.direction, **{"css": SHOP_CSS} | options
        )
        page.goto(url)
        expect(page.locator(self.shown).first).to_be_visible()
        self.do(page)


def answer_live(request: Request) -> Response:
    """The running service, as far as the tags can tell."""
    if request.method == "POST":
        kind = request.path.rpartition("/")[2]
        assert isinstance(request.get_json(), dict)
        found: dict[str, Any] = {"helpful": 4} if kind == "helpful" else {}
        return Response(json.dumps(found), content_type="application/json")
    assert request.path == f"{LIVE}products/MUG/reviews"
    items = [] if request.args.get("q") == "nothing" else telling_reviews()[:3]
    return Response(
        json.dumps({"items": items, "next_cursor": None}), content_type="application/json"
    )


def press(name: str) -> Step:
    """Press the first button of this name."""
    return lambda page: page.get_by_role("button", name=name).first.click()


def narrowed(page: Page) -> None:
    """A bar is pressed and the list is narrowed to it."""
    press("5 stars")(page)
    expect(page.get_by_role("status").filter(has_text="3 reviews shown")).to_be_visible()


def report_open(page: Page) -> None:
    """A report can be written."""
    press("Report")(page)
    expect(page.get_by_role("dialog")).to_be_visible()


def film_large(page: Page) -> None:
    """The first film of the gallery is shown large."""
    page.locator(THUMB).first.click()
    expect(page.get_by_role("dialog").locator("video")).to_be_visible()


def report_sent(page: Page) -> None:
    """A report is filled in and sent."""
    report_open(page)
    page.get_by_label("Clearly untrue").check()
    page.get_by_label("What should we know?").fill('It says "blue"; mine was \\ green.\n')
    press("Send report")(page)
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()


def searched_in_vain(page: Page) -> None:
    """A search that finds nothing."""
    page.get_by_role("searchbox").fill("nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No review matches")).to_be_visible()


def explained(page: Page) -> None:
    """A long text is unfolded and a label explained."""
    press("Read more")(page)
    page.get_by_text("Verified buyer").first.click()
    expect(page.get_by_text("Tied to an order").first).to_be_visible()


def large_photo(page: Page) -> None:
    """A photo of the list is shown large."""
    page.get_by_role("button", name="Photo by Ada Q.").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Better than the picture")


REVIEW = "[part=review]"
THUMB = "[part=photo]"
NO_PICTURES = tuple(name for name in shop_documents() if name.startswith("media/"))
EMPTY = head([], summary={"count": 0, "average": 0.0, "histogram": dict.fromkeys("12345", 0)})
LONG = head(
    [each | {"title": "Very " * 60, "author": "A" * 120} for each in telling_reviews()],
    topics=[{"word": "unbreakable" * 6, "count": 1}],
)

STATES: dict[str, dict[str, State]] = {
    "review-stars": {
        "shown": State(STARS, "[part=stars]"),
        "a link": State(LINKED, "a[part=stars]"),
        "unknown product": State(STARS, "main", documents={"stars/0.json": {"products": {}}}),
    },
    "review-summary": {
        "alone": State(SUMMARY, "[part=bars]"),
        "with a list, a bar pressed": State(SUMMARY + LIST, REVIEW, narrowed),
    },
    "review-list": {
        "shown": State(LIST, REVIEW),
        "text unfolded, label explained": State(LIST, REVIEW, explained),
        "nothing found": State(LIST, REVIEW, searched_in_vain),
        "photo large": State(LIST, REVIEW, large_photo),
        "report open": State(LIST, REVIEW, report_open),
        "report sent": State(LIST, REVIEW, report_sent),
        "no reviews": State(
            LIST, "text=No reviews yet", documents={"products/MUG/head.json": EMPTY}
        ),
        "host away": State(LIST, "text=See what", broken=("products/MUG/head.json",)),
        "long words": State(LIST, REVIEW, documents={"products/MUG/head.json": LONG}),
        "pictures fail": State(LIST, REVIEW, missing=NO_PICTURES),
        "right to left": State(LIST, REVIEW, lang="ar", direction="rtl"),
        "German": State(LIST, REVIEW, lang="de-CH"),
    },
    "review-gallery": {
        "shown": State(GALLERY, THUMB),
        "film large": State(GALLERY, THUMB, film_large),
        "pictures fail": State(GALLERY, THUMB, missing=NO_PICTURES),
        "right to left": State(GALLERY, THUMB, lang="he", direction="rtl"),
    },
    "review-carousel": {
        "shown": State(CAROUSEL, "[part=slide]"),
        "right to left": State(CAROUSEL, "[part=slide]", lang="ar", direction="rtl"),
        "one review": State(
            CAROUSEL,
            "[part=slide]",
            documents={"collections/picked.json": collection(reviews=telling_reviews()[:1])},
        ),
    },
}

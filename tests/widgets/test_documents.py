"""JSON documents, pages and structured data made from plain values."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from reviewapp.core.i18n import translator
from reviewapp.widgets import documents
from reviewapp.widgets.pages import Pages
from reviewapp.widgets.structured_data import product_graph, script_text
from reviewapp.widgets.values import ChunkView, ShopFacts, ShopReply, Summary
from tests.widgets.stories import PRODUCT, SHOP, photo, shown, view

HOSTILE = "</script><script>alert(1)</script><!-- & \" ' \u2028 ]]>"


def pages(language: str = "en", **values: Any) -> Pages:
    facts = ShopFacts(
        **{"name": SHOP.name, "language": language, "url": SHOP.url, "base_url": SHOP.base_url}
        | values
    )
    return Pages(facts, translator(language))


class Markup(HTMLParser):
    """Collects tags, their attributes and the text of scripts."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script" and data.strip().startswith("{"):
            self.scripts.append(data)


def test_the_same_values_give_the_same_bytes() -> None:
    one, two = view(shown(1), shown(0)), view(shown(1), shown(0))
    assert documents.head(one) == documents.head(two)
    assert pages().head(one) == pages().head(two)


def test_a_review_leaves_out_what_is_not_so() -> None:
    assert documents.review_json(shown()) == {
        "author": "Ada Q.",
        "body": "The glaze is even.",
        "date": "2026-11-02",
        "id": "01930000-0000-7000-8000-000000000000",
        "language": "en",
        "position": 0,
        "rating": 4,
        "title": "Keeps the tea warm",
        "verified": False,
    }


def test_a_review_tells_its_labels_photos_and_answer() -> None:
    told = documents.review_json(
        shown(
            verified=True,
            incentive="A voucher",
            imported_from="Loox",
            staff=True,
            edited=True,
            redacted=("abusive",),
            photos=(photo(),),
            reply=ShopReply("Thanks", date(2026, 11, 3)),
        )
    )
    assert told["incentive"] == "A voucher"
    assert told["reply"] == {"body": "Thanks", "date": "2026-11-03"}
    assert told["photos"][0]["sources"][0]["width"] == 320
    assert (told["imported_from"], told["staff"], told["edited"]) == ("Loox", True, True)


def test_star_files_hold_average_and_count() -> None:
    made = json.loads(documents.stars(2, {"MUG": Summary(3, 4.3, (0, 0, 1, 0, 2))}))
    assert made == {"format": 1, "products": {"MUG": [4.3, 3]}, "shards": 2}


def test_one_number_everywhere() -> None:
    """G16: count and average are the same in JSON, structured data and pages."""
    shown_view = view(shown(1, rating=5), shown(0, rating=4, imported_from="Loox"))
    summary = json.loads(documents.head(shown_view))["summary"]
    graph = product_graph(shown_view)
    assert graph is not None
    assert summary["count"] == graph["aggregateRating"]["reviewCount"] == 2
    assert summary["average"] == graph["aggregateRating"]["ratingValue"] == 4.5
    for page in (pages().head(shown_view), pages().index(shown_view)):
        assert "4.5 out of 5 stars" in page.decode()
        assert "2 reviews" in page.decode()


def test_structured_data_is_of_the_product_and_leaves_out_imports_and_staff() -> None:
    reviews = (shown(2, photos=(photo(),)), shown(1, imported_from="Loox"), shown(0, staff=True))
    graph = product_graph(view(*reviews))
    assert graph is not None
    assert graph["@type"] == "Product"
    (review,) = graph["review"]
    assert review["author"] == {"@type": "Person", "name": "Ada Q."}
    assert review["datePublished"] == "2026-11-02"
    (image,) = review["image"]
    assert image["contentUrl"] == f"{SHOP.base_url}/media/abc-1600.webp"


def test_without_a_review_there_is_no_structured_data() -> None:
    assert product_graph(view()) is None
    assert b"ld+json" not in pages().head(view())


def test_authors_names_are_cut_to_what_is_valid() -> None:
    graph = product_graph(view(shown(author="x" * 300)))
    assert graph is not None
    assert len(graph["review"][0]["author"]["name"]) == 99


def test_hostile_words_stay_words_in_pages_and_structured_data() -> None:
    hostile = shown(
        title=HOSTILE, body=HOSTILE, author=HOSTILE, incentive=HOSTILE, imported_from=HOSTILE
    )
    replied = shown(1, reply=ShopReply(HOSTILE, date(2026, 11, 3)), body=HOSTILE)
    for made in (pages().head(view(hostile, replied)), pages().index(view(hostile, replied))):
        markup = Markup(made)
        assert markup.tags.count("script") == 1
        (graph,) = markup.scripts
        assert json.loads(graph)["review"][0]["reviewBody"] == HOSTILE
        assert not [name for name, _ in markup.attributes if name.startswith("on")]
    assert "<" not in script_text({"a": HOSTILE})


def test_pages_bear_no_inline_script_or_style() -> None:
    made = view(shown(0, photos=(photo(),)), next_chunk=0)
    chunk = ChunkView(SHOP, PRODUCT, 3, 2, made.newest)
    for page in (pages().head(made), pages().index(made), pages().chunk(chunk), pages().policy()):
        names = {name for name, _ in Markup(page).attributes}
        assert "style" not in names
        assert b"<style" not in page


def test_every_surface_links_the_policy() -> None:
    """G19: wherever reviews are shown, so is how they are collected and checked."""
    made = view(shown())
    chunk = ChunkView(SHOP, PRODUCT, 0, None, made.newest)
    for page in (pages().head(made), pages().index(made), pages().chunk(chunk)):
        assert b"policy.html" in page


def test_older_pages_are_linked_down_to_the_first() -> None:
    made = pages().index(view(shown(), next_chunk=2)).decode()
    assert 'href="page-2.html"' in made
    middle = pages().chunk(ChunkView(SHOP, PRODUCT, 2, 1, ())).decode()
    assert 'href="page-1.html"' in middle
    first = pages().chunk(ChunkView(SHOP, PRODUCT, 0, None, ())).decode()
    assert 'rel="next"' not in first


def test_the_fragment_uses_whole_addresses_and_the_pages_relative_ones() -> None:
    made = view(shown(photos=(photo(),)))
    fragment, page = pages().head(made).decode(), pages().index(made).decode()
    assert f'src="{SHOP.base_url}/media/abc-320.webp"' in fragment
    assert 'src="../../media/abc-320.webp"' in page
    assert "\0" not in fragment + page


def test_photos_reserve_their_place() -> None:
    made = pages().head(view(shown(photos=(photo(),)))).decode()
    assert re.search(r'<img [^>]*width="320" height="240"', made)
    assert "media/abc-1600.webp 1600w" in made


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt"])
def test_the_policy_tells_its_five_things_in_the_shops_language(language: str) -> None:
    page = pages(language).policy().decode()
    assert f'<html lang="{language}"' in page
    assert page.count("<h2>") == 5
    if language != "en":
        assert "How reviews" not in page


def test_the_policy_discloses_an_incentive_where_there_is_one() -> None:
    """G20: what is offered in return is told."""
    assert "5 € voucher" in pages(incentive="5 € voucher").policy().decode()
    assert "nothing in return" in pages().policy().decode()


def test_the_policy_names_every_reason_to_refuse() -> None:
    assert pages().policy().decode().count("<li>") == 9

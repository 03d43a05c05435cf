"""JSON-LD: only words schema.org has, all that Google needs, and nothing the page does not show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reviewapp.widgets.structured_data import product_graph, questions_graph
from reviewapp.widgets.values import (
    Film,
    PhotoSource,
    QuestionsView,
    ShownAnswer,
    ShownQuestion,
)
from tests.widgets.stories import PRODUCT, photo, shown, view

DATA = Path(__file__).parent / "structured_data"
VOCABULARY: dict[str, dict[str, list[str]]] = json.loads((DATA / "schema_org.json").read_text())
"""Properties by type with the types they take: an excerpt of schema.org, see its README."""
GOOGLE: dict[str, Any] = json.loads((DATA / "google.json").read_text())
"""What Google's documentation requires of each type; a list is a choice of one."""
FILM = Film(
    width=720,
    height=1280,
    duration_ms=12_500,
    color="#aa8866",
    placeholder="data:image/webp;base64,UklGRg==",
    poster=(PhotoSource("media/f-320.webp", 320, 569, "image/webp"),),
    sources=(PhotoSource("media/f-720.mp4", 720, 1280, "video/mp4"),),
)
RICH = replace(
    PRODUCT,
    url="https://kiln.example/mug",
    image_url="https://kiln.example/mug.jpg",
    brand="Kiln",
    gtin="4006381333931",
    mpn="K-1",
)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every typed node of a graph."""
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def fits(value: Any, types: list[str]) -> bool:
    if isinstance(value, dict):
        return value["@type"] in types or "Thing" in types
    if isinstance(value, int | float):
        return bool({"Number", "Integer"} & set(types))
    known = {"Text", "URL", "Date", "DateTime", "Duration"} & set(types)
    return bool(known) and (known != {"Date", "DateTime"} or bool(date.fromisoformat(value)))


def faults(graph: dict[str, Any]) -> list[str]:
    """What schema.org or Google would object to."""
    found = []
    for node in nodes(graph):
        kind = node["@type"]
        for name, value in node.items():
            if name in ("@type", "@context"):
                continue
            if name not in VOCABULARY[kind]:
                found.append(f"{kind} has no {name}")
                continue
            values = value if isinstance(value, list) else [value]
            if not all(fits(each, VOCABULARY[kind][name]) for each in values):
                found.append(f"{kind}.{name} does not take this")
        for wanted in GOOGLE.get(kind, []):
            choices = wanted if isinstance(wanted, list) else [wanted]
            if not any(node.get(choice) not in (None, "", []) for choice in choices):
                found.append(f"{kind} lacks {' or '.join(choices)}")
    return found


def graph_of(*reviews: Any, **values: Any) -> dict[str, Any]:
    graph = product_graph(view(*reviews, product=RICH, **values))
    assert graph is not None
    return graph


def test_a_product_with_everything_is_valid() -> None:
    told = shown(1, photos=(photo(),), videos=(FILM,))
    graph = graph_of(shown(2, title=""), told)
    assert faults(graph) == []
    (film,) = graph["review"][1]["video"]
    assert (film["duration"], film["@type"]) == ("PT12.5S", "VideoObject")
    for media in (film, graph["review"][1]["image"][0]):
        assert media["creditText"] == "Ada Q."
        assert media["license"].endswith("/policy.html#media")


def test_the_check_itself_finds_what_is_wrong() -> None:
    graph = graph_of(shown())
    del graph["review"][0]["author"]
    graph["stars"] = 5
    graph["aggregateRating"]["ratingValue"] = {"@type": "Person", "name": "x"}
    assert sorted(faults(graph)) == [
        "AggregateRating.ratingValue does not take this",
        "Product has no stars",
        "Review lacks author",
    ]


def test_a_film_still_being_prepared_is_not_offered() -> None:
    graph = graph_of(shown(videos=(replace(FILM, sources=()),)))
    assert "video" not in graph["review"][0]


def test_imported_and_staff_reviews_count_and_are_not_offered() -> None:
    graph = graph_of(shown(2, imported_from="Judge.me"), shown(1, staff=True), shown(0))
    assert graph["aggregateRating"]["reviewCount"] == 3
    assert [review["datePublished"] for review in graph["review"]] == ["2026-11-02"]


def test_without_a_review_there_is_no_markup() -> None:
    assert product_graph(view(product=RICH)) is None


def test_names_too_long_for_an_author_are_cut() -> None:
    graph = graph_of(shown(author="A" * 150))
    assert len(graph["review"][0]["author"]["name"]) < 100


@pytest.mark.parametrize("number", [None, 3])
def test_answered_questions_are_valid(number: int | None) -> None:
    on = date(2026, 11, 2)
    answers = (
        ShownAnswer("a", "Yes.", "Kiln & Clay", "shop", on, 2),
        ShownAnswer("b", "It is.", "Bob", "buyer", on, 0),
    )
    page = QuestionsView(
        number,
        2,
        (
            ShownQuestion("q", "Dishwasher safe?", "Ada", on, 1, answers),
            ShownQuestion("r", "Blue?", "Ada", on, 0, ()),
        ),
        None,
    )
    graph = questions_graph(RICH, page, "https://reviews.example/p/v1/wk/products/MUG")
    assert graph is not None
    assert faults(graph) == []
    (question,) = graph["mainEntity"]
    assert question["answerCount"] == 2
    assert question["acceptedAnswer"]["text"] == "Yes."
    assert [answer["text"] for answer in question["suggestedAnswer"]] == ["It is."]


def test_the_shop_itself_is_never_marked_up() -> None:
    templates = Path("reviewapp/templates/widgets")
    marked = {
        file.name
        for file in templates.glob("*.html")
        if re.search("json_ld|ld\\+json", file.read_text())
    }
    assert "public_store.html" not in marked
    assert "public_policy.html" not in marked

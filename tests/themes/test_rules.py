from __future__ import annotations

import re

import pytest

from reviewapp.models.case import ROUTES as CASE_ROUTES
from reviewapp.themes.rules import (
    LONGEST_QUOTE,
    ROUTES,
    batch_of,
    find_themes,
    route_of,
    sentence_at,
    theme_names,
)


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("The rim was chipped when it arrived three weeks late.", {"damage", "shipping"}),
        ("Leider kam der falsche Artikel, der Kundenservice antwortet nicht.",
         {"wrong_item", "support"}),
        ("Le colis est arrivé avec du retard et la tasse est ébréchée.", {"shipping", "damage"}),
        ("Pedí la talla M y es demasiado pequeña, quiero el reembolso.", {"sizing", "refund"}),
        ("Não é como na foto e muito caro para a qualidade.", {"mismatch", "price", "quality"}),
        ("Is it safe in the dishwasher?", {"usage"}),
        ("Ich gehe zum Anwalt.", {"risk"}),
        ("Lovely.", set()),
    ],
)  # fmt: skip
def test_themes_are_found_in_five_languages(text: str, themes: set[str]) -> None:
    assert {found.theme for found in find_themes(text)} == themes


def test_a_find_names_the_words_that_made_it() -> None:
    text = "It looked fine, but the handle is broken."
    (found,) = find_themes(text)
    assert text[found.start : found.end] == "broken"


@pytest.mark.parametrize(
    ("text", "batch"),
    [
        ("The label says batch 23A.", "23A"),
        ("Charge: 7-12, alle gesprungen.", "7-12"),
        ("Lote nº 0042 veio trincado", "0042"),
        ("Lot number 88/b", "88/B"),
        ("A lot of fun", None),
        ("Batch unknown", None),
    ],
)
def test_a_batch_is_what_stands_behind_its_word(text: str, batch: str | None) -> None:
    assert batch_of(text) == batch


def test_a_case_takes_the_most_urgent_route() -> None:
    assert route_of("Arrived late and broken, I want a refund") == "damaged"
    assert route_of("It came late") == "delay"
    assert route_of("Scam, it came late") == "chargeback"
    assert route_of("Meh.") == "other"
    assert set(ROUTES.values()) <= set(CASE_ROUTES)
    assert set(ROUTES) <= set(theme_names())


def test_a_sentence_is_quoted_whole_or_cut_at_a_word() -> None:
    text = "Hello. The rim  was\tchipped! Bye."
    assert sentence_at(text, text.index("chipped")) == "The rim was chipped"
    assert sentence_at(text, len(text)) == ""
    long = sentence_at("word " * 60, 3)
    assert len(long) <= LONGEST_QUOTE + 2
    assert re.fullmatch(r"(?:word )+…", long)

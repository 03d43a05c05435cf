"""What is cheaply looked for first never hides a review that has the words."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from reviewapp.core.kit import Kit
from reviewapp.widgets.live_queries import part_of

TEXTS = [
    "It went through the dishwasher TWICE, no harm.", "Größe STIMMT, straße fast richtig",
    "Don't buy at http://kiln-clay.example/mugs or by mail@kiln.example!", "3.5 out of 5_stars",
    "well-made, hand-thrown; l'été à la maison", "ÇA MARCHE É́T encore", "İstanbul ışık",
    "茶が 温かい dishwasher_safe", "mug/handle or glaze", "", "A-1 x2000 v2.0.1",
]  # fmt: skip
QUERIES = [
    "Dishwasher", "dishwasher twice", "GRÖSSE", "größe", "Straße", "don't", "kiln-clay.example",
    "mail@kiln.example", "3.5", "5_stars", "well-made", "l'été", "ça marche", "istanbul",
    "İSTANBUL", "茶が", "mug or glaze", "mug OR nothing", '"hand thrown"', "twice -harm",
    "x2000 v2.0.1", "mug/handle", "a", "...", "dishwasher_safe", "or",
]  # fmt: skip
MATCHES = """
SELECT t.said, q.words,
  to_tsvector('simple', t.said) @@ websearch_to_tsquery('simple', q.words) AS matches,
  strpos(lower(t.said), lower(q.part)) > 0 AS holds
FROM unnest(CAST(:texts AS text[])) AS t(said),
  unnest(CAST(:queries AS text[]), CAST(:parts AS text[])) AS q(words, part)
"""


def test_every_text_with_the_words_holds_the_part_that_is_looked_for_first(kit: Kit) -> None:
    told = {"texts": TEXTS, "queries": QUERIES, "parts": [part_of(words) for words in QUERIES]}
    with kit.database.engine.connect() as connection:
        rows = connection.execute(text(MATCHES), told).all()
    assert [row for row in rows if row.matches and not row.holds] == []
    assert sum(row.matches for row in rows) > len(QUERIES) / 2, "the searches find something"
    assert sum(not row.holds for row in rows) > len(rows) / 2, "and most texts are left out"


@pytest.mark.parametrize("words", ['"warm tea"', "mug -glaze", "mug or glaze", "mug OR glaze", "5"])
def test_where_no_letters_are_certain_every_text_is_taken_apart(words: str) -> None:
    assert part_of(words) == ""


def test_the_longest_word_is_looked_for_first() -> None:
    assert part_of("the dishwasher ate it") == "dishwasher"

"""What a marketer typed, as the words that stand in the index: stemmed for each language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from reviewapp.library.projection_sql import CONFIGURATIONS, ONLY_WORDS
from reviewapp.library.wanted import Wanted

MOST_WORDS = 8
"""Words of a search that are looked at."""

LANGUAGES = text("""
WITH RECURSIVE found AS (
  (SELECT language FROM library_asset WHERE shop_id = :shop ORDER BY language LIMIT 1)
  UNION ALL
  SELECT (SELECT language FROM library_asset
    WHERE shop_id = :shop AND language > found.language ORDER BY language LIMIT 1)
  FROM found WHERE found.language IS NOT NULL)
SELECT language FROM found WHERE language IS NOT NULL
""")
"""Hops from language to language over the index; DISTINCT would read every row."""
LEXEMES = text(f"""
SELECT array_agg(place ORDER BY place, lexeme), array_agg(lexeme ORDER BY place, lexeme)
FROM unnest(CAST(:configurations AS regconfig[])) AS configuration
CROSS JOIN regexp_split_to_table({ONLY_WORDS.format("CAST(:typed AS text)")}, ' ')
  WITH ORDINALITY AS token(word, place)
CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(configuration, token.word))) AS lexeme
GROUP BY configuration
""")  # noqa: S608  # only our own pattern is put in


@dataclass(frozen=True)
class Way:
    """One way in which a review can have all that was typed."""

    words: tuple[tuple[str, ...], ...] = ()
    """What has to stand in it, each in one of these forms: those of the shop's languages."""


def languages_of(session: Session, shop_id: UUID) -> Sequence[str]:
    """The languages of a shop's pieces, sorted."""
    return session.scalars(LANGUAGES, {"shop": shop_id}).all()


def ways_of(session: Session, wanted: Wanted, languages: Sequence[str]) -> list[Way]:
    """Every way in which words and tag can be found; none: only stop words were typed."""
    tag = ((f"#{wanted.tag}",),) if wanted.tag else ()
    if not wanted.q:
        return [Way(tag)]
    return [Way((*words, *tag)) for words in _typed(session, wanted.q, languages)]


def _typed(
    session: Session, typed: str, languages: Sequence[str]
) -> list[tuple[tuple[str, ...], ...]]:
    """What was typed, each word in its forms.

    A word that one language leaves out as too common makes two ways: with it and without.
    """
    known = {CONFIGURATIONS.get(language, "simple") for language in languages} or {"simple"}
    rows = session.execute(LEXEMES, {"typed": typed, "configurations": sorted(known)})
    ways: dict[tuple[int, ...], list[set[str]]] = {}
    for places, lexemes in rows:
        kept = tuple(places[:MOST_WORDS])
        forms = ways.setdefault(kept, [set() for _ in kept])
        for each, lexeme in zip(forms, lexemes, strict=False):
            each.add(lexeme)
    return [tuple(dict.fromkeys(tuple(sorted(one)) for one in forms)) for forms in ways.values()]

"""What a marketer typed, as the words that stand in the index: stemmed, counted, the rare first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session, aliased

from reviewapp.library.projection_sql import CONFIGURATIONS, ONLY_WORDS
from reviewapp.library.wanted import Wanted
from reviewapp.models.library_asset import LibraryWord

MOST_WORDS = 8
"""Words of a search that are looked at."""
RARE = 1_000
"""Reviews: of a word in no more of them all are read, of any other only those of the page."""

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
SELECT configuration, array_agg(lexeme ORDER BY place)
FROM unnest(CAST(:configurations AS regconfig[])) AS configuration
CROSS JOIN regexp_split_to_table({ONLY_WORDS.format("CAST(:typed AS text)")}, ' ')
  WITH ORDINALITY AS token(word, place)
CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(configuration, token.word))) AS lexeme
GROUP BY configuration
""")  # noqa: S608  # only our own pattern is put in
COUNTS = text("""
SELECT word, (SELECT count(*) FROM (SELECT 1 FROM library_word
  WHERE shop_id = :shop AND word = asked.word LIMIT :most) known)
FROM unnest(CAST(:words AS text[])) AS asked(word)
""")


@dataclass(frozen=True)
class Way:
    """One way in which a review can have all that was typed: in the forms of one language."""

    words: tuple[str, ...] = ()
    """What has to stand in it, each in very many reviews."""
    places: Sequence[UUID] | None = None
    """Of all reviews that have them, where they are few; then `words` is empty."""


def languages_of(session: Session, shop_id: UUID) -> Sequence[str]:
    """The languages of a shop's pieces, sorted."""
    return session.scalars(LANGUAGES, {"shop": shop_id}).all()


def ways_of(session: Session, shop_id: UUID, wanted: Wanted, languages: Sequence[str]) -> list[Way]:
    """Every way in which words and tag can be found; none: they stand nowhere.

    Stop words are left out; where nothing else was typed, nothing is found.
    """
    if not wanted.q and not wanted.tag:
        return [Way()]
    forms = _forms(session, wanted.q, languages) if wanted.q else {()}
    tag = (f"#{wanted.tag}",) if wanted.tag else ()
    typed = [(*words, *tag) for words in sorted(forms)]
    told = {"shop": shop_id, "words": sorted({word for words in typed for word in words})}
    found = session.execute(COUNTS, told | {"most": RARE + 1})
    counts: dict[str, int] = dict(found.all())
    ways, places = [], set[UUID]()
    for words in typed:
        rarest = sorted(words, key=lambda word: counts[word])
        if counts[rarest[0]] > RARE:
            ways.append(Way(words))
        elif counts[rarest[0]]:
            places |= _places_with(session, shop_id, rarest)
    return [*ways, *([Way(places=sorted(places))] if places else [])]


def _forms(session: Session, typed: str, languages: Sequence[str]) -> set[tuple[str, ...]]:
    """What was typed, stemmed as each of these languages is; without empty ones."""
    known = {CONFIGURATIONS.get(language, "simple") for language in languages} or {"simple"}
    rows = session.execute(LEXEMES, {"typed": typed, "configurations": sorted(known)})
    return {tuple(dict.fromkeys(words))[:MOST_WORDS] for _, words in rows}


def _places_with(session: Session, shop_id: UUID, rarest: Sequence[str]) -> set[UUID]:
    """The places of the reviews with all these words, the first of which is rare."""
    first, *others = rarest
    found = select(LibraryWord.place).where(
        LibraryWord.shop_id == shop_id, LibraryWord.word == first
    )
    for word in others:
        other = aliased(LibraryWord)
        found = found.where(
            exists(1).where(
                other.shop_id == shop_id, other.word == word, other.place == LibraryWord.place
            )
        )
    return set(session.scalars(found))

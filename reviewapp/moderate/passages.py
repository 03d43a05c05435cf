"""Passages of a review: found by the words a moderator typed or marked, cut out, shown marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewapp.moderate.signals import Span, merged

FIELDS = ("title", "body")
"""What a redaction can be about; answers to questions are not published as words."""

_GAP = re.compile(r"\s*(?:…|\.\.\.)\s*")


@dataclass(frozen=True)
class Passage:
    """A span of the title or the body, in code points."""

    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A run of text and the kinds of flags that lie on it (none: plain)."""

    text: str
    kinds: tuple[str, ...]
    start: int = 0
    """Where it begins in the whole text: what a flag's link leads to."""


def find_passages(texts: Mapping[str, str], typed: str) -> list[Passage]:
    """Every place where the typed words stand; white space need not match.

    "first words … last words" means all from the first to the last. Empty when they stand
    nowhere.
    """
    parts = [part for part in _GAP.split(typed.strip()) if part.strip()]
    if not parts:
        return []
    pattern = re.compile(
        r"[\s\S]*?".join(r"\s+".join(map(re.escape, part.split())) for part in parts),
        re.IGNORECASE,
    )
    return [
        Passage(field, match.start(), match.end())
        for field in FIELDS
        for match in pattern.finditer(texts.get(field, ""))
        if match.end() > match.start()
    ]


def with_redactions(
    before: Iterable[Mapping[str, Any]], passages: Iterable[Passage], reason: str
) -> list[dict[str, Any]]:
    """The review's redactions with these added once, in the order of the text (G15)."""
    rows = {(row["field"], row["start"], row["end"]): dict(row) for row in before}
    for passage in passages:
        key = (passage.field, passage.start, passage.end)
        rows.setdefault(
            key,
            {
                "field": passage.field,
                "start": passage.start,
                "end": passage.end,
                "reason": reason,
            },
        )
    return [rows[key] for key in sorted(rows)]


def marked(text: str, marks: Sequence[tuple[Span, str]]) -> list[Piece]:
    """`text` in pieces, so that a page can show where flags lie; overlapping ones share a piece."""
    pieces: list[Piece] = []
    at = 0
    for span in merged([span for span, _ in marks]):
        start, end = max(span.start, at), min(span.end, len(text))
        if start >= end:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], (), at))
        kinds = {kind for mark, kind in marks if mark.start < end and start < mark.end}
        pieces.append(Piece(text[start:end], tuple(sorted(kinds)), start))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], (), at))
    return pieces

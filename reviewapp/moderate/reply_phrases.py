"""Wording of public answers by kind, read from `words/replies.txt` (G27, playbook 5).

A phrase list cannot understand a text; it finds what is known to be pressure, threat or blame and
shows the very words. A blank in a pattern stands for any white space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reviewapp.moderate.signals import Span

WORDS = Path(__file__).resolve().parent / "words"

REFUSED = ("threat", "accusation", "pressure", "reward")
"""What no answer goes out with (G27, G8)."""

WARNED = ("blame", "defensive", "promise")
"""What a person is asked to look at again."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"})


def find_phrases(kind: str, body: str) -> Iterator[Span]:
    """Where wording of `kind` stands in `body`: of REFUSED, WARNED, `stock`, `channel`, `action`.

    Apostrophes of any shape, split accents and invisible characters hide nothing.
    """
    plain, places = flattened(body)
    for match in _patterns()[kind].finditer(plain):
        if match.end() > match.start():
            yield Span(places[match.start()], places[match.end() - 1] + 1)


def flattened(body: str) -> tuple[str, list[int]]:
    """`body` composed, blanks run together, nothing invisible; and each letter's place in it."""
    letters: list[str] = []
    places: list[int] = []
    for place, written in enumerate(body.translate(_QUOTES)):
        char = written
        if unicodedata.category(char) == "Cf":
            continue
        if letters and unicodedata.combining(char):
            composed = unicodedata.normalize("NFC", letters[-1] + char)
            letters[-1] = composed if len(composed) == 1 else letters[-1]
            continue
        if char.isspace():
            if letters[-1:] == [" "]:
                continue
            char = " "
        letters.append(char)
        places.append(place)
    return "".join(letters), places


@cache
def common_words() -> frozenset[str]:
    """Words that name nothing of a review: little words and the stock of polite answers."""
    text = (WORDS / "reply_common.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    kinds: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (WORDS / "replies.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and line[1:-1].replace("_", "").isalpha():
            lines = kinds.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.IGNORECASE)
        for kind, found in kinds.items()
    }

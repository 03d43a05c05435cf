"""Finding the themes and the batch a text names; pure and deterministic (playbook 4, 9).

A word list cannot understand a text. It counts what is plainly named, so that three customers
with one problem are seen as one; a person reads the texts behind every count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).resolve().parent / "words.txt"
LONGEST_BATCH = 20
LONGEST_QUOTE = 90
_BATCH = re.compile(
    r"(?<!\w)(?:batch|lot|charge|los|chargennummer|lote|partida)"
    r"(?: (?:no\.?|number|nr\.?|n[º°o]\.?|num\.?))?"
    rf"\s*[:#]?\s*((?=[\w/-]*\d)[\w][\w/-]{{1,{LONGEST_BATCH - 1}}})",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+")

ROUTES = {
    "risk": "chargeback",
    "damage": "damaged",
    "wrong_item": "damaged",
    "refund": "return",
    "exchange": "return",
    "shipping": "delay",
}
"""Theme → the route of a case about it (playbook 4), the most urgent first; else "other"."""


@dataclass(frozen=True)
class Found:
    """A theme and the first words that name it, in code points of the text."""

    theme: str
    start: int
    end: int


def find_themes(text: str) -> list[Found]:
    """Every theme named in `text`, once each, in the order of the text."""
    found = [
        Found(theme, match.start(), match.end())
        for theme, pattern in _patterns().items()
        if (match := pattern.search(text))
    ]
    return sorted(found, key=lambda one: (one.start, one.theme))


def theme_names() -> tuple[str, ...]:
    """All themes there are, in the order of the word list."""
    return tuple(_patterns())


def batch_of(text: str) -> str | None:
    """The batch number a text names ("batch 23A", "Charge: 7-12"), upper case; None without one."""
    match = _BATCH.search(text)
    return match[1].strip("-/").upper() if match else None


def route_of(text: str) -> str:
    """The route of a case about what `text` tells: the most urgent theme's, else "other"."""
    named = {found.theme for found in find_themes(text)}
    return next((route for theme, route in ROUTES.items() if theme in named), "other")


def sentence_at(text: str, place: int) -> str:
    """The sentence of `text` around `place`, one line, cut at a word to LONGEST_QUOTE."""
    for match in _SENTENCE.finditer(text):
        if match.start() <= place < match.end():
            line = " ".join(match[0].split())
            if len(line) <= LONGEST_QUOTE:
                return line
            return line[:LONGEST_QUOTE].rpartition(" ")[0].rstrip(" ,;:") + " …"
    return ""


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    themes: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = themes.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {
        theme: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
        for theme, words in themes.items()
    }

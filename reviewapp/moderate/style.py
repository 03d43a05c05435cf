"""How a text is written, as two signals: reads like spam, reads like machine-written (pure).

Two logistic models over words and a few measures of style, trained offline by `bench/style.py`;
their coefficients are in `words/*.json` (sources: NOTICE). English only. A hint for a person: how
often they are right stands in docs/screening.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import exp
from pathlib import Path

WORDS = Path(__file__).resolve().parent / "words"
MODELS = ("spam", "machine_written")
LEAST_WORDS = {"spam": 12, "machine_written": 25}
"""Shorter texts have no style."""
MOST_REASONS = 3

_WORD = re.compile(r"[a-z']+")
_SENTENCE = re.compile(r"[.!?]+\s")
_CALL = re.compile(r"\b(?:call|txt|text|reply|send|visit|click|whatsapp|dm)\b", re.I)
_MONEY = re.compile(
    r"[£$€]\s?\d|\d\s?(?:%|usd|eur|gbp)\b|\b(?:cash|prize|free|win|won|offer)\b", re.I
)

_PLACES = {
    "m:digits": re.compile(r"\d(?:[\d .,/-]*\d)?"),
    "m:capitals": re.compile(r"\b[A-Z]{2,}(?:\s+[A-Z]{2,})*\b"),
    "m:call": _CALL,
    "m:money": _MONEY,
    "m:links": re.compile(r"\S*(?:www|http|\.com)\S*"),
    "m:exclaims": re.compile(r"!+"),
}
"""Measures of style that stand somewhere; the others are about the whole text."""

REASONS = {
    "m:digits": "many digits",
    "m:capitals": "many capital letters",
    "m:call": "asks to call, write or click",
    "m:money": "speaks of money, prizes or offers",
    "m:links": "points elsewhere",
    "m:exclaims": "many exclamation marks",
    "m:variety": "how seldom words come back",
    "m:sentence": "how long the sentences are",
    "m:word": "how long the words are",
    "m:commas": "how many commas there are",
    "m:repeats": "says the same again",
    "m:length": "how long it is",
}
"""Measures of style → how a reason names them (English msgids)."""


@dataclass(frozen=True)
class Model:
    """Weights by feature, and the probability from which a text is flagged."""

    weights: Mapping[str, float]
    bias: float
    threshold: float


@dataclass(frozen=True)
class Reading:
    """How probable it is, 0 to 1, and what speaks most for it."""

    probability: float
    reasons: tuple[str, ...]
    places: tuple[tuple[int, int] | None, ...]
    """Where each reason stands first, in code points; None where it is about the whole text."""


def reads_like(text: str, name: str) -> Reading | None:
    """What model `name` says where it is beyond its threshold; None otherwise."""
    value = probability(text, name)
    if value < load(name).threshold:
        return None
    parts = _parts(text, name)
    strongest = sorted((key for key in parts if parts[key] > 0), key=lambda key: -parts[key])
    named = strongest[:MOST_REASONS]
    told = tuple(REASONS.get(key) or f"“{key[2:]}”" for key in named)
    return Reading(value, told, tuple(_place(text, key) for key in named))


def probability(text: str, name: str) -> float:
    """What model `name` makes of a text, 0 to 1; 0 for texts too short to have a style."""
    if len(_WORD.findall(text.lower())) < LEAST_WORDS[name]:
        return 0.0
    total = load(name).bias + sum(_parts(text, name).values())
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def _parts(text: str, name: str) -> dict[str, float]:
    weights = load(name).weights
    return {key: value * weights.get(key, 0.0) for key, value in features(text).items()}


def _place(text: str, key: str) -> tuple[int, int] | None:
    """Where the feature stands first."""
    if key == "m:repeats":
        return _repeated(text)
    pattern = _PLACES.get(key)
    if key.startswith("w:"):
        words = r"[^a-z']+".join(map(re.escape, key[2:].split()))
        pattern = re.compile(rf"(?<![a-z'])(?:{words})(?![a-z'])", re.I)
    found = pattern.search(text) if pattern else None
    return found.span() if found else None


def _repeated(text: str) -> tuple[int, int] | None:
    """The first pair of words that stood before."""
    seen = set()
    for one, two in pairwise(re.finditer(_WORD.pattern, text, re.I)):
        pair = (one[0].lower(), two[0].lower())
        if pair in seen:
            return one.start(), two.end()
        seen.add(pair)
    return None


def features(text: str) -> dict[str, float]:
    """Words and pairs of words that occur, and measures of style from 0 to about 1."""
    words = _WORD.findall(text.lower())
    if not words:
        return {}
    letters = sum(char.isalpha() for char in text) or 1
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    sentences = len(_SENTENCE.findall(text + " ")) or 1
    measures = {
        "m:digits": min(1.0, 5 * sum(char.isdigit() for char in text) / len(text)),
        "m:capitals": sum(char.isupper() for char in text) / letters,
        "m:call": min(1.0, len(_CALL.findall(text)) / 2),
        "m:money": min(1.0, len(_MONEY.findall(text)) / 2),
        "m:links": float("www" in text or "http" in text or ".com" in text),
        "m:exclaims": min(1.0, text.count("!") / 5),
        "m:variety": len(set(words)) / len(words),
        "m:sentence": min(2.0, len(words) / sentences / 20),
        "m:word": sum(map(len, words)) / len(words) / 6,
        "m:commas": min(1.0, 10 * text.count(",") / len(words)),
        "m:repeats": 1 - len(set(pairs)) / (len(pairs) or 1),
        "m:length": min(2.0, len(words) / 100),
    }
    return measures | dict.fromkeys((f"w:{word}" for word in {*words, *pairs}), 1.0)


@cache
def load(name: str) -> Model:
    """The coefficients of one of `MODELS`."""
    told = json.loads((WORDS / f"{name}.json").read_text(encoding="utf-8"))
    return Model(told["weights"], told["bias"], told["threshold"])

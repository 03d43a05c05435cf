"""Which language a text is written in; the model is loaded on first use, in workers only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

LEAST_LETTERS = 40
"""Below this the answer is a guess."""


@dataclass(frozen=True)
class Guess:
    """An ISO 639-1 code and how probable it is, 0 to 1."""

    language: str
    probability: float


def guess_language(text: str) -> Guess | None:
    """The most probable language; None for texts too short to tell."""
    if sum(char.isalpha() for char in text) < LEAST_LETTERS:
        return None
    language, probability = _identifier().classify(text)
    return Guess(str(language), float(probability))


@cache
def _identifier() -> Any:
    """0.6 s and 100 MB once; this is why no web process may screen."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

"""Questions that draw out specifics, by product type: built-in ones, or the shop's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_QUESTIONS = 5
_ID = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class Choice:
    """One answer to choose; `value` is stored, `label` is shown."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """One optional question; with choices it is answered by one of them, else in words.

    Labels of built-in questions are English message ids; the shop's own are shown as they are.
    """

    id: str
    label: str
    choices: tuple[Choice, ...] = ()
    built_in: bool = True
    scale: bool = False
    """Whether the choices go from one end to another, so that they have a mean."""


FIT = Question(
    "fit",
    "How does it fit?",
    (
        Choice("small", "Runs small"),
        Choice("true", "True to size"),
        Choice("large", "Runs large"),
    ),
    scale=True,
)
USE = Question("use", "How do you use it?")
RESULT = Question("result", "What changed since you have been using it?")
DELIVERY = Question(
    "delivery",
    "How did it arrive?",
    (
        Choice("well", "On time and in one piece"),
        Choice("late", "Later than promised"),
        Choice("damaged", "Damaged or incomplete"),
    ),
)
BUILT_IN = {question.id: question for question in (FIT, USE, RESULT, DELIVERY)}
_BY_WORD = {
    FIT: ("cloth", "apparel", "fashion", "shoe", "dress", "shirt", "jacket", "ring", "wear"),
    RESULT: ("skin", "hair", "cosmetic", "beauty", "supplement", "health", "mattress"),
}


def questions_for(
    product_type: str | None, configured: Mapping[str, Any], language: str
) -> tuple[Question, ...]:
    """The questions asked about a product of this type.

    `configured` is `ShopSettings.questions_by_product_type`: product type (or "*") → list of
    `{"use": "fit"}` or `{"id", "label", "choices": [{"value", "label"}], "scale"}`, where a label
    is a text or texts by language. An entry that makes no question is left out.
    """
    kind = (product_type or "").casefold()
    own = {name.casefold(): entries for name, entries in configured.items()}
    entries = own.get(kind, own.get("*"))
    if isinstance(entries, list):
        return tuple(_read(entries, language))[:MOST_QUESTIONS]
    special = [q for q, words in _BY_WORD.items() if any(word in kind for word in words)]
    return (*special[:1], USE, DELIVERY)


def _read(entries: Sequence[Any], language: str) -> Iterable[Question]:
    seen: set[str] = set()
    for entry in entries:
        question = _question(entry, language) if isinstance(entry, Mapping) else None
        if question is not None and question.id not in seen:
            seen.add(question.id)
            yield question


def _question(entry: Mapping[str, Any], language: str) -> Question | None:
    if "use" in entry:
        return BUILT_IN.get(str(entry["use"]))
    label = _in_language(entry.get("label"), language)
    name = str(entry.get("id", ""))
    if not label or not _ID.fullmatch(name):
        return None
    choices = [
        Choice(str(choice["value"]), _in_language(choice.get("label"), language))
        for choice in entry.get("choices") or ()
        if isinstance(choice, Mapping) and choice.get("value")
    ]
    named = tuple(choice for choice in choices if choice.label)
    return Question(name, label, named, built_in=False, scale=entry.get("scale") is True)


def _in_language(label: Any, language: str) -> str:
    if isinstance(label, Mapping):
        label = label.get(language) or label.get("en") or next(iter(label.values()), "")
    return label.strip() if isinstance(label, str) else ""

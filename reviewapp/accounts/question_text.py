"""Questions per product type as people type them, and back. Pure.

    [apparel]
    fit
    What did you buy it for? | Work | Travel | Every day

A line is the name of a built-in question, or the shop's own; choices stand behind bars. `[*]` is
for every type without a list of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BUILT_IN = ("fit", "use", "result", "delivery")
MOST_QUESTIONS = 5
MOST_CHOICES = 8
MOST_TYPES = 50
MOST_CHARACTERS = 120
_HEAD = re.compile(r"\[(.{1,100})\]")

Entries = dict[str, list[dict[str, Any]]]


class QuestionsUnclear(ValueError):
    """The text cannot be read; the message says which line and what would be right."""


def as_text(questions: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The setting `questions_by_product_type` as people type it."""
    blocks = []
    for kind, entries in questions.items():
        blocks.append("\n".join([f"[{kind}]", *(_line(entry) for entry in entries)]))
    return "\n\n".join(blocks)


def from_text(text: str, stored: Mapping[str, Sequence[Mapping[str, Any]]]) -> Entries:
    """The setting behind a text; QuestionsUnclear names the line that is not understood.

    A question whose words are those of a `stored` one stays that question, with its id and its
    other languages: answers given so far go on belonging to it.
    """
    known = {_line(entry): dict(entry) for entries in stored.values() for entry in entries}
    found: Entries = {}
    entries: list[dict[str, Any]] | None = None
    for number, line in _lines(text):
        if head := _HEAD.fullmatch(line):
            entries = found.setdefault(head[1].strip(), [])
            if len(found) > MOST_TYPES:
                raise QuestionsUnclear(f"Line {number}: at most {MOST_TYPES} product types.")
        elif entries is None:
            raise QuestionsUnclear(f"Line {number}: begin with a product type such as [apparel].")
        elif len(entries) == MOST_QUESTIONS:
            raise QuestionsUnclear(f"Line {number}: at most {MOST_QUESTIONS} questions a type.")
        else:
            entries.append(known.get(line) or _entry(line, number, {e.get("id") for e in entries}))
    return found


def labels(questions: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Every text of the shop's own that customers will read."""
    return [_line(entry) for entries in questions.values() for entry in entries]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if words := " ".join(line.split()):
            yield number, words


def _entry(line: str, number: int, taken: set[str | None]) -> dict[str, Any]:
    if line in BUILT_IN:
        return {"use": line}
    label, *choices = (part.strip() for part in line.split("|"))
    if not label or "" in choices or len(choices) == 1 or len(choices) > MOST_CHOICES:
        raise QuestionsUnclear(
            f"Line {number}: a question, alone or with 2 to {MOST_CHOICES} choices behind bars (|)."
        )
    if any(len(text) > MOST_CHARACTERS for text in (label, *choices)):
        raise QuestionsUnclear(f"Line {number}: at most {MOST_CHARACTERS} characters each.")
    entry: dict[str, Any] = {"id": _slug(label, taken), "label": label}
    if choices:
        values: set[str | None] = set()
        entry["choices"] = []
        for text in choices:
            value = _slug(text, values)
            values.add(value)
            entry["choices"].append({"value": value, "label": text})
    return entry


def _line(entry: Mapping[str, Any]) -> str:
    if "use" in entry:
        return str(entry["use"])
    choices = [_words(choice.get("label")) for choice in entry.get("choices") or ()]
    return " | ".join([_words(entry.get("label")), *choices])


def _words(label: Any) -> str:
    if isinstance(label, Mapping):
        label = label.get("en") or next(iter(label.values()), "")
    return " ".join(str(label).split())


def _slug(label: str, taken: set[str | None]) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = ("q_" + re.sub(r"[^a-z0-9]+", "_", plain).strip("_"))[:26].rstrip("_")
    numbered = (f"{base}_{number}" for number in range(2, MOST_TYPES))
    return base if base not in taken else next(name for name in numbered if name not in taken)

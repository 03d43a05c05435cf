"""Beginnings of public answers by language and kind; what is in brackets a person must fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from reviewapp.moderate.profanity import fold
from reviewapp.moderate.reply_phrases import WORDS

REPLY_KINDS = (
    "mismatch",
    "shipping",
    "support",
    "quality",
    "wrong_item",
    "damaged",
    "refund",
    "price",
    "thanks",
)
LONGEST_TEMPLATE = 2_000
SHARED_LETTERS = 5
"""Words are taken for the same when they begin alike: "handle" and "handles"."""

_HEAD = re.compile(r"\[([a-z]{2}) (\w+)\]")
_DETAIL = re.compile(r"\{detail\|([^{}\n]*)\}")
_FIELD = re.compile(r"\{[^{}\n]*\}|\[[^\]\n]*\]")
_NAMED = re.compile(r"\{(?:name|email)\}")
_WORD = re.compile(r"[^\W\d_]{3,}")


@cache
def shipped_templates() -> Mapping[str, Mapping[str, str]]:
    """Language → kind → text, as they come with the product."""
    found: dict[str, dict[str, str]] = {}
    language = kind = ""
    text = (WORDS / "reply_templates.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if head := _HEAD.fullmatch(line):
            language, kind = head.groups()
        elif line and not line.startswith("#"):
            found.setdefault(language, {})[kind] = line
    return found


def shipped_template(language: str, kind: str) -> str:
    """The shipped text for a language (any of its regions); English where it is not shipped."""
    texts = shipped_templates()
    return texts.get(language.replace("_", "-").partition("-")[0], texts["en"])[kind]


def fill_template(template: str, *, name: str, email: str, detail: str = "") -> str:
    """The beginning of an answer: the author's first shown name and the shop's address in place.

    Without `detail` (words of the review) its place is a part in brackets like the others.
    """
    first = (next(iter(name.split()), "") or "…").rstrip(".")
    text = _DETAIL.sub(lambda place: detail or f"[{place[1]}]", template)
    return text.replace("{name}", first).replace("{email}", email)


def has_field(text: str) -> bool:
    """Whether a template leaves something to fill in for the one review."""
    return "[" in _NAMED.sub("", text) or bool(_DETAIL.search(text))


def template_words(text: str) -> str:
    """What is left of a template without its fields: the words that answer nobody."""
    return _FIELD.sub(" ", text)


@cache
def shipped_stems() -> frozenset[str]:
    """Stems of all words the shipped templates hold."""
    texts = [text for kinds in shipped_templates().values() for text in kinds.values()]
    return frozenset(stem(fold(word)) for text in texts for word in _WORD.findall(text))


def stem(word: str) -> str:
    """A folded word without its ending."""
    return word[:SHARED_LETTERS]

"""What each letter is told, field by field, and how a fact becomes words (pure but for Babel)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from reviewapp.core.i18n import Translator
from reviewapp.outbox.fact_kinds import (
    FLAG,
    LINES,
    NUMBER,
    OPTIONAL_LINES,
    OPTIONAL_QUOTE,
    OPTIONAL_TEXT,
    OPTIONAL_URL,
    QUOTE,
    TEXT,
    URL,
    WHEN,
    Fact,
    Facts,
)
from reviewapp.outbox.splice import marker
from reviewapp.outbox.team_letters import SHOP, TEAM

DEFAULT_COLOR = "#3b5bdb"
SUBJECT_PRODUCT_CHARS = 60
SHOWN_PRODUCTS = 8

Shape = tuple[tuple[str, Any], ...]
"""What decides a letter's layout: which facts are there, how many items, every constant."""

SLOT = "\0slot"
"""In a shape: a value stands here."""


class LetterError(Exception):
    """A letter that must not go out: a fact is missing, unknown, ill-formed, or a placeholder."""


REFUSALS = (
    "confidential",
    "abusive",
    "personal_information",
    "discriminatory",
    "clearly_false",
    "not_genuine",
    "unrelated",
    "unlawful",
    "duplicate",
)
"""The reasons of G13 that an author is written about."""

PRODUCT = {"name": TEXT, "picture_url": OPTIONAL_URL}
ASK = SHOP | {
    "shop_address": LINES,
    "page_url": URL,
    "unsubscribe_url": URL,
    "estimated": FLAG,
    "incentive_disclosure": OPTIONAL_TEXT,
}
PERMISSION = SHOP | {
    "product": TEXT,
    "use": TEXT,
    "note": OPTIONAL_TEXT,
    "picture_url": OPTIONAL_URL,
    "words": OPTIONAL_QUOTE,
    "page_url": URL,
    "reminder": FLAG,
}

LETTERS: Mapping[str, Facts] = {
    **TEAM,
    "request": Facts(ASK, PRODUCT),
    "reminder": Facts(ASK, PRODUCT),
    "help_received": Facts(
        SHOP
        | {
            "message": OPTIONAL_QUOTE,
            "answer_by": WHEN,
            "answerer": OPTIONAL_TEXT,
            "page_url": OPTIONAL_URL,
            "season_note": OPTIONAL_QUOTE,
        }
    ),
    "case_reply": Facts(
        SHOP
        | {
            "answer": LINES,
            "answerer": OPTIONAL_TEXT,
            "message": OPTIONAL_QUOTE,
            "page_url": OPTIONAL_URL,
            "reviewed": FLAG,
        }
    ),
    "case_feedback": Facts(SHOP | {"page_url": URL}),
    "buy_again": Facts(ASK, PRODUCT),
    "question_answered": Facts(
        SHOP | {"question": QUOTE, "answer": LINES, "product_url": OPTIONAL_URL}, PRODUCT
    ),
    "review_may_change": Facts(SHOP | {"mine_url": URL}, PRODUCT),
    "review_received": Facts(SHOP | {"mine_url": URL, "days": NUMBER}, PRODUCT),
    "review_confirm": Facts(SHOP | {"confirm_url": URL, "days": NUMBER}, PRODUCT),
    "report_answered": Facts(SHOP | {"upheld": FLAG, "answer": LINES}, PRODUCT),
    "review_refused": Facts(
        SHOP
        | {
            "reason": Fact("choice", choices=REFUSALS),
            "passage": OPTIONAL_QUOTE,
            "note": OPTIONAL_LINES,
            "mend_url": URL,
        },
        PRODUCT,
    ),
    "permission_ask": Facts(PERMISSION),
    "permission_longer": Facts(PERMISSION | {"runs": TEXT, "until": OPTIONAL_TEXT}),
    "release_ask": Facts(
        SHOP
        | {
            "product": TEXT,
            "use": TEXT,
            "note": OPTIONAL_TEXT,
            "picture_url": OPTIONAL_URL,
            "guardian": FLAG,
            "page_url": URL,
        }
    ),
}
"""Every letter and its facts. Letters with items take `products`: a list of at least one."""

_CONSTANT = ("number", "flag", "choice")
_UNFILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|%\(\w+\)[sd]|\[\[\w+\]\]", re.DOTALL)
_MAY_BE_UNFILLED = re.compile(r"[{%\[]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]+")
_NOT_PLAIN = re.compile(r"[^ !-~]|  ")
_WEB_ADDRESS = re.compile(r"https?://[\w.\[\]:-]+(?:[/?#][^\s\x00-\x1f\x7f]*)?")
_HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def facts_of(letter: str, params: Mapping[str, Any], words: Translator) -> tuple[Shape, list[str]]:
    """Check `params` and part them into the layout's shape and the values for its slots.

    LetterError names the field that is unknown, missing or ill-formed.
    """
    facts = LETTERS.get(letter)
    if facts is None:
        raise LetterError(f"no such letter: {letter!r}")
    known = {*facts.fields, *(("products",) if facts.items else ())}
    if unknown := sorted(set(params) - known):
        raise LetterError(f"{letter}: unknown {', '.join(unknown)}")
    values: list[str] = []
    zone = str(params.get("time_zone") or "UTC")
    reader = _Reader(letter, words, zone, values)
    shape = [
        (name, reader.read(name, fact, params.get(name))) for name, fact in facts.fields.items()
    ]
    color = str(params.get("shop_color") or DEFAULT_COLOR)
    shape.append(("color", reader.read("shop_color", Fact("color"), color)))
    shape.append(("on_color", reader.read("on_color", Fact("color"), readable_on(color))))
    if facts.items:
        shape += reader.products(params.get("products"), facts.items)
    return tuple(shape), values


def with_markers(shape: Shape) -> dict[str, Any]:
    """The template's context: a numbered marker for each slot, constants as they are."""
    numbers = iter(range(1_000_000))

    def at(part: Any) -> Any:
        if part == SLOT:
            return marker(next(numbers))
        if isinstance(part, tuple):
            return [{name: at(value) for name, value in item} for item in part]
        return part

    return {name: at(part) for name, part in shape}


@lru_cache(maxsize=256)
def readable_on(color: str) -> str:
    """Near-white or near-black, whichever contrasts more with `#rrggbb` (WCAG 1.4.3)."""
    if not _HEX_COLOR.fullmatch(color):
        raise LetterError(f"not a colour: {color!r}")
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.055 else "#1c1a17"


@dataclass(frozen=True)
class _Reader:
    """Turns one letter's facts into slots and constants; appends the values it meets."""

    letter: str
    words: Translator
    zone: str
    values: list[str]

    def read(self, name: str, fact: Fact, value: Any) -> Any:
        """The field's part of the shape: SLOT, a constant, or None for what is not there."""
        if fact.kind == "flag":
            return bool(value)
        if value is None or value == "":
            if fact.required:
                raise LetterError(f"{self.letter}: {name} is missing")
            return None
        if fact.kind in _CONSTANT:
            return self._constant(name, fact, value)
        if fact.kind == "zone":
            return None
        self.values.append(self._value(name, fact.kind, value))
        return SLOT

    def products(self, products: Any, fields: Mapping[str, Fact]) -> list[tuple[str, Any]]:
        """The products shown, the first one's name cut for a subject, and how many are not."""
        if not isinstance(products, Sequence) or isinstance(products, str) or not products:
            raise LetterError(f"{self.letter}: products is missing")
        if not all(isinstance(item, Mapping) for item in products):
            raise LetterError(f"{self.letter}: products are not name and picture")
        subject = _shorten(str(products[0].get("name") or ""), SUBJECT_PRODUCT_CHARS)
        shape: list[tuple[str, Any]] = [("subject_product", self.read("products", TEXT, subject))]
        shown = tuple(
            tuple((name, self.read(name, fact, item.get(name))) for name, fact in fields.items())
            for item in products[:SHOWN_PRODUCTS]
        )
        return [*shape, ("products", shown), ("more", max(0, len(products) - SHOWN_PRODUCTS))]

    def _constant(self, name: str, fact: Fact, value: Any) -> Any:
        if fact.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
            return value
        if fact.kind == "choice" and value in fact.choices:
            return value
        raise LetterError(f"{self.letter}: {name} cannot be {value!r}")

    def _value(self, name: str, kind: str, value: Any) -> str:
        if kind == "when":
            return self._instant(name, value)
        if not isinstance(value, str):
            raise LetterError(f"{self.letter}: {name} is not text")
        if kind == "color" and not _HEX_COLOR.fullmatch(value):
            raise LetterError(f"{self.letter}: {name} is not a colour")
        if kind == "url":
            return self._address(name, value)
        if kind != "quote" and _MAY_BE_UNFILLED.search(value) and (left := _UNFILLED.search(value)):
            raise LetterError(f"{self.letter}: {name} still holds {left[0]!r}")
        return _printable(value, one_line=kind == "text")

    def _address(self, name: str, value: str) -> str:
        if not _WEB_ADDRESS.fullmatch(value):
            raise LetterError(f"{self.letter}: {name} is not a web address")
        return value

    def _instant(self, name: str, value: Any) -> str:
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else value
            if at.tzinfo is None:
                raise ValueError("naive")
        except (ValueError, AttributeError) as error:
            raise LetterError(f"{self.letter}: {name} is not an instant") from error
        return self.words.date_time(at, self.zone)


def _printable(value: str, *, one_line: bool) -> str:
    if not _NOT_PLAIN.search(value):
        return value.strip()
    unix = value.replace("\r\n", "\n").replace("\r", "\n")
    if one_line:
        return " ".join(_CONTROL.sub(" ", unix).split())
    return "\n".join(_CONTROL.sub(" ", line).rstrip() for line in unix.strip().split("\n"))


def _shorten(text: str, chars: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= chars else line[: chars - 1].rstrip() + "…"

"""A suggested kind and a filled draft, from template and review alone; pure, works offline.

A draft quotes the author's own words and leaves a part in brackets for what was done: that only a
person knows. So a draft never passes the checks by itself (playbook 10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewapp.moderate.personal_data import find_personal_data
from reviewapp.moderate.profanity import find_profanity, fold
from reviewapp.moderate.reply_templates import fill_template
from reviewapp.themes.rules import find_themes, sentence_at

KINDS_OF_THEMES = {
    "wrong_item": "wrong_item",
    "damage": "damaged",
    "refund": "refund",
    "exchange": "refund",
    "shipping": "shipping",
    "sizing": "mismatch",
    "mismatch": "mismatch",
    "quality": "quality",
    "usage": "quality",
    "support": "support",
    "price": "price",
    "payment": "price",
    "risk": "support",
}
"""Theme → kind of answer, what weighs most first."""
CONTENT = 4
"""From so many stars an answer begins as a thank-you; asked after publication only (G12)."""
TELLING_LETTERS = 25
REMOVED = "[removed]"


@dataclass(frozen=True)
class DraftFacts:
    """What a draft is made from: the published words, and what must never stand in it."""

    title: str
    body: str
    rating: int
    display_name: str
    shop_email: str
    locale: str
    customer_name: str | None = None
    order_number: str | None = None


@dataclass(frozen=True)
class MadeDraft:
    """A draft with its kind; `by` is "rules" or "endpoint"."""

    kind: str
    body: str
    by: str = "rules"


def suggest_kind(facts: DraftFacts) -> str:
    """The kind of answer these words ask for."""
    if facts.rating >= CONTENT:
        return "thanks"
    named = {found.theme for found in find_themes(f"{facts.title}\n{facts.body}")}
    return next((kind for theme, kind in KINDS_OF_THEMES.items() if theme in named), "mismatch")


def draft_by_rules(facts: DraftFacts, templates: Mapping[str, str], kind: str = "") -> MadeDraft:
    """The template of the kind with a sentence of the review in it.

    `templates` are the texts in force by kind; without `kind` the suggested one is taken.
    """
    kind = kind or suggest_kind(facts)
    text = fill_template(
        templates[kind],
        name=facts.display_name,
        email=facts.shop_email,
        detail=quotable(facts, kind),
    )
    return MadeDraft(kind, text)


def quotable(facts: DraftFacts, kind: str) -> str:
    """The sentence that shows best what the answer is about; "" when none may be quoted.

    Quoted without personal data, abuse, brackets or quotation marks, which would break the frame.
    """
    text = without_persons(f"{facts.title}\n{facts.body}", facts)
    themes = [name for name, of in KINDS_OF_THEMES.items() if of == kind]
    places = [found.start for found in find_themes(text) if found.theme in themes]
    sentences = [sentence_at(text, place) for place in places] or _sentences(text)
    return next((one for one in sentences if one and _may_be_quoted(one, facts)), "")


def without_persons(text: str, facts: DraftFacts) -> str:
    """`text` with names, mail and postal addresses, numbers of phone, card and order taken out."""
    spans = [
        (finding.span.start, finding.span.end)
        for finding in find_personal_data(text, order_number=facts.order_number)
    ]
    names = f"{facts.customer_name or ''} {facts.display_name}".split()
    spans += _names(text, [name.strip(".") for name in names])
    kept, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            kept += [text[at:start], REMOVED]
        at = max(at, end)
    return "".join((*kept, text[at:]))


def _names(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    wanted = {fold(name) for name in names if len(name) > 1}
    found, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        bare = word.strip("\"'.,;:!?()[]«»„“”‘’").removesuffix("'s").removesuffix("’s")
        if fold(bare) in wanted:
            offset = word.index(bare)
            found.append((start + offset, start + offset + len(bare)))
    return found


def _sentences(text: str) -> list[str]:
    """Sentences to quote where no theme names one: the first that says something."""
    found, at = [], 0
    for part in re.split(r"[.!?\n]", text):
        place = text.index(part, at) + len(part) - len(part.lstrip())
        at += len(part)
        if part.strip():
            found.append(sentence_at(text, place))
    return [one for one in found if len(one) >= TELLING_LETTERS] or found


def _may_be_quoted(sentence: str, facts: DraftFacts) -> bool:
    clean = not any(mark in sentence for mark in '[]{}“”„«»"')
    private = without_persons(sentence, facts) != sentence
    return clean and not private and not find_profanity(sentence, (facts.locale[:2], "en"))

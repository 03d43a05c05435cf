"""Checking a public answer before it goes out (G27, playbook 5); pure, five languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewapp.moderate.links import belongs_to
from reviewapp.moderate.personal_data import CARD, IBAN, MAIL, find_personal_data
from reviewapp.moderate.profanity import find_profanity, fold
from reviewapp.moderate.reply_phrases import REFUSED, WARNED, phrases
from reviewapp.moderate.reply_templates import REPLY_TEMPLATES

REPLY_KINDS = ("mismatch", "shipping", "support", "quality", "thanks")
LONGEST_REPLY = 5_000
LONGEST_IMPROVEMENT = 1_000
SHARED_LETTERS = 5
"""Words are taken for the same when they begin alike: "handle" and "handles"."""

TEXTS = {
    "empty": "Write an answer.",
    "long": "An answer has at most 5,000 characters.",
    "improvement": "Say what changes because of this review; write “nothing” with a reason if so.",
    "placeholder": "Fill in the part in square brackets.",
    "bare": "Name something from this review; a template alone answers nobody.",
    "threat": "This reads as a threat. Say what you do to help instead.",
    "accusation": "This accuses the author. Say what you know, without judging the person.",
    "pressure": "An answer must not ask to change or remove the review.",
    "reward": "An answer must not offer a reward.",
    "personal_data": "This is personal or order data. It must not stand in public.",
    "abusive": "These words may offend.",
    "blame": "This sounds like blame. Readers side with the customer.",
    "promise": "This promises what nobody controls.",
    "channel": "Say how to reach you.",
    "action": "Say what you have done or will do.",
}
REFUSALS = frozenset(
    ("empty", "long", "improvement", "placeholder", "bare", "threat", "accusation", "pressure",
     "reward", "personal_data")
)  # fmt: skip

_PLACEHOLDER = re.compile(r"\[[^\]\n]{1,80}\]|\{\{?[^}\n]{0,80}\}?\}")
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Objection:
    """One thing about the answer: `code` of TEXTS, the passage, whether it stops the answer."""

    code: str
    passage: str = ""

    @property
    def stops(self) -> bool:
        """Whether the answer cannot go out with it; else a person may go on."""
        return self.code in REFUSALS

    @property
    def text(self) -> str:
        """What to do, an English msgid."""
        return TEXTS[self.code]


@dataclass(frozen=True)
class ReplyFacts:
    """What an answer is checked against: the review's words, the person, the shop's own places."""

    title: str
    body: str
    product: str
    display_name: str
    customer_name: str | None = None
    customer_email: str | None = None
    order_number: str | None = None
    own_domains: tuple[str, ...] = ()
    locale: str = "en"


def check_reply(kind: str, body: str, improvement: str, facts: ReplyFacts) -> list[Objection]:
    """Everything that stands against the answer, the stopping ones first."""
    found = [*_shape(body, improvement), *_phrases(body, facts.locale), *_private(body, facts)]
    if body.strip() and not names_something(body, facts):
        found.append(Objection("bare"))
    if kind != "thanks" and body.strip():
        found += [
            Objection(part) for part in ("action", "channel") if not phrases(part).search(body)
        ]
    return sorted(found, key=lambda objection: not objection.stops)


def names_something(body: str, facts: ReplyFacts) -> bool:
    """Whether the answer takes up a word of this review that no template holds.

    A review without such words (only a few, or none) is answered by naming the product.
    """
    ours = _stems(body) - _template_stems()
    theirs = _stems(f"{facts.title} {facts.body}") - _template_stems()
    return bool(ours & (theirs if len(theirs) >= 3 else theirs | _stems(facts.product)))


def _shape(body: str, improvement: str) -> Iterator[Objection]:
    if not body.strip():
        yield Objection("empty")
    if len(body) > LONGEST_REPLY:
        yield Objection("long")
    if not improvement.strip() or len(improvement) > LONGEST_IMPROVEMENT:
        yield Objection("improvement")
    for match in _PLACEHOLDER.finditer(body):
        yield Objection("placeholder", match[0])


def _phrases(body: str, locale: str) -> Iterator[Objection]:
    for code in (*REFUSED, *WARNED):
        for match in phrases(code).finditer(body):
            yield Objection(code, match[0])
    for span in find_profanity(body, (locale.partition("-")[0], "en")):
        yield Objection("abusive", body[span.start : span.end])


def _private(body: str, facts: ReplyFacts) -> Iterator[Objection]:
    """Mail of others, accounts, cards, the order's number, the customer's name where not shown."""
    shared = {CARD, IBAN}
    for finding in find_personal_data(body, order_number=facts.order_number):
        passage = body[finding.span.start : finding.span.end]
        if finding.explanation == MAIL:
            domain = passage.rpartition("@")[2].strip().casefold()
            if not belongs_to(domain, facts.own_domains):
                yield Objection("personal_data", passage)
        elif finding.explanation in shared or "order" in finding.explanation:
            yield Objection("personal_data", passage)
    shown = set(fold(facts.display_name).split())
    for name in (facts.customer_name or "").split():
        hidden = len(name) > 2 and fold(name) not in shown
        if hidden and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body, re.IGNORECASE):
            yield Objection("personal_data", name)


def _stems(text: str) -> set[str]:
    return {fold(word)[:SHARED_LETTERS] for word in _WORD.findall(text)}


def _template_stems() -> set[str]:
    return _stems(" ".join(text for kinds in REPLY_TEMPLATES.values() for text in kinds.values()))

"""Checking a public answer before it goes out (G27, playbook 5); pure, five languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewapp.moderate.links import belongs_to, find_links
from reviewapp.moderate.personal_data import MAIL, PHONE, STREET, find_personal_data
from reviewapp.moderate.profanity import find_profanity, fold
from reviewapp.moderate.reply_phrases import REFUSED, WARNED, common_words, find_phrases
from reviewapp.moderate.reply_templates import REPLY_KINDS, shipped_stems, stem
from reviewapp.moderate.signals import Span

LONGEST_REPLY = 5_000
LONGEST_IMPROVEMENT = 1_000

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
    "reward_named": "This names a reward. Explain it where the review does; never offer one.",
    "name": "This may be the author’s name. Only what is shown with the review may stand here.",
    "contact_data": "A phone number or postal address. Only your own may stand here.",
    "link": "This leads away from your shop.",
    "abusive": "These words may offend.",
    "blame": "This sounds like blame. Readers side with the customer.",
    "defensive": "This defends the shop. Take up what happened instead.",
    "promise": "This promises what nobody controls.",
    "channel": "Say how to reach you.",
    "action": "Say what you have done or will do.",
}
REFUSALS = frozenset(
    ("empty", "long", "improvement", "placeholder", "bare", "threat", "accusation", "pressure",
     "reward", "personal_data")
)  # fmt: skip
LEAST_NAMING_WORDS = 3
"""A review with fewer telling words may be answered by naming the product."""
LEAST_REWARD_LETTERS = 5

_PLACEHOLDER = re.compile(r"\[[^\]\n]{1,80}\]|\{\{?[^}\n]{0,80}\}?\}|_{3,}")
_WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_CALLED = (
    r"(?i:mrs?|ms|miss|madam|sir|dear|herrn?|frau|madame|monsieur|mme|mlle|señora?|sra?|don|doña|"
    r"senhora?|dona|seu)\.? "
)


@dataclass(frozen=True)
class Objection:
    """One thing about the answer: `code` of TEXTS, and the words that caused it, if any did."""

    code: str
    start: int = 0
    end: int = 0
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
    own_address: str = ""
    templates: str = ""
    """Words of the shop's own templates: they name nothing of a review."""
    locale: str = "en"


def check_reply(kind: str, body: str, improvement: str, facts: ReplyFacts) -> list[Objection]:
    """Everything that stands against the answer, the stopping ones first, then by place."""
    found = [*_shape(body), *check_words(body, facts)]
    if not improvement.strip() or len(improvement) > LONGEST_IMPROVEMENT:
        found.append(Objection("improvement"))
    if body.strip() and not names_something(body, facts):
        found += _bare(body)
    if kind != "thanks" and body.strip():
        found += [
            Objection(part) for part in ("action", "channel") if not any(find_phrases(part, body))
        ]
    return _ordered(found)


def check_answer(body: str, facts: ReplyFacts) -> list[Objection]:
    """The same for the answer to a shopper's question: no experience to take up, no improvement."""
    return _ordered([*_shape(body), *check_words(body, facts)])


def check_words(body: str, facts: ReplyFacts) -> Iterator[Objection]:
    """What the words themselves hold, whatever they answer."""
    body = body[:LONGEST_REPLY]
    told = _stems(f"{facts.title} {facts.body}")
    for code in (*REFUSED, *WARNED):
        for span in find_phrases(code, body):
            theirs = code == "reward" and _stems(body[span.start : span.end]) & told
            yield _at("reward_named" if theirs else code, body, span)
    for span in find_profanity(body, (facts.locale.partition("-")[0],)):
        yield _at("abusive", body, span)
    for span in find_links(body, facts.own_domains):
        yield _at("link", body, span)
    for code, span in (*_private(body, facts), *_named(body, facts)):
        yield _at(code, body, span)


def names_something(body: str, facts: ReplyFacts) -> bool:
    """Whether the answer takes up a word of this review that no template holds.

    A review without such words (only a few, or none) is answered by naming the product.
    """
    ours = _telling(body) - _telling(facts.templates)
    theirs = _telling(f"{facts.title} {facts.body}")
    enough = len(theirs) >= LEAST_NAMING_WORDS
    return bool(ours & (theirs if enough else theirs | _telling(facts.product)))


def _shape(body: str) -> Iterator[Objection]:
    if not body.strip():
        yield Objection("empty")
    if len(body) > LONGEST_REPLY:
        yield Objection("long", LONGEST_REPLY, len(body))
    for match in _PLACEHOLDER.finditer(body):
        yield _at("placeholder", body, Span(*match.span()))


def _bare(body: str) -> list[Objection]:
    """The stock phrases the answer is made of; all of it where none is known."""
    stock = list(find_phrases("stock", body))
    return [_at("bare", body, span) for span in stock or [Span(0, len(body))]]


def _private(body: str, facts: ReplyFacts) -> Iterator[tuple[str, Span]]:
    """Mail of others, accounts, cards, identity and order numbers; phone and street to look at."""
    for finding in find_personal_data(body, order_number=facts.order_number):
        passage = body[finding.span.start : finding.span.end]
        if finding.explanation == MAIL:
            domain = passage.rpartition("@")[2].strip().casefold()
            if not belongs_to(domain, facts.own_domains):
                yield "personal_data", finding.span
        elif finding.explanation not in (PHONE, STREET):
            yield "personal_data", finding.span
        elif fold(passage) not in fold(facts.own_address):
            yield "contact_data", finding.span


def _named(body: str, facts: ReplyFacts) -> Iterator[tuple[str, Span]]:
    """The parts of the customer's name that are not shown with the review.

    With a form of address or behind the shown name it is a name; alone it may be a word ("Brown").
    """
    shown = set(fold(facts.display_name).split())
    first = "|".join(re.escape(part) for part in facts.display_name.split() if len(part) > 2)
    for name in (facts.customer_name or "").split():
        if len(name) <= 2 or fold(name) in shown:
            continue
        before = rf"(?P<before>{_CALLED}{rf'|(?:{first}) ' if first else ''})?"
        for match in re.finditer(
            rf"(?<!\w){before}(?:{re.escape(name)}|{re.escape(name.upper())})(?!\w)", body
        ):
            yield "personal_data" if match["before"] else "name", Span(*match.span())


def _at(code: str, body: str, span: Span) -> Objection:
    return Objection(code, span.start, span.end, body[span.start : span.end])


def _ordered(found: list[Objection]) -> list[Objection]:
    return sorted(found, key=lambda objection: (not objection.stops, objection.start))


def _stems(text: str) -> set[str]:
    """Of the words that say something by themselves: five letters or more."""
    return {stem(fold(word)) for word in _WORD.findall(text) if len(word) >= LEAST_REWARD_LETTERS}


def _telling(text: str) -> set[str]:
    words = {fold(word) for word in _WORD.findall(text)} - common_words()
    return {stem(word) for word in words} - shipped_stems()


__all__ = ["REPLY_KINDS", "TEXTS", "Objection", "ReplyFacts", "check_answer", "check_reply"]

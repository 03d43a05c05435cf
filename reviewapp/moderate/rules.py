"""Screening and deciding as pure rules; none of them is told the stars (G12).

Screening adds signals for a person and never decides. What may be decided depends on the review's
state alone; a refusal or a redaction needs one of the listed reasons (G13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviewapp.moderate.language import Guess
from reviewapp.moderate.links import belongs_to, find_links
from reviewapp.moderate.personal_data import find_personal_data
from reviewapp.moderate.profanity import LANGUAGES, find_profanity, fold
from reviewapp.moderate.signals import Signal, Span
from reviewapp.moderate.style import reads_like

RULES_VERSION = "moderation-2"
"""Recorded with every decision; raise it when screening or deciding changes."""

UNDO_WITHIN = timedelta(seconds=10)
"""So long a moderator can take a decision back."""
TAKES_EFFECT_AFTER = timedelta(seconds=12)
"""Until then nothing a moderator decided is seen outside, and the stars stay hidden: whoever
could still take a decision back must not know them (G12)."""
MOST_DAYS = 14
"""Nobody may let a review wait longer, pending or held (G14)."""
VELOCITY_HOURS = 24
VELOCITY_REVIEWS = 8
"""So many reviews of one address within `VELOCITY_HOURS` are worth a look."""
MAILBOX_REVIEWS = 3
DOMAIN_REVIEWS = 4
ORDER_WINDOW_REVIEWS = 4
"""From so many reviews on, this one included, each of these is worth a look."""
MOST_NAMED = 10
PROBABLE = 0.5
"""From here a guessed language counts; near kin share the rest between them."""

KIN = {("pt", "gl"), ("es", "gl"), ("es", "ca"), ("no", "nb"), ("no", "nn"), ("id", "ms")}
"""(page's language, guess) that short texts cannot tell apart."""

LANGUAGE_DIFFERS = "The text seems to be in another language than the page it was written on."
ABUSIVE = "These words may be abusive or obscene. In a product's context they may be harmless."
LINK = "There is a web address in the text."
DUPLICATE = "Much of this text also stands in another review of this shop."
STAFF = "The author's address belongs to the shop. The review is shown with a staff label."
BLOCKED = "This is on the shop's own list of words to look at."
COMPETITOR = "This is on the shop's list of other brands. Comparing is allowed; advertising is not."
VELOCITY = "Many reviews came from this address within one day."
MAILBOX = "Several buyers share one mailbox: their addresses differ only by dots or a part after +."
DOMAIN = "Several reviews of this product came from one mail domain within a week."
ORDERS = "Several reviewed orders of this product were placed within ten minutes."
SPAM = "It reads like spam. What spoke for it:"
MACHINE = "It reads like machine-written text; this is often wrong. What spoke for it:"

WAITING = ("pending", "held")
REFUSE_REASONS = (
    "abusive",
    "personal_information",
    "discriminatory",
    "confidential",
    "clearly_false",
    "not_genuine",
    "unrelated",
    "unlawful",
    "duplicate",
)
REDACT_REASONS = ("personal_information", "abusive")
HOLD_REASONS = ("not_genuine",)
REASONS_BY_ACTION = {
    "publish": (),
    "refuse": REFUSE_REASONS,
    "redact": REDACT_REASONS,
    "hold": HOLD_REASONS,
}
"""What each action may be taken for; there is no reason that speaks of an opinion (G13, G15)."""

ACTIONS_BY_STATE = {
    "pending": ("publish", "refuse", "redact", "hold"),
    "held": ("publish", "refuse", "redact"),
    "published": ("refuse", "redact"),
    "refused": ("publish",),
    "withdrawn": (),
}


@dataclass(frozen=True)
class ScreenFacts:
    """All that screening is told; stars and answers about satisfaction are not among it."""

    texts: tuple[tuple[str, str], ...]
    """(field, text): the title, the body, each written answer by its question's id."""
    locale: str
    """Language of the page the review was written on."""
    guess: Guess | None = None
    countries: tuple[str, ...] = ()
    order_number: str | None = None
    author_email: str | None = None
    staff_emails: frozenset[str] = frozenset()
    own_domains: tuple[str, ...] = ()
    """The shop's hosts and its staff's mail domains, lower case (G25)."""
    blocked_words: tuple[str, ...] = ()
    competitor_names: tuple[str, ...] = ()
    near_copies: tuple[str, ...] = ()
    """Ids of other reviews of the shop that share most of the text."""
    recent_reviews: tuple[str, ...] = ()
    """Ids of the author's other reviews within the `VELOCITY_HOURS` before this one."""
    one_mailbox: tuple[str, ...] = ()
    """Ids of reviews by other buyers behind the same mailbox."""
    one_domain: tuple[str, ...] = ()
    """Ids of reviews of this product from the same private mail domain, within a week."""
    one_order_window: tuple[str, ...] = ()
    """Ids of reviews of this product whose orders were placed within minutes of this one's."""


@dataclass(frozen=True)
class Options:
    """What may be decided on a review now: action → reasons (none for publishing)."""

    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def allow(self, action: str, reason: str | None) -> bool:
        """Whether `action` may be taken for `reason`."""
        if action not in self.reasons:
            return False
        return reason is None if action == "publish" else reason in self.reasons[action]


def screen(facts: ScreenFacts) -> list[Signal]:
    """Everything a moderator should look at, in the order of the text."""
    signals = [signal for name, text in facts.texts for signal in _signals_of(facts, name, text)]
    if facts.near_copies:
        signals.append(_about_reviews("duplicate", DUPLICATE, facts.near_copies))
    if is_staff(facts.author_email, facts.staff_emails, facts.own_domains):
        domain = (facts.author_email or "").strip().casefold().rpartition("@")[2]
        signals.append(Signal("staff", STAFF, detail={"domain": domain}))
    signals += _velocity(facts)
    signals += _style(facts)
    if facts.guess and _another_language(facts.guess, facts.locale):
        signals.append(
            Signal("language", LANGUAGE_DIFFERS, detail={"language": facts.guess.language})
        )
    return signals


def decision_options(state: str) -> Options:
    """What may be decided in `state`; the same for every review in it (G12)."""
    return Options({action: REASONS_BY_ACTION[action] for action in ACTIONS_BY_STATE[state]})


def stars_shown(waiting_since: datetime | None, decided_at: datetime | None, now: datetime) -> bool:
    """Whether the team may see the stars: nothing waits, and nothing can be undone (G12)."""
    if waiting_since is not None:
        return False
    return decided_at is None or decided_at + TAKES_EFFECT_AFTER <= now


def is_staff(email: str | None, staff_emails: frozenset[str], own_domains: tuple[str, ...]) -> bool:
    """Whether the author belongs to the shop: a member's address, or one of its domains (G25)."""
    address = (email or "").strip().casefold()
    if "@" not in address:
        return False
    return address in staff_emails or belongs_to(address.rpartition("@")[2], own_domains)


def must_be_decided_by(*, state: str, decide_by: datetime | None, written_at: datetime) -> datetime:
    """When the clock publishes it: its own deadline, and never later than 14 days (G14).

    `written_at` is the instant of the present version. A hold's deadline was bounded when it
    began.
    """
    latest = written_at + timedelta(days=MOST_DAYS)
    if state == "held":
        return decide_by or latest
    return min(decide_by or latest, latest)


def hold_until(now: datetime, days: int | None = None) -> datetime:
    """The deadline of a fraud hold that begins now: at most 14 days."""
    return now + timedelta(days=min(max(days or MOST_DAYS, 1), MOST_DAYS))


def _velocity(facts: ScreenFacts) -> Iterator[Signal]:
    """Several at once, by facts of orders and addresses; no device is looked at."""
    if len(facts.recent_reviews) + 1 >= VELOCITY_REVIEWS:
        yield _about_reviews("velocity", VELOCITY, facts.recent_reviews)
    if len(facts.one_mailbox) + 1 >= MAILBOX_REVIEWS:
        yield _about_reviews("velocity", MAILBOX, facts.one_mailbox)
    if len(facts.one_domain) + 1 >= DOMAIN_REVIEWS:
        yield _about_reviews("velocity", DOMAIN, facts.one_domain)
    if len(facts.one_order_window) + 1 >= ORDER_WINDOW_REVIEWS:
        yield _about_reviews("velocity", ORDERS, facts.one_order_window)


def _style(facts: ScreenFacts) -> Iterator[Signal]:
    """What two models of style say of an English text's body."""
    body = dict(facts.texts).get("body", "")
    if not body or "en" not in _languages(facts) or _is_other(facts.guess, "en"):
        return
    for kind, sentence in (("spam", SPAM), ("machine_written", MACHINE)):
        reading = reads_like(body, kind)
        if reading is not None:
            yield Signal(
                kind,
                sentence,
                detail={"reasons": list(reading.reasons), "places": list(reading.places)},
            )


def _is_other(guess: Guess | None, language: str) -> bool:
    return guess is not None and guess.probability >= PROBABLE and guess.language != language


def _about_reviews(kind: str, explanation: str, reviews: tuple[str, ...]) -> Signal:
    return Signal(kind, explanation, detail={"reviews": list(reviews[:MOST_NAMED])})


def _signals_of(facts: ScreenFacts, name: str, text: str) -> Iterator[Signal]:
    found = [
        *((finding.span, "personal_data", finding.explanation) for finding in find_personal_data(
            text, countries=facts.countries, order_number=facts.order_number)),
        *((span, "profanity", ABUSIVE) for span in find_profanity(text, _languages(facts))),
        *((span, "link", LINK) for span in find_links(text, facts.own_domains)),
        *((span, "blocked_word", BLOCKED) for span in _blocked(text, facts.blocked_words)),
        *((span, "competitor", COMPETITOR) for span in _blocked(text, facts.competitor_names)),
    ]  # fmt: skip
    for span, kind, explanation in sorted(found, key=lambda one: (one[0], one[1])):
        yield Signal(kind, explanation, name, span.start, span.end)


def _languages(facts: ScreenFacts) -> set[str]:
    """Whose word lists apply: the text's own language; without a clear one, the page's."""
    told = facts.locale.replace("_", "-").partition("-")[0].lower()
    known = {told if told in LANGUAGES else "en"}
    if facts.guess and facts.guess.probability >= PROBABLE:
        return known | {facts.guess.language}
    return known | {"en"}


def _blocked(text: str, words: tuple[str, ...]) -> list[Span]:
    """Whole-word finds of the shop's words, case and accents aside."""
    if not words:
        return []
    folded = _flat(text)
    found = []
    for word in {_flat(word).strip() for word in words} - {""}:
        at = folded.find(word)
        while at >= 0:
            end = at + len(word)
            before, after = folded[at - 1 : at], folded[end : end + 1]
            if not (before.isalnum() or after.isalnum()):
                found.append(Span(at, end))
            at = folded.find(word, end)
    return found


def _flat(text: str) -> str:
    """Folded letter by letter, so that places in the result are places in `text`."""
    return "".join((fold(char) or " ")[0] for char in text)


def _another_language(guess: Guess, locale: str) -> bool:
    told = locale.replace("_", "-").partition("-")[0].lower()
    alike = told == guess.language or (told, guess.language) in KIN
    return guess.probability >= PROBABLE and not alike

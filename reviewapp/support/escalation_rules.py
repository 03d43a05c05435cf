"""When a person with the right must take a case, and what kind of refund is asked for. Pure.

Word lists cannot understand a customer. They err to the careful side: a case too many for a
person, never one decided by a machine (playbook 4, 10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

WORDS = Path(__file__).resolve().parent / "words" / "escalation.txt"
SPECIAL_TAGS = frozenset({"vip", "influencer", "bulk", "wholesale", "b2b"})
"""Order tags that make an order one for people, whatever its total."""
CLUSTER = 3
"""As many cases about one product within CLUSTER_DAYS are one problem, not several customers."""
CLUSTER_DAYS, REPEAT_DAYS = 7, 90
SHOUTED_LETTERS = 20
EXCLAMATIONS = re.compile(r"!\s*!\s*!|[!?]{3,}")


@dataclass(frozen=True)
class Facts:
    """What is known of a case when a customer wrote."""

    words: str
    route: str
    value: Decimal | None = None
    order_tags: frozenset[str] = frozenset()
    cases_lately: int = 1
    """The customer's cases within REPEAT_DAYS, this one included."""
    cases_alike: int = 1
    """Cases about the same product within CLUSTER_DAYS, this one included."""
    shipped: bool = False
    delivered: bool = False
    lost: bool = False
    late: bool = False
    """The promised day has passed and nothing was delivered."""


@dataclass(frozen=True)
class Limits:
    """The shop's own numbers."""

    refund_limit: int
    high_value: int
    repeat_cases: int


def escalation(facts: Facts, limits: Limits) -> str | None:
    """The weightiest reason for which a person with the right must take the case, else None."""
    value = facts.value
    reasons = {
        "chargeback": facts.route == "chargeback" or says("chargeback", facts.words),
        "threat": says("threat", facts.words),
        "refund": says("refund", facts.words) and (value is None or value > limits.refund_limit),
        "cluster": facts.route == "damaged" and facts.cases_alike >= CLUSTER,
        "high_value": bool(facts.order_tags & SPECIAL_TAGS)
        or bool(limits.high_value and value is not None and value >= limits.high_value),
        "repeat": facts.cases_lately >= limits.repeat_cases,
        "upset": is_upset(facts.words),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def stops_automation(facts: Facts) -> bool:
    """Whether nothing may be sent by itself, even where the front line may settle it."""
    return says("refund", facts.words)


def is_upset(words: str) -> bool:
    """Strong words, shouting, or a row of exclamation marks."""
    letters = [char for char in words if char.isalpha()]
    shouted = sum(char.isupper() for char in letters)
    shouting = len(letters) >= SHOUTED_LETTERS and shouted > len(letters) / 2
    return shouting or bool(EXCLAMATIONS.search(words)) or says("upset", words)


def refund_kind(facts: Facts) -> str | None:
    """Which of the six kinds of refund this seems to be; None where no money is asked back.

    A proposal from the parcel's state and the words; a person confirms it.
    """
    if not says("refund", facts.words) and facts.route != "return":
        return None
    found: Mapping[str, bool] = {
        "refused": says("refused", facts.words),
        "damage": facts.route == "damaged" or says("damage", facts.words),
        "before_shipping": not facts.shipped and not facts.delivered,
        "shipping_exception": facts.lost
        or facts.late
        or (not facts.delivered and (facts.route == "delay" or says("parcel", facts.words))),
        "quality": says("quality", facts.words),
    }
    return next((kind for kind, holds in found.items() if holds), "preference")


def says(kind: str, words: str) -> bool:
    """Whether one of the phrases of this kind, in any shipped language, stands in the words."""
    plain = words.replace("’", "'").casefold()
    return bool(_patterns()[kind].search(plain))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    kinds: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = kinds.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line.replace(" ", r"\s+"))
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(found)})", re.IGNORECASE)
        for kind, found in kinds.items()
    }

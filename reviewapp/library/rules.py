"""Pure rules of the library: who may be asked, what may leave, when a use must end (P1–P5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from reviewapp.rights.rules import Seen, releases_missing

REMINDER_AFTER = timedelta(days=7)
"""One reminder, once; after it silence is an answer."""
ASK_OPEN_FOR = timedelta(days=30)
TAKE_DOWN_DAYS = 7
"""Calendar days to remove what runs somewhere after its permission ended."""
NOTICE_DAYS = (30, 7)
"""How long before an end it is told."""
ASK_REFUSALS = {
    "nothing_chosen": "Choose at least one picture, film or text.",
    "not_published": "Only published reviews can be asked about.",
    "erased": "Its author asked to be erased.",
    "no_address": "Its author left no mail address.",
    "unsubscribed": "Its author wants no more mail.",
    "asked_before": "Its author was asked for this use before. A decision is asked for once.",
    "allowed_already": "All of it is allowed for this use already.",
}
"""Why an author cannot be asked, for the marketer."""
RENEWAL_REFUSALS = {
    "not_in_force": "Its author does not allow this use now. Ask for permission instead.",
    "not_longer": "It may run that long already.",
    "renewal_declined": "Its author said no to a longer time. A decision is asked for once.",
    "renewal_open": "Its author is being asked for a longer time already.",
    "renewal_asked": "Its author was asked about this end before.",
}
"""Why an author cannot be asked whether a use may run longer, beside what ASK_REFUSALS says."""
LEAVE_REFUSALS = {
    "not_published": "Its review is not published.",
    "hidden": "It is taken off every surface.",
    "unfinished": "It is still being prepared.",
    "not_allowed": "Its author has not allowed this use.",
    "unchecked": "Nobody has checked yet who and what is in the picture.",
    "others": "Somebody is in it who was not asked, or has not agreed.",
    "guardian": "A child is in it whose guardian was not asked, or has not agreed.",
    "ends_before": "Its permission ends before the last day you named.",
}
"""Why something cannot leave for a channel (P4, P5), for the marketer."""


@dataclass(frozen=True)
class AskFacts:
    """What decides whether an author may be asked for one use."""

    published: bool
    erased: bool
    address: bool
    unsubscribed: bool
    asked_before: bool
    wanted: frozenset[str]
    """SHA-256 of what was chosen."""
    allowed: frozenset[str]
    """SHA-256 of what the use is allowed for already."""


def why_not_ask(facts: AskFacts) -> str | None:
    """The first reason of ASK_REFUSALS that stands in the way; None: the author may be asked."""
    reasons = (
        *_unreachable(facts),
        ("allowed_already", facts.wanted <= facts.allowed),
        ("asked_before", facts.asked_before),
    )
    return next((code for code, holds in reasons if holds), None)


@dataclass(frozen=True)
class RenewalFacts:
    """What decides, beside AskFacts, whether an author may be asked for a longer time."""

    ending: frozenset[str]
    """SHA-256 of what was chosen and allowed, and ends before the day that is asked for."""
    asked: frozenset[str]
    """Of `ending`: what its author was asked about already, for this very end."""
    declined: bool
    """They said no to a longer time for this use before."""
    open: bool
    """They are being asked for one now."""


def why_not_renew(facts: AskFacts, renewal: RenewalFacts) -> str | None:
    """The first reason that stands in the way of asking for a longer time; None: it may be asked.

    Of ASK_REFUSALS or RENEWAL_REFUSALS. Only what is in force can be made longer.
    """
    reasons = (
        *_unreachable(facts),
        ("not_in_force", not facts.wanted & facts.allowed),
        ("not_longer", not renewal.ending),
        ("renewal_declined", renewal.declined),
        ("renewal_open", renewal.open),
        ("renewal_asked", renewal.ending <= renewal.asked),
    )
    return next((code for code, holds in reasons if holds), None)


@dataclass(frozen=True)
class LeaveFacts:
    """What decides whether one thing may leave through one channel."""

    published: bool
    state: str
    """Of the asset; `ready` for words."""
    allowed: bool
    ends_at: datetime | None
    """When the permission ends by itself."""
    seen: Seen | None
    """What a person saw in the picture; None: nobody has looked (P5)."""
    agreed: Mapping[str, int] = field(default_factory=dict)
    """Party → how many of it released this use beside the author (P5)."""


def why_not_leave(facts: LeaveFacts, until: datetime | None) -> list[str]:
    """Every reason of LEAVE_REFUSALS, in the order to be mended; empty: it may leave."""
    missing = releases_missing(facts.seen, facts.agreed)
    reasons = (
        ("not_published", not facts.published),
        ("hidden", facts.state in ("hidden", "failed")),
        ("unfinished", facts.state in ("staged", "attached")),
        ("not_allowed", not facts.allowed),
        ("ends_before", facts.allowed and _ends_before(facts.ends_at, until)),
        ("unchecked", facts.seen is None),
        ("others", "depicted" in missing),
        ("guardian", "guardian" in missing),
    )
    return [code for code, holds in reasons if holds]


def take_down_due(ended_on: date) -> date:
    """The day by which what runs must be gone."""
    return ended_on + timedelta(days=TAKE_DOWN_DAYS)


def notice_due(ends_on: date, today: date, told: Collection[int]) -> int | None:
    """Which of NOTICE_DAYS is to be told now: the nearest one that has come and was not told."""
    left = (ends_on - today).days
    if left < 0:
        return None
    come = [days for days in NOTICE_DAYS if left <= days]
    nearest = min(come, default=None)
    return nearest if nearest is not None and nearest not in told else None


def _unreachable(facts: AskFacts) -> tuple[tuple[str, bool], ...]:
    """What stands in the way of any question."""
    return (
        ("nothing_chosen", not facts.wanted),
        ("not_published", not facts.published),
        ("erased", facts.erased),
        ("no_address", not facts.address),
        ("unsubscribed", facts.unsubscribed),
    )


def _ends_before(ends_at: datetime | None, until: datetime | None) -> bool:
    """An open-ended use needs an open-ended permission."""
    if ends_at is None:
        return False
    return until is None or ends_at < until

"""What order events add up to, and which mail addresses can be written to. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

AHEAD = timedelta(hours=24)
"""How far ahead of our clock a sender's may be; beyond it an instant is a mistake."""

REACHING = ("shipped", "delivered")


@dataclass(frozen=True)
class Told:
    """An event as it was told; no lines: it is about the whole order."""

    type: str
    at: datetime
    lines: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LineFacts:
    """What is known of one order line: of each kind the earliest instant that was told."""

    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    lost_at: datetime | None = None
    refunded_at: datetime | None = None
    returned_at: datetime | None = None


FACTS = tuple(field.name for field in fields(LineFacts))


def fold(told: Iterable[Told], lines: Collection[str]) -> dict[str, LineFacts]:
    """The facts of each line from all events of its order.

    A function of the set of events: neither their order nor repetition matters, and one more
    event never moves a fact later. A cancel after a delivery does not undo it. A parcel told for
    the whole order holds no line that was taken out of the order, by its name, before.
    """
    events = frozenset(told)
    taken_out = _earliest(event for event in events if event.type == "cancelled")
    facts: dict[str, LineFacts] = {}
    for line in lines:
        about = [event for event in events if _concerns(event, line, taken_out)]
        first: dict[str, datetime] = {}
        for event in about:
            name = f"{event.type}_at"
            first[name] = min(event.at, first.get(name, event.at))
        facts[line] = LineFacts(**first)
    return facts


def ahead_of(at: datetime, now: datetime) -> bool:
    """Whether `at` lies further in the future than a wrong clock explains."""
    return at > now + AHEAD


def _earliest(cancels: Iterable[Told]) -> Mapping[str, datetime]:
    """Line → when a cancel first named it."""
    first: dict[str, datetime] = {}
    for event in cancels:
        for line in event.lines:
            first[line] = min(event.at, first.get(line, event.at))
    return first


def _concerns(event: Told, line: str, taken_out: Mapping[str, datetime]) -> bool:
    if event.lines:
        return line in event.lines
    return not (event.type in REACHING and line in taken_out and taken_out[line] <= event.at)


LOCAL_PART = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r'|"(?:[ !#-\[\]-~]|\\[ -~])+"'
)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64


def mail_address(text: str) -> str | None:
    """The address to write to, its domain in lower-case ASCII; None: no letter could arrive.

    RFC 5321 4.1.2 without its obsolete forms: dot-atom or quoted local part in ASCII, a domain of
    at least two labels (international ones are encoded), no address literals.
    """
    local, at, domain = text.strip(" \t").rpartition("@")
    if not at or len(local) > LONGEST_LOCAL_PART or not LOCAL_PART.fullmatch(local):
        return None
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None or len(local) + 1 + len(ascii_domain) > LONGEST_ADDRESS:
        return None
    return f"{local}@{ascii_domain}"


def _ascii_domain(domain: str) -> str | None:
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(LABEL.fullmatch, labels)):
        return None
    return domain.lower()

"""What every helpdesk is asked for and what comes back; to add one, copy a neighbour. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reviewapp.core.errors import AppError, OutsideFailed

_REFERENCE = re.compile(r"\[ref ([0-9a-f-]{36})\]")


@dataclass(frozen=True)
class Person:
    """The customer, as the helpdesk is to know them; `reference` is the shop's own."""

    reference: str
    name: str | None
    email: str | None


@dataclass(frozen=True)
class Word:
    """One turn of the conversation; what we say is a note there, for it was sent from here."""

    reference: str
    body: str
    by_customer: bool


@dataclass(frozen=True)
class Dossier:
    """A case as it is handed over; `reference` makes it known again."""

    reference: str
    subject: str
    person: Person
    first: Word
    tags: Sequence[str]
    priority: str
    """low | normal | high | urgent"""


@dataclass(frozen=True)
class Ticket:
    """A ticket that exists over there; `holds` are the references of our words in it."""

    id: str
    url: str | None
    holds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """What somebody over there wrote to the customer."""

    id: str
    body: str
    at: datetime
    author: str | None


@dataclass(frozen=True)
class Seen:
    """A ticket as it stands: `state` in our words, answers oldest first, our words in it."""

    state: str
    """open | waiting | solved"""
    answers: Sequence[Answer]
    holds: frozenset[str]


class Helpdesk(Protocol):
    """One account at one helpdesk.

    Every call may raise OutsideFailed (nobody knows whether it was done), HelpdeskBusy (it was
    not, and when to try again) or HelpdeskRefused (it never will be, as it stands).
    """

    delivers: bool
    """Whether it brings its answers to the customer by itself; if not, we write the letter."""
    pulls: bool
    """Whether a ticket can be looked at from here."""

    def check(self) -> None:
        """Whether the address and the key open the door."""

    def find(self, dossier: Dossier) -> Ticket | None:
        """The ticket of this case, if an earlier try made one without our hearing of it."""

    def create(self, dossier: Dossier) -> Ticket:
        """Open a ticket with the case's first word."""

    def add(self, ticket_id: str, word: Word, person: Person) -> None:
        """Append a word of the customer's, or a note of ours."""

    def set_state(self, ticket_id: str, state: str) -> None:
        """Solve the ticket, or open it again."""

    def see(self, ticket_id: str) -> Seen:
        """The ticket as it stands now."""


class HelpdeskBusy(OutsideFailed):
    """Asked to come back later (RFC 6585, 429); nothing was done."""

    def __init__(self, seconds: float) -> None:
        super().__init__(message=f"The helpdesk asks us to wait {seconds:.0f} seconds.")
        self.seconds = seconds


class HelpdeskRefused(AppError):
    """Understood and refused: a wrong key, a field that does not exist, a closed ticket."""

    status = 502
    default_code = "helpdesk_refused"


class TicketGone(HelpdeskRefused):
    """The ticket was deleted over there."""

    default_code = "helpdesk_ticket_gone"


def marked(word: Word) -> str:
    """The words with their reference, by which a second try sees that the first one arrived."""
    return f"{word.body}\n\n[ref {word.reference}]"


def references_in(texts: Iterable[str | None]) -> frozenset[str]:
    """References of our words among these texts."""
    return frozenset(found for text in texts if text for found in _REFERENCE.findall(text))

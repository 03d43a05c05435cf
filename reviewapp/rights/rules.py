"""Which permissions are in force: the ledger's entries folded, the last word on each counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Entry(Protocol):
    """What the fold reads of a ledger entry."""

    kind: str
    use: str
    party: str
    subject_sha256: str
    starts_at: datetime
    ends_at: datetime | None

    @property
    def person(self) -> str:
        """Who of the party; empty for the author, and for what was signed on paper."""


class DatedEntry(Entry, Protocol):
    """An entry and when it was written."""

    created_at: datetime


@dataclass(frozen=True, order=True)
class Right:
    """One use of one very thing: SHA-256 of a file, or of a review version's words (P2)."""

    use: str
    subject_sha256: str


@dataclass(frozen=True)
class Term:
    """From when until when a right holds, `ends_at` excluded; None: until it is taken back."""

    starts_at: datetime
    ends_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it has begun and not ended."""
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


def terms_of(entries: Iterable[Entry]) -> dict[Right, Term]:
    """The author's rights that stand after `entries`, given oldest first, with their terms.

    `granted` gives; `withdrawn`, `expired`, `superseded` and `declined` end; `asked` leaves as is.
    A person in the picture, or a guardian, adds a release of their own and never gives the right;
    but their `withdrawn` or `declined` ends it like the author's, and keeps it ended until that
    very person agrees, whatever the author says meanwhile: nobody has to be in an advert.
    """
    standing: dict[Right, Term] = {}
    objecting: set[tuple[Right, str, str]] = set()
    for entry in entries:
        right = Right(entry.use, entry.subject_sha256)
        if entry.party != "author":
            _note_objection(objecting, right, entry)
        elif entry.kind == "granted" and right not in {one for one, *_who in objecting}:
            standing[right] = Term(entry.starts_at, entry.ends_at)
        if ends_right(entry):
            standing.pop(right, None)
    return standing


def ends_right(entry: Entry) -> bool:
    """Whether an entry ends a right: the author's word, or a no of somebody in the picture."""
    if entry.party == "author":
        return entry.kind not in ("asked", "granted")
    return entry.kind in OBJECTIONS


def _note_objection(objecting: set[tuple[Right, str, str]], right: Right, entry: Entry) -> None:
    if entry.kind in OBJECTIONS:
        objecting.add((right, entry.party, entry.person))
    elif entry.kind == "granted":
        objecting.discard((right, entry.party, entry.person))


def held_until(entries: Sequence[DatedEntry], forever: datetime) -> datetime | None:
    """Until when the rights of `entries`, oldest first, hold or held; None: none was ever given.

    `forever` where one stands that has no end.
    """
    given: set[Right] = set()
    ends: list[datetime] = []
    for entry in entries:
        right = Right(entry.use, entry.subject_sha256)
        if entry.kind == "granted" and entry.party == "author":
            given.add(right)
        elif ends_right(entry) and right in given:
            given.discard(right)
            ends.append(entry.created_at)
    ends += (term.ends_at or forever for term in terms_of(entries).values())
    return max(ends, default=None)


def rights_in_force(entries: Iterable[Entry], now: datetime) -> frozenset[Right]:
    """The rights that hold at `now`; an ended term needs no entry to have ended."""
    return frozenset(right for right, term in terms_of(entries).items() if term.holds(now))


def releases_in_force(entries: Iterable[Entry], now: datetime) -> dict[Right, frozenset[str]]:
    """Who beside the author has released what: right → parties of which everybody agrees (P5).

    Whoever was asked and has not said yes is missing, whatever others of the same party said; a
    question that was taken back (`superseded`) is as if it had never been.
    """
    words: dict[tuple[Right, str], dict[str, Term | None]] = {}
    for entry in entries:
        if entry.party == "author":
            continue
        of_party = words.setdefault((Right(entry.use, entry.subject_sha256), entry.party), {})
        if entry.kind == "superseded":
            of_party.pop(entry.person, None)
        elif entry.kind == "granted":
            of_party[entry.person] = Term(entry.starts_at, entry.ends_at)
        else:
            of_party[entry.person] = None
    found: dict[Right, frozenset[str]] = {}
    for (right, party), terms in words.items():
        if terms and all(term is not None and term.holds(now) for term in terms.values()):
            found[right] = found.get(right, frozenset()) | {party}
    return found


def releases_missing(found: Collection[str], parties: Collection[str]) -> frozenset[str]:
    """Whose release is missing for a picture in which a person saw `found` (P5).

    People release for themselves, children never without a guardian.
    """
    needed = {RELEASED_BY[one] for one in found if one in RELEASED_BY}
    return frozenset(needed - set(parties))


RELEASED_BY = {"people": "depicted", "children": "guardian"}
"""What a person may see in a picture, and whose release it needs."""
OBJECTIONS = ("declined", "withdrawn")
"""What somebody in a picture, or a guardian, says no with; it ends the use for everybody."""

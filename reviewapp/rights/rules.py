"""Which permissions are in force: the ledger's entries folded, the last word on each counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

    @property
    def paper(self) -> str:
        """Where a release that was signed on paper lies; empty for all else."""


class DatedEntry(Entry, Protocol):
    """An entry and when it was written."""

    created_at: datetime


@dataclass(frozen=True, order=True)
class Right:
    """One use of one very thing: SHA-256 of a file, or of a review version's words (P2)."""

    use: str
    subject_sha256: str


@dataclass(frozen=True)
class Seen:
    """What a person saw in a file (P5)."""

    contents: frozenset[str] = frozenset()
    """Of media.CONTENTS."""
    people: int = 1
    """Where somebody is in it: how many have to agree. Children of one guardian count once."""


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


def releases_in_force(entries: Iterable[Entry], now: datetime) -> dict[Right, dict[str, int]]:
    """Who beside the author has released what: right → party → how many persons agree (P5).

    None (0) of a party where one of it who was asked has not said yes, whatever the others said;
    a question that was taken back (`superseded`) is as if it had never been. Each paper is one
    person's.
    """
    words: dict[tuple[Right, str], dict[tuple[str, str], Term | None]] = {}
    for entry in entries:
        if entry.party != "author":
            right = Right(entry.use, entry.subject_sha256)
            _note_word(words.setdefault((right, entry.party), {}), entry)
    found: dict[Right, dict[str, int]] = {}
    for (right, party), told in words.items():
        if told:
            agree = all(term is not None and term.holds(now) for term in told.values())
            found.setdefault(right, {})[party] = len(told) if agree else 0
    return found


def _note_word(told: dict[tuple[str, str], Term | None], entry: Entry) -> None:
    """The last word of each person of a party; of those on paper a no is everybody's."""
    if entry.kind == "granted":
        told.pop((entry.person, ""), None)
        told[entry.person, entry.paper] = Term(entry.starts_at, entry.ends_at)
        return
    for known in [one for one in told if one[0] == entry.person]:
        del told[known]
    if entry.kind != "superseded":
        told[entry.person, ""] = None


def releases_missing(seen: Seen | None, agreed: Mapping[str, int]) -> frozenset[str]:
    """Whose release is missing for a picture in which a person saw `seen`, by party (P5).

    People release for themselves, children never without a guardian; as many have to agree as were
    counted, and everybody who was asked.
    """
    contents = seen.contents if seen else frozenset[str]()
    needed = {RELEASED_BY[one] for one in contents if one in RELEASED_BY}
    missing = {one for one in needed if not agreed.get(one)}
    missing |= {one for one, count in agreed.items() if not count}
    if seen and needed and not missing and sum(agreed[one] for one in needed) < seen.people:
        missing.add(min(needed))
    return frozenset(missing)


RELEASED_BY = {"people": "depicted", "children": "guardian"}
"""What a person may see in a picture, and whose release it needs."""
OBJECTIONS = ("declined", "withdrawn")
"""What somebody in a picture, or a guardian, says no with; it ends the use for everybody."""

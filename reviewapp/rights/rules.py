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
    but their `withdrawn` ends it like the author's, and keeps it ended until they agree again,
    whatever the author says meanwhile: nobody has to stay in an advert.
    """
    standing: dict[Right, Term] = {}
    objecting: set[tuple[Right, str]] = set()
    for entry in entries:
        right = Right(entry.use, entry.subject_sha256)
        if entry.party != "author":
            _note_objection(objecting, right, entry)
        if entry.kind == "granted" and entry.party == "author":
            if not any(one == right for one, _party in objecting):
                standing[right] = Term(entry.starts_at, entry.ends_at)
        elif entry.kind not in ("asked", "granted"):
            standing.pop(right, None)
    return standing


def _note_objection(objecting: set[tuple[Right, str]], right: Right, entry: Entry) -> None:
    if entry.kind == "withdrawn":
        objecting.add((right, entry.party))
    elif entry.kind == "granted":
        objecting.discard((right, entry.party))


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
        elif entry.kind not in ("asked", "granted") and right in given:
            given.discard(right)
            ends.append(entry.created_at)
    ends += (term.ends_at or forever for term in terms_of(entries).values())
    return max(ends, default=None)


def rights_in_force(entries: Iterable[Entry], now: datetime) -> frozenset[Right]:
    """The rights that hold at `now`; an ended term needs no entry to have ended."""
    return frozenset(right for right, term in terms_of(entries).items() if term.holds(now))


def releases_in_force(entries: Iterable[Entry], now: datetime) -> dict[Right, frozenset[str]]:
    """Who beside the author has released what: right → parties whose last word is a yes (P5)."""
    standing: dict[tuple[Right, str], Term] = {}
    for entry in entries:
        right = Right(entry.use, entry.subject_sha256)
        if entry.party == "author" or entry.kind == "asked":
            continue
        if entry.kind == "granted":
            standing[right, entry.party] = Term(entry.starts_at, entry.ends_at)
        else:
            standing.pop((right, entry.party), None)
    found: dict[Right, frozenset[str]] = {}
    for (right, party), term in standing.items():
        if term.holds(now):
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

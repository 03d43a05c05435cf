"""Which permissions are in force: the ledger's entries folded, the last word on each counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, Protocol, TypeVar


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

    @property
    def renews(self) -> str:
        """Hash of the grant whose term it is about; empty: it is about no running term."""


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

    def reaches(self, instant: datetime | None) -> bool:
        """Whether it has not ended before `instant`; None: whether it never ends by itself."""
        return self.ends_at is None or (instant is not None and instant <= self.ends_at)


Grant = TypeVar("Grant")
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Standing(Generic[Grant]):
    """A right that stands: its term, and the grant that reaches as far."""

    term: Term
    grant: Grant


def terms_of(entries: Iterable[Entry]) -> dict[Right, Term]:
    """The author's rights that stand after `entries`, given oldest first, with their terms."""
    return {right: standing.term for right, standing in standing_after(entries).items()}


def standing_after(entries: Iterable[E]) -> dict[Right, Standing[E]]:
    """The author's rights that stand after `entries`, given oldest first, with their grants.

    `granted` gives; `withdrawn`, `expired`, `superseded` and `declined` end; `asked` leaves as is.
    A grant that renews joins the term it renews; a renewal that is declined leaves it as it was.
    A person in the picture, or a guardian, adds a release of their own and never gives the right;
    but their `withdrawn` or `declined` ends it like the author's, and keeps it ended until that
    very person agrees, whatever the author says meanwhile: nobody has to be in an advert.
    """
    standing: dict[Right, Standing[E]] = {}
    objecting: set[tuple[Right, str, str]] = set()
    for entry in entries:
        right = Right(entry.use, entry.subject_sha256)
        if entry.party != "author":
            _note_objection(objecting, right, entry)
        elif entry.kind == "granted" and right not in {one for one, *_who in objecting}:
            standing[right] = _after_grant(standing.get(right), entry)
        if ends_right(entry):
            standing.pop(right, None)
    return standing


def ends_right(entry: Entry) -> bool:
    """Whether an entry ends a right: the author's word, or a no of somebody in the picture."""
    if entry.party != "author":
        return entry.kind in OBJECTIONS
    if entry.kind == "declined":
        return not entry.renews
    return entry.kind not in ("asked", "granted")


def extended(held: Term | None, grant: Entry) -> Term:
    """The term of a right after a grant, where `held` was its term before.

    A renewal that begins while the old term runs makes it longer, never shorter, without a gap;
    any other grant has the term it names.
    """
    given = Term(grant.starts_at, grant.ends_at)
    if held is None or not grant.renews or not held.reaches(given.starts_at):
        return given
    first = min(held.starts_at, given.starts_at)
    return Term(first, held.ends_at if held.reaches(given.ends_at) else given.ends_at)


def _after_grant(held: Standing[E] | None, grant: E) -> Standing[E]:
    term = extended(held.term if held else None, grant)
    if held is None or term.ends_at == grant.ends_at:
        return Standing(term, grant)
    return Standing(term, held.grant)


def last_day(ends_at: datetime) -> date:
    """The last whole day, UTC, of a term that ends at this instant."""
    return (ends_at.astimezone(UTC) - timedelta(days=1)).date()


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
    found: dict[Right, dict[str, int]] = {}
    for (right, party), told in _last_words(entries).items():
        if told:
            agree = all(term is not None and term.holds(now) for term in told.values())
            found.setdefault(right, {})[party] = len(told) if agree else 0
    return found


def agreeing(entries: Iterable[Entry], now: datetime) -> dict[Right, int]:
    """How many persons in it, or guardians, agree, whoever else is missing; for people to read."""
    found: dict[Right, int] = {}
    for (right, _party), told in _last_words(entries).items():
        many = sum(term is not None and term.holds(now) for term in told.values())
        found[right] = found.get(right, 0) + many
    return found


def _last_words(
    entries: Iterable[Entry],
) -> dict[tuple[Right, str], dict[tuple[str, str], Term | None]]:
    """(right, party) → (person, paper) → the term of their yes; None: asked, or a no."""
    words: dict[tuple[Right, str], dict[tuple[str, str], Term | None]] = {}
    for entry in entries:
        if entry.party != "author":
            right = Right(entry.use, entry.subject_sha256)
            _note_word(words.setdefault((right, entry.party), {}), entry)
    return words


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

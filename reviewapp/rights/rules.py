"""Which permissions are in force: the ledger's entries folded, the last word on each counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class Entry(Protocol):
    """What the fold reads of a ledger entry."""

    kind: str
    use: str
    subject_sha256: str


@dataclass(frozen=True, order=True)
class Right:
    """One use of one very thing: SHA-256 of a file, or of a review version's words (P2)."""

    use: str
    subject_sha256: str


def rights_in_force(entries: Iterable[Entry]) -> frozenset[Right]:
    """The rights that hold after `entries`, given oldest first.

    `granted` gives; `withdrawn`, `expired`, `superseded` and `declined` end; `asked` leaves as is.
    """
    held: set[Right] = set()
    for entry in entries:
        right = Right(entry.use, entry.subject_sha256)
        if entry.kind == "granted":
            held.add(right)
        elif entry.kind != "asked":
            held.discard(right)
    return frozenset(held)

"""The chain itself, pure: canonical bytes, hashes, and what breaks them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
LINKS = ("previous_hash", "hash")
"""What binds an entry to its neighbours; everything else of it is hashed."""


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the entry's number and what is wrong with it."""

    number: int
    problem: str


def entry_hash(previous_hash: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the entry's canonical JSON (sorted keys, UTF-8)."""
    body = {name: value for name, value in entry.items() if name not in LINKS}
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous_hash.encode() + canonical.encode()).hexdigest()


def breaks(entries: Iterable[Mapping[str, Any]]) -> list[Break]:
    """Every changed, missing, inserted or reordered entry; entries come ordered by number."""
    found: list[Break] = []
    expected_number, previous = 1, GENESIS
    for entry in entries:
        number = entry["number"]
        if number != expected_number:
            found.append(Break(number, f"expected number {expected_number}"))
        if entry["previous_hash"] != previous:
            found.append(Break(number, "does not follow the entry before"))
        if entry_hash(entry["previous_hash"], entry) != entry["hash"]:
            found.append(Break(number, "was changed after it was written"))
        expected_number, previous = number + 1, entry["hash"]
    return found

#!/usr/bin/env python3
"""Verify an exported log or permission ledger, with nothing but Python's standard library.

    python3 verify_export.py [--heads=HEADS.json] FILE.jsonl [FILE.jsonl ...]

Every line is one entry as JSON. An entry's `hash` is the SHA-256 over the `hash` of the entry
before (64 zeros before the first) and the entry itself as JSON without `previous_hash` and
`hash`: keys sorted, no spaces, UTF-8. Numbers rise by one from 1. Whoever changes, removes,
inserts or exchanges an entry breaks the chain from there on. Prints every break; exit code 0
when all files hold, 1 when one does not, 2 when one cannot be read.

HEADS.json, written beside this script by the export, names the newest entry of each file: without
it nobody sees that the end was cut off, or everything written anew. Keep one elsewhere and name it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError where a name stands twice, which readers take differently."""
    if len({name for name, _value in pairs}) < len(pairs):
        raise ValueError("a name stands twice in it")
    return dict(pairs)


def entries(path: str) -> Iterator[dict[str, Any]]:
    """The entries of a file, line by line; ValueError names the line that is none."""
    with Path(path).open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            try:
                entry = json.loads(line, object_pairs_hook=once)
                if not {"number", "previous_hash", "hash"} <= entry.keys():
                    raise ValueError("it is no entry")
            except (ValueError, AttributeError) as error:
                raise ValueError(f"{path}: line {number}: {error}") from error
            yield entry


def entry_hash(entry: dict[str, Any]) -> str:
    """What the entry's hash must be."""
    body = {name: value for name, value in entry.items() if name not in ("previous_hash", "hash")}
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((entry["previous_hash"] + canonical).encode()).hexdigest()


def verify(path: str, head: dict[str, Any] | None) -> int:
    """Print every break of one file and what it ends with; returns how many breaks."""
    number, previous, found = 0, "0" * 64, 0
    kept = head is None
    for entry in entries(path):
        problems = []
        if entry["number"] != number + 1:
            problems.append(f"expected number {number + 1}")
        if entry["previous_hash"] != previous:
            problems.append("does not follow the entry before")
        if entry_hash(entry) != entry["hash"]:
            problems.append("was changed after it was written")
        for problem in problems:
            print(f"{path}: entry {entry['number']} {problem}")  # noqa: T201  a program's output
        found += len(problems)
        kept = kept or {name: entry[name] for name in ("number", "hash")} == head
        number, previous = entry["number"], entry["hash"]
    if head and not kept:
        print(f"{path}: entry {head['number']}, noted as its newest, is missing or another")  # noqa: T201  a program's output
        found += 1
    state = "intact" if not found else f"{found} breaks"
    print(f"{path}: {state}, ends with entry {number} {previous}")  # noqa: T201  a program's output
    return found


def heads_of(path: str | None) -> dict[str, Any]:
    """The newest entries as noted in a file: the one named, else the one beside this script."""
    file = Path(path) if path else Path(__file__).with_name("heads.json")
    noted: dict[str, Any] = json.loads(file.read_text("utf-8")) if path or file.exists() else {}
    return noted


def main(paths: list[str]) -> int:
    """Verify all files; the exit code."""
    if not paths:
        print(__doc__)  # noqa: T201  a program's output
        return 2
    try:
        heads = heads_of(paths.pop(0)[8:] if paths[0].startswith("--heads=") else None)
        found = sum(verify(path, heads.get("/".join(Path(path).parts[-2:]))) for path in paths)
        return int(found > 0)
    except (OSError, ValueError, TypeError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)  # noqa: T201  a program's output
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Wording of public answers by kind, read from `words/replies.txt` (G27, playbook 5).

A phrase list cannot understand a text; it stops what is known to be pressure, threat or blame and
shows the passage.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

REPLIES = Path(__file__).resolve().parent / "words" / "replies.txt"

REFUSED = ("threat", "accusation", "pressure", "reward")
"""What no answer goes out with (G27, G8)."""

WARNED = ("blame", "promise")
"""What a person is asked to look at again."""


def phrases(kind: str) -> re.Pattern[str]:
    """The pattern of one kind: of REFUSED, of WARNED, `channel` or `action`."""
    return _patterns()[kind]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    kinds: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in REPLIES.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
            lines = kinds.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.IGNORECASE)
        for kind, found in kinds.items()
    }

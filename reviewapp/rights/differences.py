"""What changed between two texts, word by word. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_PIECES = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed ("same"), came ("ins") or went ("del")."""

    kind: str
    words: str


def differences(before: str, after: str) -> list[Piece]:
    """The runs of both texts in reading order, what went before what came in its place.

    The runs that are not "ins" join to `before`, those that are not "del" to `after`.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[Piece] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            found.append(Piece("del", "".join(old[old_from:old_to])))
        if new_to > new_from:
            found.append(Piece("ins", "".join(new[new_from:new_to])))
    return found

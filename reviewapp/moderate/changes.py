"""What an author changed since the version that was decided on, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from reviewapp.models.review import ModerationDecision, ReviewVersion
from reviewapp.moderate.candidate import Candidate

MOST_WORDS = 2_000
_WORDS = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Change:
    """A run of text: `kind` is same, added or removed."""

    text: str
    kind: str


def changed_pieces(
    versions: Sequence[ReviewVersion],
    words: Candidate,
    decisions: Iterable[ModerationDecision],
) -> list[Change]:
    """The text of `words` beside the last version decided on; empty where there is none."""
    decided = {row.version for row in decisions if row.action != "undo"}
    earlier = [one for one in versions if one.version < words.version]
    chosen = [one for one in earlier if one.version in decided] or earlier
    if not chosen:
        return []
    before = chosen[-1]
    old, new = f"{before.title}\n{before.body}", f"{words.title}\n{words.body}"
    return compared(old.strip(), new.strip())


def compared(before: str, after: str) -> list[Change]:
    """Both texts in one, runs of words marked; long texts only at their beginning."""
    old, new = _WORDS.findall(before)[:MOST_WORDS], _WORDS.findall(after)[:MOST_WORDS]
    was, now = [word.strip() for word in old], [word.strip() for word in new]
    found: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change("".join(new[c:d]), "same"))
            continue
        if a < b:
            found.append(Change("".join(old[a:b]), "removed"))
        if c < d:
            found.append(Change("".join(new[c:d]), "added"))
    return found

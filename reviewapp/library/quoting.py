"""Pure rules of excerpts: the words as they stand, ellipses where they were cut (G15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MOST_QUOTED, LEAST_QUOTED = 500, 3
"""Characters of an excerpt."""
ELLIPSIS = "…"


def seen_words(title: str, body: str, redactions: Iterable[Mapping[str, Any]], field: str) -> str:
    """The title or body as readers see it: a redacted passage is one ellipsis in brackets."""
    text = {"title": title, "body": body}[field]
    shown, at = "", 0
    for start, end in sorted((r["start"], r["end"]) for r in redactions if r["field"] == field):
        if end > at:
            shown += text[at:start] + ("[…]" if start >= at else "")
            at = end
    return shown + text[at:]


def found_in(passage: str, text: str) -> str | None:
    """The passage with the very white space of `text`; None where it does not stand there.

    A browser's selection has its own line ends and blanks.
    """
    parts = passage.split()
    if not parts:
        return None
    at = text.find(parts[0])
    while at >= 0:
        end = _end_of(parts, text, at)
        if end is not None:
            return text[at:end]
        at = text.find(parts[0], at + 1)
    return None


def quoted(words: str, text: str) -> str | None:
    """The excerpt as it is shown, an ellipsis at each cut; None when it stands there no more."""
    at = text.find(words)
    if at < 0:
        return None
    before = f"{ELLIPSIS} " if text[:at].strip() else ""
    after = f" {ELLIPSIS}" if text[at + len(words) :].strip() else ""
    return f"{before}{words.strip()}{after}"


def _end_of(parts: list[str], text: str, at: int) -> int | None:
    for number, part in enumerate(parts):
        if number:
            gap = len(text) - at - len(text[at:].lstrip())
            if gap == 0:
                return None
            at += gap
        if not text.startswith(part, at):
            return None
        at += len(part)
    return at

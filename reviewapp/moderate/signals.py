"""What screening tells a moderator: a kind, one sentence, and where in the words it stands."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

COLLEAGUE = "A colleague asks for a second look."


@dataclass(frozen=True, order=True)
class Span:
    """Half-open range [start, end) of code points in a text."""

    start: int
    end: int


@dataclass(frozen=True)
class Signal:
    """One thing a person should look at; never a verdict (G12).

    `kind` is one of `models.review.Flag.kind`; `explanation` an English msgid; `field` "title",
    "body" or an answer's id, None when the signal is about the review as a whole.
    """

    kind: str
    explanation: str
    field: str | None = None
    start: int | None = None
    end: int | None = None
    detail: dict[str, Any] = dataclass_field(default_factory=dict, compare=False)
    """What it matched: ids of reviews, an entry of a list, what a model went by."""


def merged(spans: list[Span]) -> list[Span]:
    """The spans in order, overlapping and touching ones joined."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined

"""Of what kind the fields of letters are: how each is checked, and whether it must be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One field: `kind` says how it is checked and whether it is a value or part of the layout.

    text: one line · lines: several · quote: somebody's own words, left as they are · url · color ·
    when: an aware instant, printed in the shop's zone · number, flag, choice: decide the layout.
    """

    kind: str
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The fields of one letter; `items` are the fields of each product in it."""

    fields: Mapping[str, Fact]
    items: Mapping[str, Fact] = field(default_factory=dict)


TEXT, LINES, URL, QUOTE = Fact("text"), Fact("lines"), Fact("url"), Fact("quote")
OPTIONAL_TEXT, OPTIONAL_LINES = Fact("text", required=False), Fact("lines", required=False)
OPTIONAL_URL, OPTIONAL_QUOTE = Fact("url", required=False), Fact("quote", required=False)
WHEN, FLAG, NUMBER = Fact("when", required=False), Fact("flag", required=False), Fact("number")

"""Whether two products are substantially different, as far as their facts tell (G24). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHARED_WORDS = 0.5
"""The part of the shorter title's words that variants of one product share at least."""

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Likeness:
    """What tells one product from another; sizes and colours do not."""

    title: str
    brand: str | None = None
    product_type: str | None = None


def differences(one: Likeness, other: Likeness) -> tuple[str, ...]:
    """The facts that cannot be those of variants of one product; empty: they can.

    A fact that one side does not tell is no difference.
    """
    found = []
    if not _same(one.brand, other.brand):
        found.append("brands")
    if not _same(one.product_type, other.product_type):
        found.append("product types")
    if not _alike(one.title, other.title):
        found.append("titles")
    return tuple(found)


def _same(one: str | None, other: str | None) -> bool:
    return not one or not other or _folded(one) == _folded(other)


def _alike(one: str, other: str) -> bool:
    words, others = (set(_WORD.findall(title.casefold())) for title in (one, other))
    if not words or not others:
        return True
    return len(words & others) >= SHARED_WORDS * min(len(words), len(others))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())

"""Passwords: argon2id, a length, no common ones; no composition rules (ASVS 6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reviewapp.core.errors import Invalid

LEAST, MOST = 8, 128
LEAST_DIFFERENT = 3
SHORTEST_CLUE = 4
"""Shorter words about somebody occur in good passwords by chance."""
_WORDS = Path(__file__).parent / "common_passwords.txt"
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


def check_password_rules(password: str, about: Iterable[str] = ()) -> None:
    """Invalid when too short, too long, among the most common, or one of the words `about` you.

    A common word with digits or signs at its ends ("Sunshine2026!") is as common as the word.
    """
    problem = None
    if not LEAST <= len(password) <= MOST:
        problem = f"Use between {LEAST} and {MOST} characters."
    elif _common(password) or len(set(password)) < LEAST_DIFFERENT:
        problem = "This password is among the first that are tried. Please choose another."
    elif _core(password) in {_core(word) for word in about if len(_core(word)) >= SHORTEST_CLUE}:
        problem = "Your name, address or shop is what would be tried first. Please choose another."
    if problem:
        raise Invalid(fields={"password": [problem]})


def hash_password(password: str) -> str:
    """argon2id with the OWASP minimum (19 MiB, 2 passes), salt inside; about 20 ms."""
    return _HASHER.hash(password)


def password_matches(password: str, kept: str | None) -> bool:
    """Whether it is the one; without a kept hash it takes the same time and is never right."""
    try:
        right = _HASHER.verify(kept or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


@cache
def _common_words() -> frozenset[str]:
    words = _WORDS.read_text(encoding="utf-8").split()
    cores = {_core(word) for word in words}
    return frozenset({*words, *(core for core in cores if len(core) >= SHORTEST_CLUE)})


def _common(password: str) -> bool:
    return password.casefold() in _common_words() or _core(password) in _common_words()


def _core(password: str) -> str:
    return _ENDS.sub("", password.casefold())

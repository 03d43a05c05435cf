"""What people typed into a form: without NUL, trimmed, with one kind of line end, bounded."""

from __future__ import annotations

from flask import request

LINE, TEXT = 300, 20_000
"""Characters of one line and of a longer text; what is longer is no honest input."""


def line(name: str, most: int = LINE) -> str:
    """One line: blanks and line ends inside become single blanks."""
    return " ".join(_kept(name).split())[:most]


def text(name: str, most: int = TEXT) -> str:
    """Several lines."""
    return _kept(name).strip()[:most]


def lines(name: str) -> list[str]:
    """The lines that are not empty, each trimmed."""
    return [kept for each in text(name).split("\n") if (kept := each.strip())]


def _kept(name: str) -> str:
    # PostgreSQL cannot keep NUL in a text.
    typed = request.form.get(name, "").replace("\x00", "")
    return typed.replace("\r\n", "\n").replace("\r", "\n")

"""What people typed into a form: without NUL, trimmed, with one kind of line end, bounded."""

from __future__ import annotations

from datetime import date

from flask import request

from reviewapp.core.errors import Invalid

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


def day(name: str) -> date | None:
    """A day as a date field sends it; None where none was chosen; Invalid for anything else."""
    typed = line(name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise Invalid(fields={name: ["A day such as 2027-05-31."]}) from error


def _kept(name: str) -> str:
    # PostgreSQL cannot keep NUL in a text.
    typed = request.form.get(name, "").replace("\x00", "")
    return typed.replace("\r\n", "\n").replace("\r", "\n")

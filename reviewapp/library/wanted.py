"""What the library's address asks for: read, checked, and written back as a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from reviewapp.core.errors import Invalid
from reviewapp.models.library_asset import COLOURS, LENGTHS, ORIENTATIONS, PIECE_KINDS
from reviewapp.models.rights import USES

RATINGS: Mapping[str, tuple[int, ...]] = {
    "4-5": (4, 5), "5": (5,), "4": (4,), "3": (3,), "2": (2,), "1": (1,),
}  # fmt: skip
USED = ("no", "yes")
MOST_WORDS = 200
"""Characters; what is longer is cut, as in every list's search."""
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")


@dataclass(frozen=True)
class Wanted:
    """The filters, each empty where it is not asked for; names are those in the address."""

    q: str = ""
    """Words of the review or its product; every one has to be there."""
    product: UUID | None = None
    tag: str = ""
    """Of the product, in lower case."""
    rating: str = ""
    kind: str = ""
    orientation: str = ""
    length: str = ""
    colour: str = ""
    language: str = ""
    since: date | None = None
    """The first day, in the shop's zone."""
    to: date | None = None
    """The last one."""
    use: str = ""
    """Only what may be used for this now."""
    used: str = ""
    """`no`: never taken out; `yes`: taken out before."""
    expiring: bool = False
    """A permission (that of `use`, where one is asked for) ends within 30 days."""
    picked: bool = False
    collection: UUID | None = None

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self != Wanted()

    def without(self, *names: str) -> Wanted:
        """The same with these filters taken off."""
        return replace(self, **{name: _UNSET[name] for name in names})

    def query(self, **changed: Any) -> dict[str, str]:
        """The address's query for this, or for this with changes."""
        return {name: _told(value) for name, value in (vars(self) | changed).items() if value}


_UNSET: dict[str, Any] = {field.name: field.default for field in fields(Wanted)}


def read(told: Mapping[str, str]) -> Wanted:
    """The filters of an address or a saved query; Invalid names each value that is none of ours."""
    wanted: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, take in _TAKE.items():
        value = told.get(name, "").replace("\x00", "").strip()
        if not value:
            continue
        try:
            wanted[name] = take(value)
        except ValueError as error:
            wrong[name] = [f"“{value[:40]}” {error}"]
    if wrong:
        raise Invalid(fields=wrong)
    return Wanted(**wanted)


def _told(value: Any) -> str:
    return "1" if value is True else value.isoformat() if isinstance(value, date) else str(value)


def _one_of(options: Mapping[str, Any] | tuple[str, ...]) -> Callable[[str], str]:
    def take(value: str) -> str:
        if value not in options:
            raise ValueError(f"cannot be filtered by. Choose one of: {', '.join(options)}.")
        return value

    return take


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("is no day. Write it as 2027-05-31.") from error


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise ValueError("is none of this shop. Choose it from the list.") from error


def _language(value: str) -> str:
    if not _LANGUAGE.match(value.lower()):
        raise ValueError("is no language. Write its code, such as en.")
    return value.lower()


def _flag(value: str) -> bool:
    if value != "1":
        raise ValueError("switches nothing on. Leave it out, or write 1.")
    return True


_TAKE: dict[str, Callable[[str], Any]] = {
    "q": lambda value: value[:MOST_WORDS],
    "product": _id,
    "tag": lambda value: value[:MOST_WORDS].lower(),
    "rating": _one_of(RATINGS),
    "kind": _one_of(PIECE_KINDS),
    "orientation": _one_of(ORIENTATIONS),
    "length": _one_of(LENGTHS),
    "colour": _one_of(COLOURS),
    "language": _language,
    "since": _day,
    "to": _day,
    "use": _one_of(USES),
    "used": _one_of(USED),
    "expiring": _flag,
    "picked": _flag,
    "collection": _id,
}

"""Lists on admin pages by keyset: filters stay in the address, the next page is a link."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import request
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from reviewapp.core.errors import Invalid
from reviewapp.web.session import session

Key = ColumnElement[Any] | InstrumentedAttribute[Any]
PAGE = 50
LONGEST_WORDS = 200
_READ: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    UUID: UUID,
    str: str,
    int: int,
}


@dataclass(frozen=True)
class Listing:
    """One page: `rows` as the statement selects them, and where to go on."""

    rows: Sequence[Any]
    next_href: str | None
    first_href: str | None
    """None on the first page."""


def listing(
    statement: Select[*tuple[Any, ...]] | Sequence[Select[*tuple[Any, ...]]],
    keys: Sequence[Key],
    *,
    newest_first: bool,
    page: int = PAGE,
) -> Listing:
    """The page of `statement` that the address asks for with `after`.

    `keys` order the list; together they are unique and none is ever null. Rows come as scalars
    where the statement selects one thing; of several statements, all of one form, each row comes
    once. Invalid for an `after` that is none of this list's.
    """
    several = [statement] if isinstance(statement, Select) else statement
    begin = place(keys)
    found: dict[tuple[Any, ...], Any] = {}
    for one in several:
        ordered = _ordered(one, keys, begin, newest_first).limit(page + 1)
        single = len(one.column_descriptions) == 1
        for row in session().execute(ordered):
            found[tuple(row[-len(keys) :])] = row[0] if single else row[: -len(keys)]
    return turned(found, newest_first=newest_first, page=page, first=not begin)


def turned(
    found: Mapping[tuple[Any, ...], Any], *, newest_first: bool, page: int, first: bool
) -> Listing:
    """The page of what was found, by keys: one more than `page` where the list goes on."""
    places = sorted(found, reverse=newest_first)
    more = len(places) > page
    return Listing(
        rows=[found[one] for one in places[:page]],
        next_href=_href(_told(places[page - 1])) if more else None,
        first_href=None if first else _href(None),
    )


def place(keys: Sequence[Key]) -> list[Any]:
    """Where the address says to go on, a value for each key; empty: at the beginning."""
    after = request.args.get("after")
    return _read(after, keys) if after else []


def _ordered(
    statement: Select[*tuple[Any, ...]], keys: Sequence[Key], place: list[Any], newest_first: bool
) -> Select[*tuple[Any, ...]]:
    if place:
        here = tuple_(*keys)
        there = tuple_(*(literal(value, key.type) for value, key in zip(place, keys, strict=True)))
        statement = statement.where(here < there if newest_first else here > there)
    order = (key.desc() if newest_first else key.asc() for key in keys)
    return statement.order_by(*order).add_columns(*keys)


def words() -> str:
    """What was typed into the list's search field, cut to a length a search can bear."""
    return request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_WORDS]


def like(text: str) -> str:
    """An ILIKE pattern that finds `text` anywhere, its own wildcards taken as letters."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def chosen(name: str, options: Sequence[str]) -> str:
    """The filter `name` from the address where it is one of `options`, else no filter."""
    value = request.args.get(name, "")
    return value if value in options else ""


def _href(after: str | None) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    query = urlencode([*kept, *([("after", after)] if after else [])])
    return f"{request.path}?{query}" if query else request.path


def _told(values: Sequence[Any]) -> str:
    texts = [v.isoformat() if isinstance(v, datetime) else str(v) for v in values]
    return urlsafe_b64encode(orjson.dumps(texts)).rstrip(b"=").decode()


def _read(after: str, keys: Sequence[Key]) -> list[Any]:
    try:
        texts = orjson.loads(urlsafe_b64decode(after + "=="))
        return [_value(text, key) for text, key in zip(texts, keys, strict=True)]
    except (Base64Error, ValueError, TypeError, OverflowError) as error:
        raise Invalid(fields={"after": ["Not a place in this list."]}) from error


def _value(text: Any, key: Key) -> Any:
    if not isinstance(text, str) or "\x00" in text:
        raise ValueError("not a cursor's text")
    value = _READ[key.type.python_type](text)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("not an instant")
    return value

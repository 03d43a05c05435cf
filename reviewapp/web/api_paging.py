"""Lists by cursor: opaque, signed, over the order of the list; never by offset."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
from flask import after_this_request, request
from itsdangerous import BadData, URLSafeSerializer
from marshmallow import validate
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.wrappers import Response

from reviewapp.core.errors import Invalid
from reviewapp.web.auth import actor
from reviewapp.web.session import kit, session

LARGEST_PAGE = 100
Keys = Sequence[InstrumentedAttribute[Any]]


class PageArgs(ma.Schema):
    """Where to go on in a list; subclass it to add a list's own filters."""

    limit = ma.fields.Integer(
        load_default=50,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "How many items at most."},
    )
    cursor = ma.fields.String(
        load_default=None,
        validate=validate.Length(max=2_000),
        metadata={"description": "`next_cursor` of the page before."},
    )


@lru_cache(maxsize=64)
def paged(item: type[ma.Schema]) -> type[ma.Schema]:
    """The schema of a page of `item`s: `{"items": […], "next_cursor": …}`."""
    name = item.__name__.removesuffix("Schema")
    page: type[ma.Schema] = type(
        f"{name}PageSchema",
        (ma.Schema,),
        {
            "items": ma.fields.List(ma.fields.Nested(item), required=True),
            "next_cursor": ma.fields.String(
                allow_none=True, required=True, metadata={"description": "null: the last page."}
            ),
        },
    )
    return page


def page_of(
    statement: Select[Any],
    args: Mapping[str, Any],
    *,
    keys: Keys | None = None,
    newest_first: bool = True,
) -> dict[str, Any]:
    """One page of `statement` as `paged` dumps it; sets `Link: rel="next"` on the answer.

    `args` is what `PageArgs` loaded. `keys` give the order and must be unique together and never
    null; by default the entity's (created_at, id). Invalid for a cursor of another list.
    """
    entity = statement.column_descriptions[0]["entity"]
    keys = keys or (entity.created_at, entity.id)
    if args["cursor"]:
        after = [
            literal(value, key.type)
            for key, value in zip(keys, _read(args["cursor"], keys), strict=True)
        ]
        place = tuple_(*keys)
        statement = statement.where(
            place < tuple_(*after) if newest_first else place > tuple_(*after)
        )
    statement = statement.order_by(*(key.desc() if newest_first else key.asc() for key in keys))
    single = len(statement.column_descriptions) == 1
    rows = session().execute(statement.limit(args["limit"] + 1)).all()
    items = [row[0] if single else row for row in rows]
    if len(items) <= args["limit"]:
        return {"items": items, "next_cursor": None}
    items = items[: args["limit"]]
    cursor = _serializer().dumps([_told(getattr(items[-1], key.key)) for key in keys])
    _announce(str(cursor))
    return {"items": items, "next_cursor": cursor}


def _announce(cursor: str) -> None:
    query = urlencode([*((n, v) for n, v in request.args.items(multi=True) if n != "cursor"),
                       ("cursor", cursor)])  # fmt: skip
    address = f"{kit().settings.public_url}{request.path}?{query}"

    @after_this_request
    def link(response: Response) -> Response:
        response.headers["Link"] = f'<{address}>; rel="next"'
        return response


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _read(cursor: str, keys: Keys) -> list[Any]:
    try:
        told = _serializer().loads(cursor)
        return [_value(text, key) for text, key in zip(told, keys, strict=True)]
    except (BadData, ValueError, TypeError) as error:
        raise Invalid(fields={"cursor": ["Not a cursor of this list."]}) from error


def _value(text: str, key: InstrumentedAttribute[Any]) -> Any:
    kind = key.type.python_type
    return datetime.fromisoformat(text) if kind is datetime else kind(text)


def _serializer() -> URLSafeSerializer:
    """Bound to the list and the shop: a cursor from elsewhere does not open."""
    return URLSafeSerializer(
        list(kit().settings.secret_keys),
        salt=f"reviewapp.cursor:{actor().shop.id}:{request.path}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )

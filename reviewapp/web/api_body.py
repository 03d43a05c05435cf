"""What programs send: size, JSON strictly read, and text that a database can keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma
import orjson
from flask import Request, request
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from reviewapp.core.errors import Invalid, Malformed

BODY_BYTES = 1024 * 1024
PATH_VALUE_CHARACTERS = 200


class StrictParser(FlaskParser):
    """JSON by orjson (no NaN, no lone surrogates, at most 1,024 levels); unknown names are errors.

    A misspelt filter that is silently ignored would answer another question than was asked.
    """

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012  # as webargs declares it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "querystring": ma.RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return core.missing
        if not core.is_json(req.mimetype):
            raise UnsupportedMediaType()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Malformed("malformed", f"The body is not valid JSON: {error}") from error

    def pre_load(self, location_data: Any, *, schema: Any, req: Any, location: Any) -> Any:
        """Refuse NUL in any text: PostgreSQL cannot keep it, and dropping it would be a lie."""
        for path in _paths_with_nul(location_data):
            raise Invalid(fields={path: ["Must not contain the character NUL."]})
        return location_data


def check_request() -> None:
    """Before any view: the size of the body, and path values that could not be an id of ours."""
    request.max_content_length = BODY_BYTES
    for name, value in (request.view_args or {}).items():
        if isinstance(value, str) and (problem := _path_value_wrong(value)):
            raise Invalid(fields={name: [problem]})


def _path_value_wrong(value: str) -> str | None:
    if len(value) > PATH_VALUE_CHARACTERS:
        return f"Longer than maximum length {PATH_VALUE_CHARACTERS}."
    if "\x00" in value or "\ufffd" in value:
        return "Must be UTF-8 without the character NUL."
    return None


def _paths_with_nul(value: Any) -> Iterator[str]:
    """Where NUL stands, as `lines.0.product`; iterative, for the nesting may be deep."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, str) and "\x00" in part:
            yield path or "body"
        elif isinstance(part, Mapping):
            waiting += [(f"{path}.{name}".strip("."), inner) for name, inner in part.items()]
            if any("\x00" in str(name) for name in part):
                yield path or "body"
        elif isinstance(part, list):
            waiting += [(f"{path}.{place}".strip("."), inner) for place, inner in enumerate(part)]

"""The API described from its own schemas: OpenAPI 3.1 for programs, a page for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from reviewapp.core.json import json_response
from reviewapp.web.auth import public
from reviewapp.web.session import kit

BACKTICKS = re.compile(r"`([^`]+)`")
METHODS = ("get", "put", "post", "patch", "delete")
blueprint = Blueprint("api-docs", __name__)


@dataclass(frozen=True)
class FieldLine:
    """One field, parameter or header as the page shows it; nested names as `lines[].price`."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[FieldLine, ...]
    sends: tuple[FieldLine, ...]
    answers: tuple[tuple[str, str, tuple[FieldLine, ...]], ...]
    """(status, meaning, fields)."""


@dataclass(frozen=True)
class Subject:
    """A chapter: the operations of one door."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@blueprint.get("/api/v1/openapi.json")
@public("describes the API, holds no data")
def document() -> Response:
    """The OpenAPI 3.1 document."""
    return json_response(_spec())


@blueprint.get("/api/docs")
@public("describes the API, holds no data")
def page() -> str:
    """The same, to be read."""
    spec = _spec()
    about = spec["info"]["description"]
    address = f"{kit().settings.public_url}/api/v1"
    return render_template(
        "api/public_docs.html", subjects=subjects(spec), about=about, address=address
    )


@blueprint.app_template_filter("spoken")
def spoken(text: str) -> Markup:
    """Text in which `names between backticks` are set as code."""
    parts = BACKTICKS.split(text)
    told = [
        Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts)
    ]
    return Markup("").join(told)


def subjects(spec: dict[str, Any]) -> list[Subject]:
    """The chapters of an OpenAPI document, in its own order."""
    told: dict[str, list[Operation]] = {}
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                for tag in item[method].get("tags", ["other"]):
                    told.setdefault(tag, []).append(
                        _operation(spec, method, path, item[method], shared)
                    )
    described = {tag["name"]: tag.get("description", "") for tag in spec.get("tags", [])}
    return [
        Subject(name, described.get(f"api-{name}", described.get(name, "")), tuple(operations))
        for name, operations in told.items()
    ]


def _operation(
    spec: dict[str, Any], method: str, path: str, told: dict[str, Any], shared: list[Any]
) -> Operation:
    parameters = [_seen(spec, item) for item in [*shared, *told.get("parameters", [])]]
    body = _seen(spec, told.get("requestBody", {}))
    answers = []
    for status, answer in told.get("responses", {}).items():
        answer = _seen(spec, answer)
        if status != "default":
            answers.append((status, answer.get("description", ""), _body_fields(spec, answer)))
    return Operation(
        id=f"{method}-{path.strip('/').replace('/', '-').translate(str.maketrans('', '', '{}'))}",
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        parameters=tuple(
            FieldLine(
                item["name"],
                f"{item['in']}, {_kind(spec, item.get('schema', {}))}",
                item.get("required", False),
                item.get("description", ""),
            )
            for item in parameters
        ),
        sends=_body_fields(spec, body),
        answers=tuple(answers),
    )


def _body_fields(spec: dict[str, Any], told: dict[str, Any]) -> tuple[FieldLine, ...]:
    for content in told.get("content", {}).values():
        return tuple(_fields(spec, content.get("schema", {})))
    return ()


def _fields(spec: dict[str, Any], schema: dict[str, Any], above: str = "") -> list[FieldLine]:
    """The schema's fields, those of nested objects and lists below their own line."""
    schema = _seen(spec, schema)
    if above.count(".") > 3:
        return []
    lines = []
    for name, field in schema.get("properties", {}).items():
        inner = _seen(spec, field)
        path = f"{above}{name}"
        required = name in schema.get("required", ())
        text = field.get("description") or inner.get("description", "")
        lines.append(FieldLine(path, _kind(spec, inner), required, text))
        if "items" in inner:
            lines += _fields(spec, inner["items"], f"{path}[].")
        else:
            lines += _fields(spec, inner, f"{path}.")
    return lines


def _kind(spec: dict[str, Any], schema: dict[str, Any]) -> str:
    """A type in words: `integer 1–100`, `list of string`, `date-time or null`."""
    schema = _seen(spec, schema)
    told = schema.get("type", "any")
    names = [told] if isinstance(told, str) else list(told)
    words = [schema.get("format", name) if name == "string" else name for name in names]
    if "items" in schema:
        words = [f"list of {_kind(spec, schema['items'])}" if w == "array" else w for w in words]
    kind = " or ".join(words)
    if "enum" in schema:
        kind = " | ".join(str(value) for value in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        kind += f" {low}–{high}"
    if schema.get("maxLength"):
        kind += f", at most {schema['maxLength']} characters"
    return kind


def _seen(spec: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` points to, or the thing itself."""
    while "$ref" in told:
        target: Any = spec
        for step in told["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        told = target
    return told


def _spec() -> dict[str, Any]:
    told: dict[str, Any] = current_app.extensions["openapi"].to_dict()
    return told

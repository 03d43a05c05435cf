"""The JSON API's frame: what every room's `api.py` door stands in.

A door:

    blueprint = ApiBlueprint("products", "What the shop sells.")

    @blueprint.get("/products")
    @blueprint.arguments(PageArgs, location="query")
    @blueprint.response(200, paged(ProductSchema))
    @require("catalog.read")
    def products(args): return page_of(select(Product), args)

and one line in `reviewapp.app.API_DOORS`. POST routes add `@idempotent` right below `post(…)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import marshmallow as ma
from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import fields

from reviewapp.core.errors import TooMany
from reviewapp.web import api_docs
from reviewapp.web.api_body import StrictParser, check_request
from reviewapp.web.api_idempotency import idempotent
from reviewapp.web.api_paging import PageArgs, page_of, paged
from reviewapp.web.api_quota import add_quota, quota_problem, take_from_quota
from reviewapp.web.auth import gate_keys

__all__ = [
    "ApiBlueprint",
    "PageArgs",
    "ProblemSchema",
    "bind_api",
    "idempotent",
    "page_of",
    "paged",
]

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"
ABOUT = """\
One shop's products, orders, reviews, cases and content. Send `Authorization: Bearer sk_…`.
Lists are `{"items": […], "next_cursor": …}`; errors are problem JSON (RFC 9457) with a stable
`code`, and for 422 the fields. A POST may carry an `Idempotency-Key`.
"""


ProblemSchema = ma.Schema.from_dict(
    {
        "type": fields.String(required=True),
        "title": fields.String(required=True, metadata={"description": "For a person."}),
        "status": fields.Integer(required=True),
        "code": fields.String(required=True, metadata={"description": "Stable, for a program."}),
        "instance": fields.String(required=True),
        "fields": fields.Dict(
            keys=fields.String(),
            values=fields.List(fields.String()),
            metadata={"description": "With 422: what is wrong, by field (`lines.0.price`)."},
        ),
    },
    name="ProblemSchema",
)
"""An error, RFC 9457."""


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """The routes of one subject under /api/v1: key, role, size, quota, strict JSON."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api-{name}", __name__, url_prefix=PREFIX, description=description)
        self.subject = name
        gate_keys(self)
        self.before_request(take_from_quota)
        self.before_request(check_request)
        self.after_request(add_quota)
        self.register_error_handler(TooMany, quota_problem)

    def route(self, rule: str, **options: Any) -> Any:
        """As Flask's; the subject is the operation's tag."""
        options.setdefault("tags", [self.subject])
        return super().route(rule, **options)

    if TYPE_CHECKING:  # what flask-smorest's decorators keep: the view's type

        def _keeps_type(self, *given: Any, **options: Any) -> Callable[[View], View]: ...

        get = put = post = patch = delete = _keeps_type
        arguments = response = alt_response = doc = _keeps_type


class _Api(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest without its own error answers: `web/errors.py` gives them."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Nothing: ours are bound already."""

    def _register_doc_blueprint(self) -> None:
        """Nothing: ours is `api_docs`, whose routes are marked."""


def bind_api(app: Flask, doors: Iterable[ApiBlueprint]) -> None:
    """Mount the doors, and make the OpenAPI 3.1 document from their schemas."""
    app.config.update(
        API_TITLE="reviewapp", API_VERSION="v1", OPENAPI_VERSION="3.1.0", JSON_SORT_KEYS=False
    )
    api = _Api(app, spec_kwargs={"info": {"description": ABOUT}})
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"key": []}]
    for door in doors:
        api.register_blueprint(door)
    app.extensions["openapi"] = api.spec
    app.register_blueprint(api_docs.blueprint)

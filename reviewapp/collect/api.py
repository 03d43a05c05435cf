"""The API's door for requests: what is planned, what went out, and every reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from reviewapp.collect import queries
from reviewapp.collect.request_schemas import RequestFilterSchema, RequestSchema
from reviewapp.web.api import ApiBlueprint, page_of, paged
from reviewapp.web.auth import actor, require
from reviewapp.web.session import session

requests = ApiBlueprint("requests", "Who is asked when, and why not.")


@requests.get("/requests")
@requests.arguments(RequestFilterSchema, location="query")
@requests.response(200, paged(RequestSchema))
@require("request.read")
def request_list(args: Mapping[str, Any]) -> Any:
    """All requests and reminders, the newest first."""
    found = queries.requests(
        actor().shop.id, state=args["state"], reason=args["reason"], order=args["order"]
    )
    return page_of(found, args)


@requests.get("/requests/<uuid:request_id>")
@requests.response(200, RequestSchema)
@require("request.read")
def request(request_id: UUID) -> Any:
    """One request or reminder."""
    return queries.one_request(session(), actor().shop.id, request_id)

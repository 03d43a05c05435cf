"""RateLimit headers and the answer to who asks too much (draft-ietf-httpapi-ratelimit-headers).

The draft's syntax has changed before; it is written here and nowhere else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask import g, request
from werkzeug.wrappers import Response

from reviewapp.core.errors import TooMany
from reviewapp.core.json import json_response
from reviewapp.web.auth import actor
from reviewapp.web.limits import limit

QUOTA_PROBLEM = "https://iana.org/assignments/http-problem-types#quota-exceeded"


@dataclass(frozen=True)
class Quota:
    """So many requests in so many seconds, for each API key; refilled steadily."""

    requests: int = 1200
    seconds: int = 60


QUOTA = Quota()


def take_from_quota() -> None:
    """One request of the key's quota; TooMany when it is used up."""
    if "actor" not in g:
        return
    g.quota_left = 0
    per_minute = QUOTA.requests / QUOTA.seconds * 60
    who = str(actor().id)
    g.quota_left = limit("api", who, burst=QUOTA.requests, per_minute=per_minute)


def add_quota(response: Response) -> Response:
    """Tell what is left, on every answer to a known key."""
    if "quota_left" in g:
        missing = QUOTA.requests - g.quota_left
        full_in = math.ceil(missing * QUOTA.seconds / QUOTA.requests)
        response.headers["RateLimit-Policy"] = f'"default";q={QUOTA.requests};w={QUOTA.seconds}'
        response.headers["RateLimit"] = f'"default";r={g.quota_left};t={full_in}'
    return response


def quota_problem(error: TooMany) -> Response:
    """Problem JSON that names the policy."""
    body = {
        "type": QUOTA_PROBLEM,
        "title": error.message,
        "status": error.status,
        "code": error.code,
        "instance": request.path,
        "violated-policies": ["default"],
    }
    response = json_response(body, error.status, "application/problem+json")
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response

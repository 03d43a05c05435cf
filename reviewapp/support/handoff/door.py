"""One way of asking a helpdesk's HTTP API: JSON both ways, and what its refusals mean."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

from reviewapp.core.errors import OutsideFailed
from reviewapp.core.http_client import Answer, send
from reviewapp.support.handoff.tickets import HelpdeskBusy, HelpdeskRefused, TicketGone

LONGEST_WAIT = 3600.0
USUAL_WAIT = 60.0
"""Seconds to wait where a helpdesk says it is busy, but not for how long."""
SHOWN_CHARACTERS = 300
TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class Door:
    """An API at `base`; `private_allowed` is the operator's word, not the shop's (SSRF)."""

    base: str
    headers: Mapping[str, str] = field(repr=False)
    private_allowed: bool = False

    def get(self, path: str, **query: object) -> Any:
        """What stands there."""
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    def call(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] = {}
    ) -> Any:
        """The answer's JSON, None where it is empty; a body that is bytes goes as it is.

        HelpdeskBusy for 429 and for 503 with a time, HelpdeskRefused for any other 4xx,
        OutsideFailed where nobody can tell whether it was done.
        """
        answer = send(
            method,
            self.base.rstrip("/") + path,
            body=body if body is None or isinstance(body, bytes) else orjson.dumps(body),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                **self.headers,
                **headers,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            private_allowed=self.private_allowed,
        )
        return _read(answer)


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic authentication (RFC 7617)."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def _read(answer: Answer) -> Any:
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        raise HelpdeskBusy(_wait(answer.headers.get("retry-after")))
    if answer.status in (404, 410):
        raise TicketGone(message=f"There is nothing at this address ({answer.status}).")
    if 400 <= answer.status < 500:
        raise HelpdeskRefused(message=f"The helpdesk refused ({answer.status}): {_said(answer)}")
    if not 200 <= answer.status < 300:
        raise OutsideFailed(message=f"The helpdesk answered {answer.status}.")
    if not answer.body.strip():
        return None
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise OutsideFailed(message="The helpdesk's answer is not JSON.") from error


def _said(answer: Answer) -> str:
    return " ".join(answer.body.decode("utf-8", "replace").split())[:SHOWN_CHARACTERS]


def _wait(told: str | None) -> float:
    """Seconds; a date (RFC 9110, 10.2.3) is rare here, and a minute does for it."""
    try:
        seconds = float(told or USUAL_WAIT)
    except ValueError:
        return USUAL_WAIT
    return min(max(seconds, 1.0), LONGEST_WAIT) if seconds == seconds else USUAL_WAIT

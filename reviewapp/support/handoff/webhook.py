"""Any other helpdesk: signed events to one address (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reviewapp.core import clock
from reviewapp.core.errors import NotSignedIn
from reviewapp.core.json import canonical_bytes
from reviewapp.support.handoff.door import Door
from reviewapp.support.handoff.tickets import Dossier, Person, Seen, Ticket, Word

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"


@dataclass(frozen=True)
class Webhook:
    """The receiver takes an event once by its `webhook-id`: told again, it bears the same.

    It answers for itself over `/hooks/{helpdesk}/helpdesk`, so there is nothing to look at.
    """

    door: Door
    secret: str = field(repr=False)
    delivers = True
    pulls = False

    @classmethod
    def open(cls, base: str, secret: str, *, private_allowed: bool) -> Webhook:
        """A receiver at `base`; `secret` signs both ways."""
        return cls(Door(base, {}, private_allowed), secret)

    def check(self) -> None:
        """Whether somebody answers a signed ping."""
        self._tell("ping", f"ping-{clock.now():%Y%m%d%H%M%S%f}", {})

    def find(self, dossier: Dossier) -> Ticket | None:
        """Nothing to ask: the same `webhook-id` again makes no second ticket."""
        return None

    def create(self, dossier: Dossier) -> Ticket:
        """`case.created`; the answer may name the ticket: `{"id", "url"}`."""
        told = self._tell(
            "case.created",
            dossier.reference,
            {
                "case": dossier.reference,
                "subject": dossier.subject,
                "customer": _person(dossier.person),
                "tags": list(dossier.tags),
                "priority": dossier.priority,
                "message": _word(dossier.first),
            },
        )
        named = told if isinstance(told, dict) else {}
        url = named.get("url")
        return Ticket(
            str(named.get("id") or dossier.reference),
            url if isinstance(url, str) and url.startswith(("https://", "http://")) else None,
            frozenset({dossier.first.reference}),
        )

    def add(self, ticket_id: str, word: Word, person: Person) -> None:
        """`case.message`."""
        told = {"ticket": ticket_id, "customer": _person(person), "message": _word(word)}
        self._tell("case.message", word.reference, told)

    def set_state(self, ticket_id: str, state: str) -> None:
        """`case.state`."""
        number = f"{ticket_id}-{state}-{clock.now():%Y%m%d%H%M%S%f}"
        self._tell("case.state", number, {"ticket": ticket_id, "state": state})

    def see(self, ticket_id: str) -> Seen:
        """Nothing can be seen from here."""
        return Seen("open", (), frozenset())

    def _tell(self, kind: str, number: str, data: Mapping[str, object]) -> Any:
        now = clock.now()
        body = canonical_bytes({"type": kind, "timestamp": now.isoformat(), "data": data})
        headers = signed(self.secret, number, int(now.timestamp()), body)
        return self.door.call("POST", "", body, headers=headers)


def signed(secret: str, number: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; `at` in Unix seconds."""
    text = f"{number}.{at}.".encode() + body
    mac = hmac.new(_key(secret), text, hashlib.sha256).digest()
    return {
        "webhook-id": number,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def check_signature(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """NotSignedIn unless one of the signatures is ours and not older than five minutes."""
    number = headers.get("webhook-id", "")
    told = headers.get("webhook-timestamp", "")
    at = int(told) if told.isascii() and told.isdigit() and len(told) < 12 else 0
    if abs(clock.now().timestamp() - at) > TOLERANCE_SECONDS:
        raise NotSignedIn("signature_wrong")
    right = signed(secret, number, at, body)["webhook-signature"]
    sent = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(each.encode(), right.encode()) for each in sent):
        raise NotSignedIn("signature_wrong")


def _key(secret: str) -> bytes:
    """The secret's bytes; one not written as the standard wants is taken as it stands."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        return secret.encode()


def _person(person: Person) -> dict[str, str | None]:
    return {"id": person.reference, "name": person.name, "email": person.email}


def _word(word: Word) -> dict[str, object]:
    by = "customer" if word.by_customer else "team"
    return {"id": word.reference, "body": word.body, "by": by}

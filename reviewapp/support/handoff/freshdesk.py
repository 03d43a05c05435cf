"""Freshdesk: REST API v2 (developers.freshdesk.com/api)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import escape

from reviewapp.support.handoff.door import Door, basic
from reviewapp.support.handoff.tickets import (
    Answer,
    Dossier,
    Person,
    Seen,
    Ticket,
    Word,
    marked,
    references_in,
)

OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
PORTAL = 2
"""`source` of a ticket somebody wrote on a page."""
PAGE = 100
MOST_PAGES = 50


@dataclass(frozen=True)
class Freshdesk:
    """A ticket is known again by a tag: 32 characters, what Freshdesk allows for one."""

    door: Door
    delivers = True
    pulls = True

    @classmethod
    def open(cls, base: str, secret: str, *, private_allowed: bool) -> Freshdesk:
        """An account by an agent's API key; the password beside it can be anything."""
        return cls(Door(base, basic(secret, "X"), private_allowed))

    def check(self) -> None:
        """Whether the key is an agent's."""
        self.door.get("/api/v2/agents/me")

    def find(self, dossier: Dossier) -> Ticket | None:
        """Among the customer's tickets of the last 30 days, by its tag.

        The list knows a ticket at once; Freshdesk's search learns of it minutes later.
        """
        person = dossier.person
        whose = (
            {"email": person.email} if person.email else {"unique_external_id": person.reference}
        )
        for page in range(1, MOST_PAGES):
            tickets = self.door.get("/api/v2/tickets", **whose, per_page=PAGE, page=page)
            for ticket in tickets:
                if _tag(dossier.reference) in ticket.get("tags", ()):
                    return self._known(ticket["id"])
            if len(tickets) < PAGE:
                break
        return None

    def create(self, dossier: Dossier) -> Ticket:
        """The customer is the requester, so that the description is theirs."""
        ticket: dict[str, Any] = {
            "name": dossier.person.name or dossier.person.email or "Customer",
            "subject": dossier.subject,
            "description": _html(marked(dossier.first)),
            "status": OPEN,
            "priority": PRIORITIES[dossier.priority],
            "source": PORTAL,
            "tags": [*dossier.tags, _tag(dossier.reference)],
        }
        if dossier.person.email:
            ticket["email"] = dossier.person.email
        else:
            ticket["unique_external_id"] = dossier.person.reference
        made = self.door.call("POST", "/api/v2/tickets", ticket)
        return Ticket(str(made["id"]), self._url(made["id"]), frozenset({dossier.first.reference}))

    def add(self, ticket_id: str, word: Word, person: Person) -> None:
        """The customer's words are an incoming public note, ours a private one."""
        note: dict[str, Any] = {"body": _html(marked(word)), "private": not word.by_customer}
        if word.by_customer:
            note |= {"incoming": True, "user_id": self._ticket(ticket_id)["requester_id"]}
        self.door.call("POST", f"/api/v2/tickets/{ticket_id}/notes", note)

    def set_state(self, ticket_id: str, state: str) -> None:
        """Resolved, pending or open."""
        status = {"solved": RESOLVED, "waiting": PENDING}.get(state, OPEN)
        self.door.call("PUT", f"/api/v2/tickets/{ticket_id}", {"status": status})

    def see(self, ticket_id: str) -> Seen:
        """State and the public words that came from the team."""
        ticket = self._ticket(ticket_id)
        said = self._conversations(ticket_id)
        answers = [
            Answer(
                str(word["id"]),
                word.get("body_text") or "",
                datetime.fromisoformat(word["created_at"]),
                None,
            )
            for word in said
            if not word.get("incoming") and not word.get("private")
        ]
        texts = [ticket.get("description_text"), *(word.get("body_text") for word in said)]
        return Seen(_state(ticket["status"]), answers, references_in(texts))

    def _conversations(self, ticket_id: str) -> list[Any]:
        found: list[Any] = []
        path = f"/api/v2/tickets/{ticket_id}/conversations"
        for page in range(1, MOST_PAGES):
            told = self.door.get(path, per_page=PAGE, page=page)
            found += told
            if len(told) < PAGE:
                break
        return found

    def _ticket(self, ticket_id: str) -> Any:
        return self.door.get(f"/api/v2/tickets/{ticket_id}")

    def _known(self, ticket_id: object) -> Ticket:
        return Ticket(str(ticket_id), self._url(ticket_id), self.see(str(ticket_id)).holds)

    def _url(self, ticket_id: object) -> str:
        return f"{self.door.base.rstrip('/')}/a/tickets/{ticket_id}"


def _tag(reference: str) -> str:
    return UUID(reference).hex


def _html(text: str) -> str:
    return str(escape(text)).replace("\n", "<br>")


def _state(status: int) -> str:
    """Statuses a shop added itself wait for somebody."""
    if status in (RESOLVED, CLOSED):
        return "solved"
    return "open" if status == OPEN else "waiting"

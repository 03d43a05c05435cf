"""Gorgias: REST API (developers.gorgias.com, tickets and ticket messages)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewapp.support.handoff.door import Door, basic
from reviewapp.support.handoff.tickets import Answer, Dossier, Person, Seen, Ticket, Word

MOST_PAGES = 50


@dataclass(frozen=True)
class Gorgias:
    """Tickets and messages carry our references as `external_id`."""

    door: Door
    user: str
    """The address of the user whose key it is: the author of our notes."""
    inbox: str
    """The shop's address connected to Gorgias, from which its agents answer."""
    delivers = True
    pulls = True

    @classmethod
    def open(
        cls, base: str, user: str, secret: str, inbox: str, *, private_allowed: bool
    ) -> Gorgias:
        """An account; `user` is the user's address, `secret` the API key."""
        return cls(Door(base, basic(user, secret), private_allowed), user, inbox)

    def check(self) -> None:
        """Whether the key opens the account."""
        self.door.get("/api/account")

    def find(self, dossier: Dossier) -> Ticket | None:
        """By our reference in `external_id`; whatever does not bear it is not ours."""
        told = self.door.get("/api/tickets", external_id=dossier.reference)["data"]
        for ticket in told:
            if ticket.get("external_id") == dossier.reference:
                return self._known(ticket["id"])
        return None

    def create(self, dossier: Dossier) -> Ticket:
        """An e-mail ticket: an agent's answer goes to the customer's address."""
        person = dossier.person
        ticket = {
            "channel": "email",
            "via": "api",
            "from_agent": False,
            "external_id": dossier.reference,
            "subject": dossier.subject,
            "customer": _customer(person),
            "tags": [{"name": tag} for tag in (*dossier.tags, f"priority-{dossier.priority}")],
            "messages": [self._theirs(dossier.first, person)],
        }
        made = self.door.call("POST", "/api/tickets", ticket)
        return Ticket(str(made["id"]), self._url(made["id"]), frozenset({dossier.first.reference}))

    def add(self, ticket_id: str, word: Word, person: Person) -> None:
        """The customer's words are incoming, ours an internal note."""
        message = self._theirs(word, person) if word.by_customer else self._note(word)
        self.door.call("POST", f"/api/tickets/{ticket_id}/messages", message)

    def set_state(self, ticket_id: str, state: str) -> None:
        """Gorgias knows open and closed."""
        status = "closed" if state == "solved" else "open"
        self.door.call("PUT", f"/api/tickets/{ticket_id}", {"status": status})

    def see(self, ticket_id: str) -> Seen:
        """State and the public messages from agents."""
        ticket = self.door.get(f"/api/tickets/{ticket_id}")
        said = self._messages(ticket_id)
        answers = [
            Answer(
                str(message["id"]),
                message.get("stripped_text") or message.get("body_text") or "",
                datetime.fromisoformat(message["created_datetime"]),
                (message.get("sender") or {}).get("name"),
            )
            for message in said
            if message.get("public") and message.get("from_agent")
        ]
        holds = frozenset(str(found) for m in said if (found := m.get("external_id")))
        return Seen("solved" if ticket["status"] == "closed" else "open", answers, holds)

    def _messages(self, ticket_id: str) -> list[Any]:
        found: list[Any] = []
        query = {"limit": "100", "order_by": "created_datetime:asc"}
        for _ in range(MOST_PAGES):
            told = self.door.get(f"/api/tickets/{ticket_id}/messages", **query)
            found += told["data"]
            cursor = (told.get("meta") or {}).get("next_cursor")
            if not cursor:
                break
            query["cursor"] = cursor
        return found

    def _theirs(self, word: Word, person: Person) -> dict[str, Any]:
        told: dict[str, Any] = {
            "channel": "email",
            "via": "api",
            "from_agent": False,
            "public": True,
            "external_id": word.reference,
            "sender": _customer(person),
            "body_text": word.body,
        }
        if person.email:
            told["source"] = {
                "type": "email",
                "from": {"address": person.email, "name": person.name or person.email},
                "to": [{"address": self.inbox}],
            }
        return told

    def _note(self, word: Word) -> dict[str, Any]:
        return {
            "channel": "internal-note",
            "via": "api",
            "from_agent": True,
            "public": False,
            "external_id": word.reference,
            "sender": {"email": self.user},
            "body_text": word.body,
        }

    def _known(self, ticket_id: object) -> Ticket:
        return Ticket(str(ticket_id), self._url(ticket_id), self.see(str(ticket_id)).holds)

    def _url(self, ticket_id: object) -> str:
        return f"{self.door.base.rstrip('/')}/app/ticket/{ticket_id}"


def _customer(person: Person) -> dict[str, str]:
    if person.email:
        return {"email": person.email, "name": person.name or person.email}
    return {"external_id": person.reference, "name": person.name or "Customer"}

"""Chatwoot: Application API v1 with an inbox of the kind "API" (developers.chatwoot.com)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reviewapp.support.handoff.door import Door
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

ATTRIBUTE = "review_case"
INCOMING, OUTGOING = 0, 1
STATES = {"open": "open", "pending": "open", "snoozed": "waiting", "resolved": "solved"}
MOST_PAGES = 50


@dataclass(frozen=True)
class Chatwoot:
    """A conversation is known again by a custom attribute; an API inbox mails nobody."""

    door: Door
    account: str
    inbox: int
    delivers = False
    pulls = True

    @classmethod
    def open(
        cls, base: str, account: str, secret: str, inbox: str, *, private_allowed: bool
    ) -> Chatwoot:
        """An account by its number, with an agent's access token and the inbox's number."""
        door = Door(base, {"api_access_token": secret}, private_allowed)
        return cls(door, account, int(inbox))

    def check(self) -> None:
        """Whether the token opens the inbox."""
        self._get(f"/inboxes/{self.inbox}")

    def find(self, dossier: Dossier) -> Ticket | None:
        """Among the conversations of the customer."""
        contact = self._contact(dossier.person)
        if contact is None:
            return None
        for conversation in self._get(f"/contacts/{contact['id']}/conversations")["payload"]:
            attributes = conversation.get("custom_attributes") or {}
            if attributes.get(ATTRIBUTE) == dossier.reference:
                return self._known(conversation["id"])
        return None

    def create(self, dossier: Dossier) -> Ticket:
        """A conversation without words: they follow one by one, as from the customer."""
        contact = self._contact(dossier.person) or self._make_contact(dossier.person)
        made = self._call(
            "POST",
            "/conversations",
            {
                "inbox_id": self.inbox,
                "contact_id": contact["id"],
                "status": "open",
                "custom_attributes": {ATTRIBUTE: dossier.reference, "subject": dossier.subject},
            },
        )
        if dossier.tags:
            labels = [tag.replace(" ", "-") for tag in dossier.tags]
            self._call("POST", f"/conversations/{made['id']}/labels", {"labels": labels})
        return Ticket(str(made["id"]), self._url(made["id"]))

    def add(self, ticket_id: str, word: Word, person: Person) -> None:
        """The customer's words are incoming, ours a private note."""
        kind = "incoming" if word.by_customer else "outgoing"
        message = {
            "content": marked(word),
            "message_type": kind,
            "private": not word.by_customer,
        }
        self._call("POST", f"/conversations/{ticket_id}/messages", message)

    def set_state(self, ticket_id: str, state: str) -> None:
        """Resolved or open."""
        status = "resolved" if state == "solved" else "open"
        self._call("POST", f"/conversations/{ticket_id}/toggle_status", {"status": status})

    def see(self, ticket_id: str) -> Seen:
        """State and what agents wrote to the customer."""
        conversation = self._get(f"/conversations/{ticket_id}")
        said = self._messages(ticket_id)
        answers = [
            Answer(
                str(message["id"]),
                message["content"],
                datetime.fromtimestamp(message["created_at"], UTC),
                (message.get("sender") or {}).get("name"),
            )
            for message in said
            if message["message_type"] == OUTGOING
            and not message.get("private")
            and message.get("content")
        ]
        holds = references_in(message.get("content") for message in said)
        return Seen(STATES.get(conversation["status"], "open"), answers, holds)

    def _messages(self, ticket_id: str) -> list[Any]:
        """All messages, oldest first; a page is the twenty before a message."""
        found: list[Any] = []
        query: dict[str, object] = {}
        for _ in range(MOST_PAGES):
            page = self._get(f"/conversations/{ticket_id}/messages", **query)["payload"]
            if not page:
                break
            found = sorted(page, key=_number) + found
            query = {"before": found[0]["id"]}
        return found

    def _contact(self, person: Person) -> Any:
        """The contact of this very address, or of our own reference."""
        wanted = person.email or person.reference
        for contact in self._get("/contacts/search", q=wanted)["payload"]:
            known = {(contact.get("email") or "").casefold(), contact.get("identifier")}
            if wanted.casefold() in known:
                return contact
        return None

    def _make_contact(self, person: Person) -> Any:
        told = {
            "inbox_id": self.inbox,
            "name": person.name or person.email or "Customer",
            "identifier": person.reference,
        }
        if person.email:
            told["email"] = person.email
        return self._call("POST", "/contacts", told)["payload"]["contact"]

    def _known(self, ticket_id: object) -> Ticket:
        return Ticket(str(ticket_id), self._url(ticket_id), self.see(str(ticket_id)).holds)

    def _get(self, path: str, **query: object) -> Any:
        return self.door.get(f"/api/v1/accounts/{self.account}{path}", **query)

    def _call(self, method: str, path: str, body: object) -> Any:
        return self.door.call(method, f"/api/v1/accounts/{self.account}{path}", body)

    def _url(self, ticket_id: object) -> str:
        base = self.door.base.rstrip("/")
        return f"{base}/app/accounts/{self.account}/conversations/{ticket_id}"


def _number(message: Any) -> int:
    return int(message["id"])

"""Zendesk Support: Ticketing API v2 (developer.zendesk.com, ticketing)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewapp.support.handoff.door import Door, basic
from reviewapp.support.handoff.tickets import (
    Answer,
    Dossier,
    HelpdeskRefused,
    Person,
    Seen,
    Ticket,
    Word,
    marked,
    references_in,
)

STATES = {"new": "open", "open": "open", "pending": "waiting", "hold": "waiting"}
"""Theirs to ours; solved and closed are solved."""
MOST_PAGES = 50


@dataclass(frozen=True)
class Zendesk:
    """A ticket is known again by its `external_id`; creating is idempotent by header."""

    door: Door
    delivers = True
    pulls = True

    @classmethod
    def open(cls, base: str, user: str, secret: str, *, private_allowed: bool) -> Zendesk:
        """An account; `user` is the agent's address, `secret` their API token."""
        return cls(Door(base, basic(f"{user}/token", secret), private_allowed))

    def check(self) -> None:
        """Whether the token is an agent's: a wrong one is answered as a nameless visitor."""
        role = self.door.get("/api/v2/users/me.json")["user"].get("role")
        if role not in ("agent", "admin"):
            raise HelpdeskRefused(message="This e-mail address and token do not open Zendesk.")

    def find(self, dossier: Dossier) -> Ticket | None:
        """By our reference in `external_id`."""
        tickets = self.door.get("/api/v2/tickets.json", external_id=dossier.reference)["tickets"]
        return self._known(tickets[0]) if tickets else None

    def create(self, dossier: Dossier) -> Ticket:
        """The customer is the requester, so that the first comment is theirs."""
        ticket = {
            "subject": dossier.subject,
            "external_id": dossier.reference,
            "requester": _requester(dossier.person),
            "comment": {"body": marked(dossier.first)},
            "priority": dossier.priority,
            "tags": [tag.replace(" ", "_") for tag in dossier.tags],
        }
        made = self.door.call(
            "POST",
            "/api/v2/tickets.json",
            {"ticket": ticket},
            headers={"Idempotency-Key": dossier.reference},
        )["ticket"]
        return Ticket(str(made["id"]), self._url(made["id"]), frozenset({dossier.first.reference}))

    def add(self, ticket_id: str, word: Word, person: Person) -> None:
        """The customer's words are public and theirs, ours are a private note."""
        comment: dict[str, Any] = {"body": marked(word), "public": word.by_customer}
        if word.by_customer:
            comment["author_id"] = self._ticket(ticket_id)["requester_id"]
        change: dict[str, Any] = {"comment": comment}
        self.door.call("PUT", f"/api/v2/tickets/{ticket_id}.json", {"ticket": change})

    def set_state(self, ticket_id: str, state: str) -> None:
        """Solved, pending or open; a closed ticket stays closed and is told as refused."""
        status = {"solved": "solved", "waiting": "pending"}.get(state, "open")
        self.door.call("PUT", f"/api/v2/tickets/{ticket_id}.json", {"ticket": {"status": status}})

    def see(self, ticket_id: str) -> Seen:
        """State and public comments by anybody but the requester."""
        ticket = self._ticket(ticket_id)
        comments = self._comments(ticket_id)
        names = {user["id"]: user.get("name") for _, users in comments for user in users}
        said = [comment for page, _ in comments for comment in page]
        holds = references_in(comment.get("body") for comment in said)
        answers = [
            Answer(
                str(comment["id"]),
                comment.get("plain_body") or comment["body"],
                datetime.fromisoformat(comment["created_at"]),
                names.get(comment["author_id"]),
            )
            for comment in said
            if comment["public"]
            and comment["author_id"] != ticket["requester_id"]
            and not references_in([comment.get("body")])
        ]
        return Seen(STATES.get(ticket["status"], "solved"), answers, holds)

    def _comments(self, ticket_id: str) -> list[tuple[list[Any], list[Any]]]:
        pages: list[tuple[list[Any], list[Any]]] = []
        query = {"include": "users", "page[size]": "100"}
        while len(pages) < MOST_PAGES:
            told = self.door.get(f"/api/v2/tickets/{ticket_id}/comments.json", **query)
            pages.append((told["comments"], told.get("users", [])))
            meta = told.get("meta") or {}
            if not meta.get("has_more"):
                break
            query["page[after]"] = meta["after_cursor"]
        return pages

    def _ticket(self, ticket_id: str) -> Any:
        return self.door.get(f"/api/v2/tickets/{ticket_id}.json")["ticket"]

    def _known(self, ticket: Any) -> Ticket:
        return Ticket(str(ticket["id"]), self._url(ticket["id"]), self.see(str(ticket["id"])).holds)

    def _url(self, ticket_id: object) -> str:
        return f"{self.door.base.rstrip('/')}/agent/tickets/{ticket_id}"


def _requester(person: Person) -> dict[str, str]:
    """Zendesk wants a name with every new person."""
    found = {"name": person.name or person.email or "Customer"}
    return found | ({"email": person.email} if person.email else {})

"""Chatwoot, as its maker documents it."""

from __future__ import annotations

from typing import Any

from tests.support.handoff.servers import Desk, Reply, without


class ChatwootDesk(Desk):
    kind = "chatwoot"
    base = r"/api/v1/accounts/3"
    routes = (
        ("GET", base + r"/inboxes/7", "inbox"),
        ("GET", base + r"/contacts/search", "search"),
        ("POST", base + r"/contacts", "make_contact"),
        ("GET", base + r"/contacts/(\d+)/conversations", "of_contact"),
        ("POST", base + r"/conversations", "create"),
        ("POST", base + r"/conversations/(\d+)/labels", "label"),
        ("GET", base + r"/conversations/(\d+)", "show"),
        ("GET", base + r"/conversations/(\d+)/messages", "messages"),
        ("POST", base + r"/conversations/(\d+)/messages", "say"),
        ("POST", base + r"/conversations/(\d+)/toggle_status", "toggle"),
    )

    def __init__(self) -> None:
        self.contacts: dict[int, dict[str, Any]] = {}
        super().__init__()

    def opens(self, headers: Any) -> bool:
        return bool(headers["api_access_token"] == "right")

    def inbox(self, **_: Any) -> Reply:
        return 200, {"id": 7, "channel_type": "Channel::Api"}

    def search(self, *, query: Any, **_: Any) -> Reply:
        wanted = query["q"]
        found = [c for c in self.contacts.values() if wanted in (c.get("email"), c["identifier"])]
        return 200, {"payload": found}

    def make_contact(self, *, body: Any, **_: Any) -> Reply:
        if any(c.get("email") == body.get("email") for c in self.contacts.values()):
            return 422, {"message": "Email has already been taken"}
        number = self.next_id()
        self.contacts[number] = {**body, "id": number}
        return 200, {"payload": {"contact": self.contacts[number]}}

    def of_contact(self, number: str, **_: Any) -> Reply:
        found = [t for t in self.tickets.values() if t["contact_id"] == int(number)]
        return 200, {"payload": [without(t, "messages") for t in found]}

    def create(self, *, body: Any, **_: Any) -> Reply:
        assert body["inbox_id"] == 7
        assert body["contact_id"] in self.contacts
        number = self.next_id()
        self.tickets[number] = {**body, "id": number, "messages": []}
        return 200, without(self.tickets[number], "messages")

    def label(self, number: str, *, body: Any, **_: Any) -> Reply:
        self.tickets[int(number)]["labels"] = body["labels"]
        return 200, {"payload": body["labels"]}

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        return (404, {}) if ticket is None else (200, without(ticket, "messages"))

    def messages(self, number: str, *, query: Any, **_: Any) -> Reply:
        """The newest two before a message, oldest first, as the original does with twenty."""
        said = self.tickets[int(number)]["messages"]
        before = int(query.get("before", 1_000_000))
        return 200, {"meta": {}, "payload": [m for m in said if m["id"] < before][-2:]}

    def say(self, number: str, *, body: Any, **_: Any) -> Reply:
        made = {
            "id": self.next_id(),
            "content": body["content"],
            "message_type": {"incoming": 0, "outgoing": 1}[body["message_type"]],
            "private": body["private"],
            "created_at": 1_795_000_000,
            "sender": {"name": "API"},
        }
        self.tickets[int(number)]["messages"].append(made)
        return 200, made

    def toggle(self, number: str, *, body: Any, **_: Any) -> Reply:
        self.tickets[int(number)]["status"] = body["status"]
        return 200, {"payload": {"success": True, "current_status": body["status"]}}

    def words(self, number: int) -> list[str]:
        return [message["content"] for message in self.tickets[number]["messages"]]

    def agent_says(self, number: int, text: str, *, public: bool = True) -> None:
        told = {"content": text, "message_type": "outgoing", "private": not public}
        self.say(str(number), body=told)
        self.tickets[number]["messages"][-1]["sender"] = {"name": "Bo Lind"}

    def agent_solves(self, number: int) -> None:
        self.tickets[number]["status"] = "resolved"

"""Gorgias, as its maker documents it."""

from __future__ import annotations

from typing import Any

from tests.support.handoff.servers import AT, Desk, Reply, basic, without


class GorgiasDesk(Desk):
    kind = "gorgias"
    routes = (
        ("GET", r"/api/account", "account"),
        ("GET", r"/api/tickets", "by_external_id"),
        ("POST", r"/api/tickets", "create"),
        ("GET", r"/api/tickets/(\d+)", "show"),
        ("PUT", r"/api/tickets/(\d+)", "update"),
        ("GET", r"/api/tickets/(\d+)/messages", "messages"),
        ("POST", r"/api/tickets/(\d+)/messages", "say"),
    )

    def opens(self, headers: Any) -> bool:
        return bool(headers["Authorization"] == basic("bo@kiln.example", "right"))

    def account(self, **_: Any) -> Reply:
        return 200, {"domain": "kiln"}

    def by_external_id(self, *, query: Any, **_: Any) -> Reply:
        wanted = query["external_id"]
        found = [t for t in self.tickets.values() if t["external_id"] == wanted]
        return 200, {"data": [without(t, "messages") for t in found], "meta": {}}

    def create(self, *, body: Any, **_: Any) -> Reply:
        number = self.next_id()
        self.tickets[number] = {
            **body,
            "id": number,
            "status": "open",
            "messages": [self._message(told) for told in body["messages"]],
        }
        return 201, without(self.tickets[number], "messages")

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        return (404, {"error": {}}) if ticket is None else (200, without(ticket, "messages"))

    def update(self, number: str, *, body: Any, **_: Any) -> Reply:
        assert body["status"] in ("open", "closed")
        self.tickets[int(number)]["status"] = body["status"]
        return 202, without(self.tickets[int(number)], "messages")

    def messages(self, number: str, *, query: Any, **_: Any) -> Reply:
        said = self.tickets[int(number)]["messages"]
        start = int(query.get("cursor", 0))
        cursor = str(start + 2) if len(said) > start + 2 else None
        return 200, {"data": said[start : start + 2], "meta": {"next_cursor": cursor}}

    def say(self, number: str, *, body: Any, **_: Any) -> Reply:
        made = self._message(body)
        self.tickets[int(number)]["messages"].append(made)
        return 201, made

    def _message(self, told: Any) -> dict[str, Any]:
        assert told["via"] == "api"
        assert isinstance(told["from_agent"], bool)
        return {**told, "id": self.next_id(), "created_datetime": AT}

    def words(self, number: int) -> list[str]:
        return [message["body_text"] for message in self.tickets[number]["messages"]]

    def agent_says(self, number: int, text: str, *, public: bool = True) -> None:
        told = {
            "via": "helpdesk",
            "from_agent": True,
            "public": public,
            "body_text": text,
            "sender": {"name": "Bo Lind"},
            "id": self.next_id(),
            "created_datetime": AT,
        }
        self.tickets[number]["messages"].append(told)

    def agent_solves(self, number: int) -> None:
        self.tickets[number]["status"] = "closed"

"""Freshdesk, as its maker documents it."""

from __future__ import annotations

from typing import Any

from tests.support.handoff.servers import AT, Desk, Reply, basic, text_of, without


class FreshdeskDesk(Desk):
    kind = "freshdesk"
    routes = (
        ("GET", r"/api/v2/agents/me", "me"),
        ("GET", r"/api/v2/tickets", "of_customer"),
        ("POST", r"/api/v2/tickets", "create"),
        ("GET", r"/api/v2/tickets/(\d+)", "show"),
        ("PUT", r"/api/v2/tickets/(\d+)", "update"),
        ("GET", r"/api/v2/tickets/(\d+)/conversations", "conversations"),
        ("POST", r"/api/v2/tickets/(\d+)/notes", "note"),
    )
    CUSTOMER, AGENT = 1, 2

    def opens(self, headers: Any) -> bool:
        return bool(headers["Authorization"] == basic("right", "X"))

    def me(self, **_: Any) -> Reply:
        return 200, {"id": self.AGENT, "available": True}

    def of_customer(self, *, query: Any, **_: Any) -> Reply:
        found = [t for t in self.tickets.values() if t["email"] == query["email"]]
        return 200, [without(t, "said", "description_text") for t in found]

    def create(self, *, body: Any, **_: Any) -> Reply:
        assert {"email", "subject", "description", "status", "priority", "source"} <= set(body)
        assert all(len(tag) <= 32 for tag in body["tags"])
        number = self.next_id()
        self.tickets[number] = {
            **body,
            "id": number,
            "requester_id": self.CUSTOMER,
            "description_text": text_of(body["description"]),
            "said": [],
        }
        return 201, without(self.tickets[number], "said")

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        return (404, None) if ticket is None else (200, without(ticket, "said"))

    def update(self, number: str, *, body: Any, **_: Any) -> Reply:
        assert body["status"] in (2, 3, 4, 5)
        self.tickets[int(number)]["status"] = body["status"]
        return 200, without(self.tickets[int(number)], "said")

    def conversations(self, number: str, *, query: Any, **_: Any) -> Reply:
        start = (int(query["page"]) - 1) * int(query["per_page"])
        return 200, self.tickets[int(number)]["said"][start : start + int(query["per_page"])]

    def note(self, number: str, *, body: Any, **_: Any) -> Reply:
        self._say(int(number), text_of(body["body"]), body.get("incoming", False), body["private"])
        return 201, self.tickets[int(number)]["said"][-1]

    def _say(self, number: int, text: str, incoming: bool, private: bool) -> None:
        self.tickets[number]["said"].append(
            {
                "id": self.next_id(),
                "body_text": text,
                "incoming": incoming,
                "private": private,
                "user_id": self.CUSTOMER if incoming else self.AGENT,
                "created_at": AT,
            }
        )

    def words(self, number: int) -> list[str]:
        ticket = self.tickets[number]
        return [ticket["description_text"], *(word["body_text"] for word in ticket["said"])]

    def agent_says(self, number: int, text: str, *, public: bool = True) -> None:
        self._say(number, text, incoming=False, private=not public)

    def agent_solves(self, number: int) -> None:
        self.tickets[number]["status"] = 4

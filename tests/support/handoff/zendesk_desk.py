"""Zendesk, as its maker documents it."""

from __future__ import annotations

from typing import Any

from tests.support.handoff.servers import AT, Desk, Reply, basic, without


class ZendeskDesk(Desk):
    kind = "zendesk"
    routes = (
        ("GET", r"/api/v2/users/me\.json", "me"),
        ("GET", r"/api/v2/tickets\.json", "by_external_id"),
        ("POST", r"/api/v2/tickets\.json", "create"),
        ("GET", r"/api/v2/tickets/(\d+)\.json", "show"),
        ("PUT", r"/api/v2/tickets/(\d+)\.json", "update"),
        ("GET", r"/api/v2/tickets/(\d+)/comments\.json", "comments"),
    )
    CUSTOMER, AGENT = 1, 2

    def opens(self, headers: Any) -> bool:
        return bool(headers["Authorization"] == basic("bo@kiln.example/token", "right"))

    def me(self, **_: Any) -> Reply:
        return 200, {"user": {"id": self.AGENT, "role": "agent"}}

    def by_external_id(self, *, query: Any, **_: Any) -> Reply:
        wanted = query["external_id"]
        found = [t for t in self.tickets.values() if t["external_id"] == wanted]
        return 200, {"tickets": [without(t, "comments") for t in found]}

    def create(self, *, body: Any, **_: Any) -> Reply:
        told = body["ticket"]
        assert told["priority"] in ("low", "normal", "high", "urgent")
        assert not any(" " in tag for tag in told["tags"])
        number = self.next_id()
        self.tickets[number] = {
            **without(told, "comment"),
            "id": number,
            "status": "new",
            "requester_id": self.CUSTOMER,
            "comments": [],
        }
        self._comment(number, told["comment"], self.CUSTOMER)
        return 201, {"ticket": without(self.tickets[number], "comments")}

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        if ticket is None:
            return 404, {"error": "RecordNotFound"}
        return 200, {"ticket": without(ticket, "comments")}

    def update(self, number: str, *, body: Any, **_: Any) -> Reply:
        ticket = self.tickets[int(number)]
        if ticket["status"] == "closed":
            return 422, {"error": "RecordInvalid", "description": "closed prevents ticket update"}
        change = body["ticket"]
        if comment := change.get("comment"):
            self._comment(int(number), comment, comment.get("author_id", self.AGENT))
        ticket["status"] = change.get("status", ticket["status"])
        return 200, {"ticket": without(ticket, "comments")}

    def comments(self, number: str, *, query: Any, **_: Any) -> Reply:
        """Two on a page, so that there is always a second one to ask for."""
        said = self.tickets[int(number)]["comments"]
        start = int(query.get("page[after]", 0))
        people = [{"id": self.CUSTOMER, "name": "Ada"}, {"id": self.AGENT, "name": "Bo Lind"}]
        more = len(said) > start + 2
        meta = {"has_more": more, "after_cursor": str(start + 2) if more else None}
        return 200, {"comments": said[start : start + 2], "users": people, "meta": meta}

    def _comment(self, number: int, comment: Any, author: int) -> None:
        self.tickets[number]["comments"].append(
            {
                "id": self.next_id(),
                "body": comment["body"],
                "plain_body": comment["body"],
                "public": comment.get("public", True),
                "author_id": author,
                "created_at": AT,
            }
        )

    def words(self, number: int) -> list[str]:
        return [comment["body"] for comment in self.tickets[number]["comments"]]

    def agent_says(self, number: int, text: str, *, public: bool = True) -> None:
        self._comment(number, {"body": text, "public": public}, self.AGENT)

    def agent_solves(self, number: int) -> None:
        self.tickets[number]["status"] = "solved"

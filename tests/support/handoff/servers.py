"""Helpdesks on this machine, speaking what their makers document; each can be made to misbehave.

Paths, fields and answers follow developer.zendesk.com (Ticketing API), developers.gorgias.com,
developers.chatwoot.com (Application API) and developers.freshdesk.com (API v2), read in 2026.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, Any]
AT = "2026-11-20T10:00:00Z"


class Desk:
    """A server with tickets; `faults` are used up one a request, the first one first.

    A fault is `down` (500, nothing done), `unheard` (done, but answered 500), `cut` (done, and the
    connection closed without an answer), `slow` (done, answered when `patience` is set) or `busy`
    (429 with Retry-After).
    """

    kind = ""
    routes: tuple[tuple[str, str, str], ...] = ()

    def __init__(self) -> None:
        self.tickets: dict[int, dict[str, Any]] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.faults: list[str] = []
        self.faulty = "POST"
        self.patience = threading.Event()
        self.last_id = 100
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                desk.serve(self)

            do_GET = do_POST = do_PUT = answer  # noqa: N815  # the standard library's names

            def log_message(self, *args: Any) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.patience.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(length)) if length else None
        fault = self.faults.pop(0) if self.faults and request.command in self.faulty else ""
        if fault == "busy":
            return self._send(request, 429, {"error": "slow down"}, {"Retry-After": "37"})
        if fault == "down":
            return self._send(request, 500, {"error": "out of order"})
        if not self.opens(request.headers):
            return self._send(request, 401, {"error": "who are you?"})
        status, told = self.handle(request.command, request.path, body)
        if fault == "cut":
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
            return None
        if fault == "slow":
            self.patience.wait(30)
        if fault == "unheard":
            status, told = 500, {"error": "it was done, and nobody heard"}
        return self._send(request, status, told)

    def _send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        told: Any,
        headers: dict[str, str] | None = None,
    ) -> None:
        content = b"" if told is None else json.dumps(told).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            request.close_connection = True

    def handle(self, method: str, path: str, body: Any) -> Reply:
        self.calls.append((method, path, body))
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        for verb, pattern, name in self.routes:
            match = re.fullmatch(pattern, parts.path)
            if verb == method and match:
                act: Callable[..., Reply] = getattr(self, name)
                return act(*match.groups(), body=body, query=query)
        return 404, {"error": f"no such path: {method} {path}"}

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def opens(self, headers: Any) -> bool:
        raise NotImplementedError

    def words(self, number: int) -> list[str]:
        """Everything that stands in a ticket, as its readers see it."""
        raise NotImplementedError

    def agent_says(self, number: int, text: str, *, public: bool = True) -> None:
        raise NotImplementedError

    def agent_solves(self, number: int) -> None:
        raise NotImplementedError


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


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
        return 200, {"tickets": [_without(t, "comments") for t in found]}

    def create(self, *, body: Any, **_: Any) -> Reply:
        told = body["ticket"]
        assert told["priority"] in ("low", "normal", "high", "urgent")
        assert not any(" " in tag for tag in told["tags"])
        number = self.next_id()
        self.tickets[number] = {
            **_without(told, "comment"),
            "id": number,
            "status": "new",
            "requester_id": self.CUSTOMER,
            "comments": [],
        }
        self._comment(number, told["comment"], self.CUSTOMER)
        return 201, {"ticket": _without(self.tickets[number], "comments")}

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        if ticket is None:
            return 404, {"error": "RecordNotFound"}
        return 200, {"ticket": _without(ticket, "comments")}

    def update(self, number: str, *, body: Any, **_: Any) -> Reply:
        ticket = self.tickets[int(number)]
        if ticket["status"] == "closed":
            return 422, {"error": "RecordInvalid", "description": "closed prevents ticket update"}
        change = body["ticket"]
        if comment := change.get("comment"):
            self._comment(int(number), comment, comment.get("author_id", self.AGENT))
        ticket["status"] = change.get("status", ticket["status"])
        return 200, {"ticket": _without(ticket, "comments")}

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
        return 200, {"data": [_without(t, "messages") for t in found], "meta": {}}

    def create(self, *, body: Any, **_: Any) -> Reply:
        number = self.next_id()
        self.tickets[number] = {
            **body,
            "id": number,
            "status": "open",
            "messages": [self._message(told) for told in body["messages"]],
        }
        return 201, _without(self.tickets[number], "messages")

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        return (404, {"error": {}}) if ticket is None else (200, _without(ticket, "messages"))

    def update(self, number: str, *, body: Any, **_: Any) -> Reply:
        assert body["status"] in ("open", "closed")
        self.tickets[int(number)]["status"] = body["status"]
        return 202, _without(self.tickets[int(number)], "messages")

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
        return 200, {"payload": [_without(t, "messages") for t in found]}

    def create(self, *, body: Any, **_: Any) -> Reply:
        assert body["inbox_id"] == 7
        assert body["contact_id"] in self.contacts
        number = self.next_id()
        self.tickets[number] = {**body, "id": number, "messages": []}
        return 200, _without(self.tickets[number], "messages")

    def label(self, number: str, *, body: Any, **_: Any) -> Reply:
        self.tickets[int(number)]["labels"] = body["labels"]
        return 200, {"payload": body["labels"]}

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        return (404, {}) if ticket is None else (200, _without(ticket, "messages"))

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
        return 200, [_without(t, "said", "description_text") for t in found]

    def create(self, *, body: Any, **_: Any) -> Reply:
        assert {"email", "subject", "description", "status", "priority", "source"} <= set(body)
        assert all(len(tag) <= 32 for tag in body["tags"])
        number = self.next_id()
        self.tickets[number] = {
            **body,
            "id": number,
            "requester_id": self.CUSTOMER,
            "description_text": _text(body["description"]),
            "said": [],
        }
        return 201, _without(self.tickets[number], "said")

    def show(self, number: str, **_: Any) -> Reply:
        ticket = self.tickets.get(int(number))
        return (404, None) if ticket is None else (200, _without(ticket, "said"))

    def update(self, number: str, *, body: Any, **_: Any) -> Reply:
        assert body["status"] in (2, 3, 4, 5)
        self.tickets[int(number)]["status"] = body["status"]
        return 200, _without(self.tickets[int(number)], "said")

    def conversations(self, number: str, *, query: Any, **_: Any) -> Reply:
        start = (int(query["page"]) - 1) * int(query["per_page"])
        return 200, self.tickets[int(number)]["said"][start : start + int(query["per_page"])]

    def note(self, number: str, *, body: Any, **_: Any) -> Reply:
        self._say(int(number), _text(body["body"]), body.get("incoming", False), body["private"])
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


DESKS = (ZendeskDesk, GorgiasDesk, ChatwootDesk, FreshdeskDesk)
OPTIONS = {
    "zendesk": {"user": "bo@kiln.example"},
    "gorgias": {"user": "bo@kiln.example", "inbox": "help@kiln.example"},
    "chatwoot": {"account": "3", "inbox": "7"},
    "freshdesk": {},
}


def _without(ticket: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in ticket.items() if name not in names}


def _text(html: str) -> str:
    return html.replace("<br>", "\n").replace("&lt;", "<").replace("&gt;", ">")

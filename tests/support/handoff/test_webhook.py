"""The generic webhook: signed both ways, told again under the same number, believed only signed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from reviewapp.app import create_app
from reviewapp.core import clock
from reviewapp.core.errors import NotSignedIn
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.handoff import Handoff
from reviewapp.models.outbox import Mail
from reviewapp.outbox.mail import send_mail
from reviewapp.support.handoff.accounts import open_helpdesk
from reviewapp.support.handoff.setup import Typed, add_helpdesk
from reviewapp.support.handoff.webhook import check_signature, signed
from tests.support.handoff.conftest import NOON, Story

Committed = Callable[[], Any]


class Receiver:
    """Keeps every event with its headers; takes each number once, as the standard asks."""

    kind = "webhook"

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.faults: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                lower = {name.lower(): value for name, value in self.headers.items()}
                receiver.heard.append((lower, body))
                self.send_response(receiver.faults.pop(0) if receiver.faults else 200)
                told = b'{"id": "4711", "url": "https://desk.example/4711"}'
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *args: Any) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in?shop=1"

    def events(self) -> dict[str, Any]:
        return {headers["webhook-id"]: json.loads(body) for headers, body in self.heard}


@pytest.fixture
def desk() -> Iterator[Receiver]:
    running = Receiver()
    thread = threading.Thread(target=running.server.serve_forever, daemon=True)
    thread.start()
    yield running
    running.server.shutdown()
    running.server.server_close()
    thread.join()


@pytest.fixture
def story(open_kit: Kit, committed: Committed, shop: Shop, desk: Receiver) -> Iterator[Story]:
    with clock.frozen(NOON):
        typed = Typed("webhook", "Own", desk.url, by_itself=True, routes=["damaged"])
        with committed() as session:
            added = add_helpdesk(session, open_kit.settings, shop, typed, "member:1")
        yield Story(open_kit, committed, shop, desk, added)  # type: ignore[arg-type]  # it has what is used


def test_events_are_signed_and_told_again_under_their_number(story: Story, desk: Receiver) -> None:
    desk.faults = [500]
    case = story.open_case()
    story.open_case(route="question")
    story.work_for_hours()
    secret = story.added.signing_secret
    assert secret
    for headers, body in desk.heard:
        stamped = headers | {"webhook-timestamp": str(int(clock.now().timestamp()))}
        with pytest.raises(NotSignedIn):
            check_signature(secret, stamped | {"webhook-id": "other"}, body)
    assert [headers["webhook-id"] for headers, _ in desk.heard][:2] == [str(case.id)] * 2
    told = desk.events()[str(case.id)]
    assert told["type"] == "case.created"
    assert told["data"]["message"]["body"] == "The handle broke."
    with story.committed() as session:
        handoff = session.query(Handoff).one()
    assert (handoff.ticket_id, handoff.ticket_url) == ("4711", "https://desk.example/4711")


def test_what_it_tells_is_believed_only_with_its_signature(story: Story) -> None:
    case = story.open_case()
    story.work()
    browser = create_app(kit=story.kit).test_client()
    path = f"/hooks/{story.added.hook}/webhook"
    answer = {"id": "9", "body": "A new one leaves tomorrow.", "author": "Bo"}
    body = json.dumps({"case": str(case.id), "state": "solved", "answers": [answer]}).encode()
    secret, now = str(story.added.signing_secret), int(clock.now().timestamp())
    assert browser.post(path, data=body).status_code == 401
    assert (
        browser.post(path, data=body, headers=signed("whsec_bm8=", "1", now, body)).status_code
        == 401
    )
    old = signed(secret, "1", now - 600, body)
    assert browser.post(path, data=body, headers=old).status_code == 401
    for number in ("1", "1", "2"):
        sent = browser.post(path, data=body, headers=signed(secret, number, now, body))
        assert sent.status_code == 204
    story.follow()
    assert story.state(case.id) == "solved"
    assert [words for way, words in story.thread(case.id) if way == "out"] == [answer["body"]]
    wrong = json.dumps({"case": "x", "state": "burnt"}).encode()
    refused = browser.post(path, data=wrong, headers=signed(secret, "3", now, wrong))
    assert refused.status_code == 422


def test_its_address_is_tried_with_a_ping(story: Story, desk: Receiver) -> None:
    with story.committed() as session:
        row = session.merge(story.added.helpdesk)
        open_helpdesk(row, story.kit.settings).check()
    assert json.loads(desk.heard[-1][1])["type"] == "ping"


def test_by_mail_each_word_is_one_letter_answered_to_the_customer(
    open_kit: Kit, committed: Committed, shop: Shop
) -> None:
    typed = Typed("mail", "Team", "team@kiln.example", by_itself=True)
    with clock.frozen(NOON):
        with committed() as session:
            added = add_helpdesk(session, open_kit.settings, shop, typed, "member:1")
        story = Story(open_kit, committed, shop, None, added)  # type: ignore[arg-type]  # no server
        case = story.open_case()
        story.follow()
        story.customer_says(case, "And the lid is missing.")
        send_mail(open_kit)
    with committed() as session:
        letters = session.query(Mail).order_by(Mail.id).all()
        assert [letter.params["message"] for letter in letters] == [
            "The handle broke.",
            "And the lid is missing.",
        ]
        customer = letters[0].params["answer_to"]
    written = sorted(
        file.read_bytes() for file in (open_kit.settings.data_dir / "mailbox").rglob("*.eml")
    )
    assert len(written) == 2
    assert all(b"Reply-To: " in mail and customer.encode() in mail for mail in written)
    assert all(
        b"To: <team@kiln.example>" in mail or b"To: team@kiln.example" in mail for mail in written
    )

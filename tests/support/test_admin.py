"""The desk: lists by promise, answers that reach the customer, notes that never do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.web.listing import listing
from tests import factories
from tests.people import SignedIn

ANSWER = (
    "The handle of your mug broke because it was packed too tightly. I will send a new one "
    "tomorrow. Please keep the old one. Just reply if anything is unclear."
)
Committed = Callable[[], Any]


def make_case(session: Any, shop: Shop, due_in_hours: float = 5, **values: Any) -> Case:
    """A case about a broken mug, with the customer's words."""
    asked = values.pop("asked", None) or factories.request(session, shop)
    now = clock.now()
    defaults: dict[str, Any] = {
        "customer_id": asked.customer_id,
        "request_id": asked.id,
        "order_id": None,
        "route": "damaged",
        "opened_at": now - timedelta(hours=1),
        "first_response_due_at": now + timedelta(hours=due_in_hours),
    }
    case = factories.add(session, Case(shop_id=shop.id, **defaults | values))
    factories.add(
        session,
        CaseMessage(shop_id=shop.id, case_id=case.id, direction="in", body="The handle broke."),
    )
    return case


@pytest.fixture
def case(committed: Committed, shop: Shop) -> Case:
    """A committed case."""
    with committed() as session:
        return make_case(session, shop)


def reread(committed: Committed, case: Case) -> Case:
    with committed() as session:
        return session.get_one(Case, case.id)


def test_the_oldest_promise_comes_first(agent: SignedIn, committed: Committed, shop: Shop) -> None:
    with committed() as session:
        for hours in (9, -2, 4):
            buyer = factories.customer(session, shop, name=f"Due in {hours}")
            placed = factories.order(session, shop, buyer=buyer)
            make_case(session, shop, hours, asked=factories.request(session, shop, placed))
    page = agent.get("/admin/cases").text
    assert re.findall(r">Due in (-?\d)<", page) == ["-2", "4", "9"]
    assert "Late" in page


def test_a_list_goes_on_where_the_page_ended(
    agent: SignedIn, committed: Committed, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(listing.__kwdefaults__, "page", 2)
    with committed() as session:
        for number in range(5):
            make_case(session, shop, 1 if number % 2 else 3)
    seen, href = [], "/admin/cases?view=open"
    for _ in range(3):
        page = agent.get(href).text
        seen += re.findall(r'row-link" href="/admin/cases/([\w-]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        href = following[1].replace("&amp;", "&") if following else ""
    assert href == ""
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "after", ["x", "WyJ4IiwieSJd", "bnVsbA", "WyIyMDI2LTAxLTAxIiwiMSJd", "%00"]
)
def test_a_made_up_place_in_a_list_is_refused(agent: SignedIn, after: str) -> None:
    assert agent.get(f"/admin/cases?after={after}").status_code == 422


def test_views_and_search_find_what_they_say(
    agent: SignedIn, committed: Committed, shop: Shop, case: Case
) -> None:
    with committed() as session:
        late = make_case(session, shop, -3, route="delay")
        solved = make_case(session, shop, state="solved", solved_at=clock.now())
    found = {
        view: set(re.findall(r'row-link" href="/admin/cases/([\w-]+)"', agent.get(href).text))
        for view, href in {
            "open": "/admin/cases",
            "overdue": "/admin/cases?view=overdue",
            "solved": "/admin/cases?view=solved",
            "mine": "/admin/cases?view=mine",
            "delay": "/admin/cases?view=all&route=delay",
            "words": "/admin/cases?view=all&q=HANDLE",
            "nothing": "/admin/cases?view=all&q=100%25_",
            "junk": "/admin/cases?view=junk&route=junk",
        }.items()
    }
    every = {str(case.id), str(late.id), str(solved.id)}
    assert found["open"] == found["junk"] == every - {str(solved.id)}
    assert found["overdue"] == found["delay"] == {str(late.id)}
    assert found["solved"] == {str(solved.id)}
    assert found["words"] == every
    assert found["mine"] == found["nothing"] == set()


def test_an_answer_goes_to_the_customer_and_stops_the_clock(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    assert answer.status_code == 302
    with committed() as session:
        kept = session.get_one(Case, case.id)
        letter = session.scalars(select(Mail)).one()
        assert kept.first_responded_at is not None
        assert kept.state == "waiting"
        assert session.scalars(select(OutboxEvent.name)).all() == ["case.answered"]
        actions = session.scalars(select(AuditEntry.action)).all()
    assert letter.letter == "case_reply"
    assert letter.params["answer"] == ANSWER
    assert letter.params["message"] == "The handle broke."
    assert letter.params["answerer"] == "Agent"
    assert letter.params["page_url"].startswith("http://localhost/r/")
    assert actions == ["case.answered"]
    assert ANSWER in agent.get(f"/admin/cases/{case.id}").text


def test_the_link_in_an_answer_opens_the_customers_page(
    agent: SignedIn, client: FlaskClient, committed: Committed, case: Case
) -> None:
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    with committed() as session:
        link = session.scalars(select(Mail)).one().params["page_url"]
    assert client.get(link.removeprefix("http://localhost")).status_code == 200


def test_the_first_answer_is_the_first_for_ever(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    first = reread(committed, case).first_responded_at
    agent.post(f"/admin/cases/{case.id}/answer", {"body": "It left today; please keep the box."})
    assert reread(committed, case).first_responded_at == first


def test_a_button_pressed_twice_sends_one_letter(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    for _ in range(2):
        agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    with committed() as session:
        assert len(session.scalars(select(Mail)).all()) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "Write something first."),
        ("Hello [name], we will look into it.", "Fill in [name] before sending."),
        ("Hello {{name}}.", "Fill in {{name}} before sending."),
        ("We will refund you if you delete your review.", "help never depends on a review"),
        ("x" * 20_001, "At most 20,000 characters."),
    ],
)
def test_what_must_not_go_out_stays_on_the_page(
    agent: SignedIn, committed: Committed, case: Case, body: str, told: str
) -> None:
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": body})
    assert answer.status_code == 422
    assert told in answer.text
    assert body.replace("'", "&#39;")[:40] in answer.text
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []
        assert session.scalars(select(CaseMessage.direction)).all() == ["in"]
        assert session.get_one(Case, case.id).first_responded_at is None


def test_a_customer_without_an_address_is_not_lost_silently(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    with committed() as session:
        session.get_one(Customer, case.customer_id).email = None
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    assert answer.status_code == 409
    assert "There is no mail address of this customer" in answer.text
    assert ANSWER in answer.text


def test_checking_a_draft_shows_what_it_lacks_and_sends_nothing(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    page = agent.post(f"/admin/cases/{case.id}/check", {"body": "We are sorry about the handle."})
    assert page.status_code == 200
    assert len(re.findall("is-missing", page.text)) == 4
    assert "We are sorry about the handle." in page.text
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []


def test_a_promise_becomes_the_cases_next_clock(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    in_two_days = clock.now().replace(microsecond=0, second=0) + timedelta(days=2)
    local = in_two_days.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M")
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER, "next_update_at": local})
    assert reread(committed, case).next_update_due_at == in_two_days


@pytest.mark.parametrize("typed", ["2020-01-01T09:00", "soon", "9999-99-99T00:00"])
def test_a_promise_must_lie_ahead(
    agent: SignedIn, committed: Committed, case: Case, typed: str
) -> None:
    answer = agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER, "next_update_at": typed})
    assert answer.status_code == 422
    assert reread(committed, case).first_responded_at is None


def test_a_note_never_leaves_the_house(agent: SignedIn, committed: Committed, case: Case) -> None:
    agent.post(f"/admin/cases/{case.id}/note", {"body": "Third chip from batch 22."})
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []
        assert session.scalars(select(CaseMessage.direction)).all() == ["in", "note"]
        assert session.get_one(Case, case.id).first_responded_at is None
    assert "Third chip from batch 22." in agent.get(f"/admin/cases/{case.id}").text


def test_a_case_is_taken_given_and_left(
    agent: SignedIn, committed: Committed, case: Case, shop: Shop
) -> None:
    with committed() as session:
        me = session.scalars(select(Member).where(Member.role == "agent")).one()
        reader = factories.member(session, shop, "analyst")
    agent.post(f"/admin/cases/{case.id}/assign", {"member": str(me.id)})
    assert reread(committed, case).assignee_id == me.id
    assert str(case.id) in agent.get("/admin/cases?view=mine").text
    refused = agent.post(f"/admin/cases/{case.id}/assign", {"member": str(reader.id)})
    assert refused.status_code == 422
    agent.post(f"/admin/cases/{case.id}/assign", {"member": ""})
    assert reread(committed, case).assignee_id is None


def test_a_case_is_solved_and_opened_again(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    agent.post(f"/admin/cases/{case.id}/state", {"state": "solved"})
    assert reread(committed, case).solved_at is not None
    agent.post(f"/admin/cases/{case.id}/state", {"state": "open"})
    kept = reread(committed, case)
    assert (kept.state, kept.solved_at) == ("open", None)
    assert agent.post(f"/admin/cases/{case.id}/state", {"state": "gone"}).status_code == 422


def test_the_desk_neither_shows_stars_nor_leads_to_reviews(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        asked = factories.request(session, shop)
        factories.review(
            session, shop, rating=1, request_id=asked.id, customer_id=asked.customer_id,
            body="Chipped on arrival.",
        )  # fmt: skip
        case = make_case(session, shop, asked=asked)
    page = agent.get(f"/admin/cases/{case.id}").text.split("<main")[1].split("<dialog")[0]
    assert "Chipped on arrival." in page
    assert "/admin/reviews" not in page
    assert "/admin/queue" not in page
    assert "star" not in page.lower()


def test_photos_of_a_case_are_for_its_shops_members_only(
    agent: SignedIn, stranger: FlaskClient, committed: Committed, kit: Kit, shop: Shop, case: Case
) -> None:
    kit.storage.put("masters/aa/a.jpg", b"jpeg", content_type="image/jpeg")
    with committed() as session:
        message = session.scalars(select(CaseMessage)).one()
        photo = factories.add(
            session,
            MediaAsset(
                shop_id=shop.id, state="attached", case_message_id=message.id, sha256="a" * 64,
                key="masters/aa/a.jpg", content_type="image/jpeg", byte_count=4, width=4, height=3,
                placeholder="", dominant_color="#888888",
            ),
        )  # fmt: skip
        other = make_case(session, shop)
    path = f"/admin/cases/{case.id}/photos/{photo.id}"
    assert path in agent.get(f"/admin/cases/{case.id}").text
    served = agent.get(path)
    assert (served.data, served.content_type) == (b"jpeg", "image/jpeg")
    assert served.headers["Cache-Control"] == "no-store"
    assert agent.get(f"/admin/cases/{other.id}/photos/{photo.id}").status_code == 404
    assert stranger.get(path).status_code == 302


def test_another_shops_case_is_not_there(agent: SignedIn, committed: Committed) -> None:
    with committed() as session:
        theirs = make_case(session, factories.shop(session))
    assert agent.get(f"/admin/cases/{theirs.id}").status_code == 404
    assert agent.post(f"/admin/cases/{theirs.id}/note", {"body": "x"}).status_code == 404


def test_a_reader_reads_and_cannot_answer(analyst: SignedIn, case: Case) -> None:
    page = analyst.get(f"/admin/cases/{case.id}")
    assert page.status_code == 200
    assert "Send answer" not in page.text
    assert analyst.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER}).status_code == 403


def test_a_form_without_its_token_changes_nothing(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    answer = agent.client.post(f"/admin/cases/{case.id}/answer", data={"body": ANSWER})
    assert answer.status_code == 403
    assert reread(committed, case).first_responded_at is None


def test_empty_desks_teach(agent: SignedIn, owner: SignedIn) -> None:
    assert "Nobody waits for help" in agent.get("/admin/cases").text
    assert "See the times you promise" in owner.get("/admin/cases").text
    assert "No case like that" in agent.get("/admin/cases?q=zebra").text

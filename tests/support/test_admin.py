"""The desk: lists by promise, who may see and do what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.media import MediaAsset
from reviewapp.web.listing import listing
from tests import factories
from tests.people import SignedIn
from tests.support.cases import ANSWER, make_case

Committed = Callable[[], Any]


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
    page = agent.get(f"/admin/cases/{case.id}").text.split("<main")[1].split("</main")[0]
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

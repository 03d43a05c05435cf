"""The page of the desk's numbers, its file, and who sees whose."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.models.account import Member, Shop
from reviewapp.models.case_feedback import CaseFeedback
from reviewapp.models.case_solution import CaseSolution
from reviewapp.support.figures.columns import COLUMNS
from tests import factories
from tests.people import SignedIn
from tests.support.figures.story import Desk, at

PAGE, FILE = "/admin/helping/numbers", "/admin/helping/numbers/numbers.csv"
NOW = "2026-11-27T12:00"

Committed = Callable[[], Any]


@pytest.fixture
def told(committed: Committed, shop: Shop) -> Any:
    """Twelve cases about late parcels, answered after an hour by somebody called =Eve, and solved
    after two; three came back. One more was asked just now."""
    with committed() as session:
        desk = Desk(session, shop, factories.member(session, shop, "agent", name="=Eve"))
        for number in range(12):
            case = desk.opened("2026-11-09T09:00", route="delay")
            desk.answered(case, "2026-11-09T10:00")
            desk.solved(case, "2026-11-09T11:00")
            shared = {"shop_id": shop.id, "case_id": case.id, "member_id": desk.agent.id}
            shared["created_at"] = at("2026-11-10T09:00")
            csat = 5 if number < 9 else 2
            factories.add(session, CaseFeedback(**shared, csat=csat))
            if number < 3:
                desk.wrote(case, "2026-11-11T10:00")
        desk.opened("2026-11-27T11:00", route="return")
        return desk.agent.id


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def rows_of(answer: Any) -> dict[tuple[str, str], dict[str, str]]:
    rows = csv.DictReader(io.StringIO(answer.text))
    return {(row["by"], row["of"]): row for row in rows}


def test_the_page_shows_the_numbers_and_what_they_mean(owner: SignedIn, told: Any) -> None:
    with clock.frozen(at(NOW)):
        page = owner.get(f"{PAGE}?weeks=4").text
        words = text_of(page)
        assert "75 % 9 of 12" in words, "satisfied"
        assert "25 % 3 of 12" in words, "reopened"
        assert "1 h" in words
        assert page.count("<caption") == 2
        assert page.count('<th scope="row">2026-W46') == 2
        # Every heading leads to what it means.
        leading = set(re.findall(r'href="#means-([\w-]+)"', page))
        assert len(leading) >= 10
        assert leading <= set(re.findall(r'id="means-([\w-]+)"', page))
        by_route = text_of(owner.get(f"{PAGE}?weeks=4&by=route").text)
        assert "Late or missing parcel" in by_route
        by_person = text_of(owner.get(f"{PAGE}?weeks=4&by=person").text)
        assert "=Eve" in by_person
        narrowed = text_of(owner.get(f"{PAGE}?weeks=4&route=return&by=route&person={told}").text)
        assert "9 of 12" not in narrowed
        # Whatever else is asked for narrows nothing.
        odd = owner.get(f"{PAGE}?weeks=99&route=x&person=%00&by=y")
        assert odd.status_code == 200


def test_a_forecast_says_when_it_will_be_late_and_when_it_is_too_early(
    owner: SignedIn, told: Any, committed: Committed, shop: Shop
) -> None:
    with clock.frozen(at(NOW)):
        assert "Too early to say" in text_of(owner.get(PAGE).text)
    with committed() as session:
        desk = Desk(session, shop, session.get_one(Member, told))
        case = desk.opened("2026-11-17T09:00")
        for _ in range(12):
            solved = CaseSolution(
                shop_id=shop.id, case_id=case.id, number=1, route="delay", one_answer=True,
                solved_at=at("2026-11-17T12:00"), working_seconds=60,
            )  # fmt: skip
            factories.add(session, solved)
        for _ in range(20):
            desk.opened("2026-11-27T11:30", route="question")
    with clock.frozen(at(NOW)):
        words = text_of(owner.get(PAGE).text)
    assert re.search(r"you will be late from .+ on: \d+ promises within two weeks", words), words
    assert "Day by day" in words


def test_the_file_holds_the_same_numbers_and_no_formula(owner: SignedIn, told: Any) -> None:
    with clock.frozen(at(NOW)):
        answer = owner.get(f"{FILE}?weeks=4")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "cases-2026-W45-2026-W48.csv" in answer.headers["Content-Disposition"]
    rows = rows_of(answer)
    total = rows["all", ""]
    assert set(total) == {"by", "of", *COLUMNS}
    assert total["opened"] == "13"
    assert total["first_answer_median_seconds"] == "3600"
    assert (total["satisfied"], total["satisfaction_answers"]) == ("9", "12")
    assert rows["week", "2026-W46"]["solved"] == "12"
    assert rows["route", "Late or missing parcel"]["reopened"] == "3"
    assert rows["person", "'=Eve"]["answered"] == "12"


def test_members_see_the_shop_and_themselves_but_not_one_another(
    agent: SignedIn, analyst: SignedIn, stranger: FlaskClient, told: Any, committed: Committed,
    shop: Shop,
) -> None:  # fmt: skip
    with committed() as session:
        own = session.scalars(select(Member).where(Member.name == "Agent")).one()
        desk = Desk(session, shop, own)
        case = desk.opened("2026-11-12T09:00")
        desk.answered(case, "2026-11-12T10:00")
    with clock.frozen(at(NOW)):
        mine = rows_of(agent.get(f"{FILE}?weeks=4"))
        assert mine["all", ""]["opened"] == "14"
        assert [of for by, of in mine if by == "person"] == ["Agent"]
        # Another's id narrows nothing: it tells nothing about them.
        chosen = rows_of(agent.get(f"{FILE}?weeks=4&person={told}"))
        assert chosen["all", ""] == mine["all", ""]
        assert "=Eve" not in agent.get(f"{PAGE}?weeks=4&by=person").text
        assert [of for by, of in rows_of(analyst.get(FILE)) if by == "person"] == []
        assert stranger.get(FILE).status_code == 302

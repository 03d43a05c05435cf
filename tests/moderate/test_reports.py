"""The desk for reports: one decision for all, an answer by mail, nothing without a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.feedback import ReviewReport
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from tests import factories
from tests.people import SignedIn


@pytest.fixture
def reported(kit: Kit, shop: Shop) -> Review:
    """A published review that two readers reported, one of them with an address."""
    with kit.database.transaction(EVERY_SHOP) as session:
        review = factories.review(
            session, shop, state="published", rating=1, body="Call Bo Lind, 0170 1234567, <b>now."
        )
        for number, email in enumerate(("reader@mail.example", None)):
            factories.add(
                session,
                ReviewReport(
                    shop_id=shop.id, review_id=review.id, reason="personal_information",
                    note="<i>That is my number.", email=email, locale="de", visitor=str(number),
                ),
            )  # fmt: skip
        return review


def reports(kit: Kit, shop: Shop) -> list[ReviewReport]:
    with kit.database.transaction(shop.id) as session:
        return list(session.scalars(select(ReviewReport).order_by(ReviewReport.id)))


def test_the_desk_shows_words_and_reports_without_stars(
    moderator: SignedIn, reported: Review
) -> None:
    page = moderator.get("/admin/reports").get_data(as_text=True)
    assert f"/admin/reports/{reported.id}" in page
    page = moderator.get(f"/admin/reports/{reported.id}").get_data(as_text=True)
    assert "&lt;i&gt;That is my number." in page
    assert "out of 5" not in page
    assert "reader@mail.example" not in page


def test_taking_a_passage_out_settles_all_and_answers_who_left_an_address(
    moderator: SignedIn, reported: Review, kit: Kit, shop: Shop
) -> None:
    form = {"action": "redact", "reason": "personal_information",
            "passage": "Bo Lind, 0170 1234567",
            "note": "A number.", "answer": "The number is taken out."}  # fmt: skip
    assert moderator.post(f"/admin/reports/{reported.id}", form).status_code == 303
    for report in reports(kit, shop):
        assert (report.state, report.answer, report.email) == (
            "upheld", "The number is taken out.", None,
        )  # fmt: skip
    with kit.database.transaction(shop.id) as session:
        assert len(session.get_one(Review, reported.id).redactions) == 1
        letter = session.scalars(select(Mail)).one()
        told = session.scalars(select(AuditEntry.action)).all()
    assert (letter.letter, letter.language, letter.to_email) == (
        "report_answered", "de", "reader@mail.example",
    )  # fmt: skip
    assert letter.params["upheld"] is True
    assert told.count("report.upheld") == 2
    again = moderator.post(f"/admin/reports/{reported.id}", form | {"action": "dismiss"})
    assert again.location.endswith("/admin/reports")
    assert "No open reports" in moderator.get("/admin/reports").get_data(as_text=True)


def test_leaving_it_needs_an_answer_and_changes_nothing(
    moderator: SignedIn, reported: Review, kit: Kit, shop: Shop
) -> None:
    wrong = moderator.post(f"/admin/reports/{reported.id}", {"action": "dismiss", "answer": " "})
    assert wrong.status_code == 422
    assert {report.state for report in reports(kit, shop)} == {"open"}
    moderator.post(f"/admin/reports/{reported.id}", {"action": "dismiss", "answer": "It is fine."})
    assert {report.state for report in reports(kit, shop)} == {"dismissed"}
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, reported.id).state == "published"


@pytest.mark.parametrize("form", [
    {"action": "refuse", "reason": "too_negative", "note": "x", "answer": "x"},
    {"action": "refuse", "reason": "unrelated", "answer": "x"},
    {"action": "publish", "answer": "x"},
    {"answer": "x"},
])  # fmt: skip
def test_a_report_is_no_way_around_the_listed_reasons(
    moderator: SignedIn, reported: Review, kit: Kit, shop: Shop, form: dict[str, str]
) -> None:
    assert moderator.post(f"/admin/reports/{reported.id}", form).status_code == 422
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, reported.id).state == "published"
    assert {report.state for report in reports(kit, shop)} == {"open"}


def test_only_who_decides_sees_the_desk(agent: SignedIn, reported: Review) -> None:
    assert agent.get("/admin/reports").status_code == 403
    assert agent.get(f"/admin/reports/{reported.id}").status_code == 403

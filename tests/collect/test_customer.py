"""The page behind the link: rules G4 to G11, G20 and G26, seen from outside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewapp.collect.destinations import DESTINATIONS, page_parts
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.i18n import LANGUAGES
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.models.rights import USES, PermissionEntry
from reviewapp.outbox.letter_rules import objections
from tests import factories
from tests.collect.links import REVIEW, buyer_of, counts, rows, said, section

SCORES = ("1", "2", "3", "4", "5", "")
MOST_PAGE_BYTES = 50_000


@pytest.mark.parametrize("variant", ["symmetric", "emphasis"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_review_block_is_the_same_for_every_answer(open_link, committed, variant, language):
    with committed() as session:
        shop = factories.shop(session, settings={"experience_page": variant})
    link = open_link(shop=shop, language=language)
    pages = {score: link.answer(score).text for score in SCORES}
    assert len({section(page, "review") for page in pages.values()}) == 1
    assert section(link.get("?score=1").text, "review") == section(pages["5"], "review")
    for page in pages.values():
        assert 0 < page.index('<section id="help"') < page.index('id="review"')
        assert 'id="experience"' not in page
        assert 'name="rating" value="5"' in section(page, "review")
        assert " checked" not in section(page, "review")


def test_the_symmetric_page_is_the_same_altogether(link):
    assert len({link.answer(score).text for score in SCORES}) == 1


def test_emphasis_changes_the_help_block_alone(open_link, committed):
    with committed() as session:
        shop = factories.shop(session, settings={"experience_page": "emphasis"})
    link = open_link(shop=shop)
    low, middle, high = (section(link.answer(score).text, "help") for score in ("1", "3", "5"))
    assert "We are sorry" in low
    assert "<details" not in low + middle
    assert "<details" in high
    assert 'id="help" method="post"' in high


def test_opening_the_link_stores_nothing(link):
    link.answer("3")
    link.send_review()
    before = counts(link.kit)
    paths = ["", "?score=4", "?score=junk", "/experience", "/help", "/review", "/mine"]
    paths += ["/mine/data.json", "?lang=de", "/review?line=x", "?line=%00"]
    review = rows(link.kit, Review)[0]
    paths += [f"/mine/reviews/{review.id}", f"/mine/reviews/{review.id}/withdraw"]
    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert link.get(path, method=method).status_code < 500
    unsubscribe = link.kit.links.sign("unsubscribe", link.request.id)
    for method in ("GET", "HEAD", "OPTIONS"):
        link.client.open(f"/u/{unsubscribe}", method=method)
    assert counts(link.kit) == before


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=st.text(max_size=40), query=st.dictionaries(st.text(max_size=8), st.text(max_size=20)))
def test_no_address_below_the_link_fails_or_stores_on_reading(link, path, query):
    before = counts(link.kit)
    assert link.get(f"/{path}".replace("?", ""), query_string=query).status_code < 500
    assert counts(link.kit) == before


def test_the_star_in_the_mail_selects_visibly_and_nothing_else(link):
    page = link.get("?score=4").text
    assert re.search(r'name="score" value="4"[^>]* checked', page)
    assert page.count(" checked") == 1
    assert rows(link.kit, ExperienceAnswer) == []


def test_the_answer_is_private_and_proves_what_was_shown(link):
    for score in ("1", "5", ""):
        link.answer(score)
    answers = rows(link.kit, ExperienceAnswer)
    assert {answer.score for answer in answers} == {1, 5, None}
    assert len({answer.variant for answer in answers}) == 1
    logged = rows(link.kit, AuditEntry, AuditEntry.action == "experience.answered")
    assert len({entry.detail["review_block"] for entry in logged}) == 1
    assert rows(link.kit, Review) == []


def test_an_answer_ends_reminders_and_skipping_does_not(link, committed):
    with committed() as session:
        factories.add(
            session,
            ReviewRequest(
                shop_id=link.shop.id,
                key=link.request.key,
                step=1,
                parent_id=link.request.id,
                customer_id=link.request.customer_id,
                language="en",
                state="planned",
            ),
        )
    link.answer("")
    assert rows(link.kit, ReviewRequest, ReviewRequest.step == 1)[0].state == "planned"
    link.answer("2")
    reminder = rows(link.kit, ReviewRequest, ReviewRequest.step == 1)[0]
    assert (reminder.state, reminder.reason) == ("cancelled", "responded")


def test_a_reminders_link_opens_the_same_page(link, committed):
    with committed() as session:
        reminder = factories.add(
            session,
            ReviewRequest(
                shop_id=link.shop.id,
                key=link.request.key,
                step=1,
                parent_id=link.request.id,
                customer_id=link.request.customer_id,
                language="en",
            ),
        )
    page = link.client.get(f"/r/{link.kit.links.sign('request', reminder.id)}").text
    assert link.lines[0] in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_turns_help_into_a_condition(open_link, language):
    link = open_link(language=language)
    for score in SCORES:
        assert objections(said(link.answer(score).text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_light_before_photos(open_link, committed, shop, language):
    with committed() as session:
        products = [factories.product(session, shop, title=f"Mug {n}") for n in range(12)]
    link = open_link(*products, language=language)
    pages = [link.get(), link.answer("1"), link.send_review(body=""), link.get("/mine")]
    assert max(len(page.data) for page in pages) < MOST_PAGE_BYTES


def test_the_page_is_kept_by_nobody_and_tells_nobody(link):
    headers = link.get().headers
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_help_opens_a_case_and_says_who_answers_and_by_when(link):
    with clock.frozen(clock.now().replace(month=11, day=23, hour=9, minute=0)):
        answer = link.post(
            "/help", {"route": "damaged", "message": "The handle is off."}, follow_redirects=True
        )
        case = rows(link.kit, Case)[0]
    assert "A person from Kiln & Clay answers you by e-mail, by November 26" in said(answer.text)
    assert (case.route, case.state, case.request_id) == ("damaged", "open", link.request.id)
    assert case.order_id == link.order.id
    assert rows(link.kit, CaseMessage)[0].body == "The handle is off."
    letter = rows(link.kit, Mail)[0]
    assert (letter.letter, letter.to_email) == ("help_received", buyer_of(link.kit, link).email)
    assert letter.params["answer_by"] == case.first_response_due_at.isoformat()
    assert rows(link.kit, OutboxEvent, OutboxEvent.name == "case.opened")
    assert 'id="review"' in answer.text


def test_help_does_not_use_up_the_link(link):
    link.ask_for_help()
    assert link.get().status_code == 200
    assert link.send_review().status_code == 303


def test_a_review_is_kept_with_all_that_belongs_to_it(link):
    now = clock.now()
    with clock.frozen(now):
        answer = link.send_review(
            permission=["site", "ads"], question_delivery="late", question_use="Every morning"
        )
    assert answer.headers["Location"].endswith("/review")
    review = rows(link.kit, Review)[0]
    assert (review.rating, review.title, review.state) == (4, REVIEW["title"], "pending")
    assert review.answers == {"delivery": "late", "use": "Every morning"}
    assert review.verified_buyer
    assert not review.incentivized
    assert review.decide_by == now + timedelta(days=10)
    version = rows(link.kit, ReviewVersion)[0]
    entries = rows(link.kit, PermissionEntry)
    assert {entry.use for entry in entries if entry.kind == "granted"} == {"site", "ads"}
    assert {entry.use for entry in entries if entry.kind == "declined"} == {*USES} - {"site", "ads"}
    assert {entry.subject_sha256 for entry in entries} == {version.sha256}
    told = rows(link.kit, OutboxEvent, OutboxEvent.name == "review.submitted")[0]
    assert told.payload == {"review_id": str(review.id), "version": 1}
    letter = rows(link.kit, Mail)[0]
    assert (letter.letter, letter.params["days"]) == ("review_received", 10)
    with link.kit.database.transaction(EVERY_SHOP) as session:
        assert session.get_one(ReviewRequest, link.request.id).responded_at == now


def test_after_the_last_review_the_link_opens_the_own_page(link):
    link.send_review()
    assert link.get().headers["Location"].endswith("/mine")


def test_an_incentive_is_told_before_and_kept_with_the_review(open_link):
    link = open_link(incentive="voucher", incentive_disclosure="Everybody asked gets 5 % off.")
    assert "Everybody asked gets 5 % off." in section(link.get().text, "review")
    link.send_review()
    review = rows(link.kit, Review)[0]
    assert (review.incentivized, review.incentive_disclosure) == (
        True,
        "Everybody asked gets 5 % off.",
    )


def test_every_line_has_its_own_form(open_link, committed, shop):
    with committed() as session:
        mug = factories.product(session, shop, title="Mug")
        shirt = factories.product(session, shop, title="Shirt", product_type="Clothing")
    link = open_link(mug, shirt)
    first, second = link.get().text, link.get(f"?line={link.lines[1]}").text
    assert "How does it fit?" not in first
    assert "How does it fit?" in second
    thanks = link.post("/review", REVIEW | {"line": link.lines[0]}, follow_redirects=True).text
    assert f'value="{link.lines[1]}"' in thanks
    assert link.send_review(1).status_code == 303
    assert len(rows(link.kit, Review)) == 2


def test_the_same_line_again_is_the_authors_edit(link):
    link.send_review(permission=["site"])
    link.send_review(body="After a month it still shines.", rating="5")
    review = rows(link.kit, Review)[0]
    assert (review.version, review.rating) == (2, 5)
    assert [version.version for version in rows(link.kit, ReviewVersion)] == [1, 2]
    assert rows(link.kit, OutboxEvent, OutboxEvent.name == "review.edited")


def test_sending_the_same_twice_makes_one_review_and_one_case(link):
    for _ in range(2):
        link.send_review()
        link.ask_for_help()
    assert rows(link.kit, Review)[0].version == 1
    assert len(rows(link.kit, Case)) == len(rows(link.kit, CaseMessage)) == 1
    assert len(rows(link.kit, Mail)) == 2


def test_destinations_drop_what_they_do_not_allow():
    assert vars(page_parts("own")) == {"question": True, "help": True, "incentive": True}
    assert vars(page_parts("amazon")) == {"question": False, "help": False, "incentive": False}
    assert not page_parts("own", "google").incentive
    assert not any(vars(page_parts("unheard of")).values())
    assert {"own", "google", "amazon", "trustpilot"} <= set(DESTINATIONS)

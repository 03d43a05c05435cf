from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.reactions import relay_events
from tests import factories
from tests.people import SignedIn

STARS = re.compile(
    r"rating|stars?\b|★|⭐|aria-label=\"\d out of|\d ?/ ?5|out of 5|is-full|score", re.IGNORECASE
)
SAID = "Stars show after the decision."
"""The one place where the word stands, alike for all."""


def seen(review: Review, **values: Any) -> dict[str, Any]:
    return {"version": review.version, "state": "pending", **values}


def decide(moderator: SignedIn, review: Review, **values: Any) -> Any:
    return moderator.post(f"/admin/queue/{review.id}/decision", seen(review, **values))


def stored(kit: Kit, review: Review) -> Review:
    with kit.database.transaction(review.shop_id) as session:
        return session.get_one(Review, review.id)


def pages_before_deciding(review: Review) -> Iterator[str]:
    yield "/admin/queue"
    yield "/admin/reviews"
    yield f"/admin/reviews/{review.id}"
    yield f"/admin/queue/{review.id}"
    yield from (f"/admin/queue/{review.id}?do={action}" for action in ("refuse", "redact", "hold"))


def without_shell(page: str) -> str:
    """The page's own part, without the links and files of the frame around it."""
    main = page[page.index("<main") : page.index("</main>")]
    for allowed in (SAID, "Stars and opinion are no reason.", ">Stars<", 'data-label="Stars"'):
        main = main.replace(allowed, "")
    return re.sub(r"Everything that was written.*?decided\.", "", main)


def test_no_page_tells_the_stars_before_the_decision(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review(rating=2, body="The glaze is chipped. Mail ada@quist.example.")
    relay_events(kit)
    for path in pages_before_deciding(review):
        page = moderator.get(path).get_data(as_text=True)
        assert "Keeps the tea warm" in page
        assert STARS.findall(without_shell(page)) == [], path


def test_pages_differ_in_nothing_for_one_star_and_five(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review(rating=1)
    relay_events(kit)
    pages = {}
    for rating in (1, 2, 3, 4, 5):
        with kit.database.transaction(EVERY_SHOP) as session:
            session.get_one(Review, review.id).rating = rating
        pages[rating] = [
            moderator.get(path).get_data(as_text=True) for path in pages_before_deciding(review)
        ]
    assert pages[1] == pages[2] == pages[3] == pages[4] == pages[5]


def test_deciding_leads_on_and_shows_the_stars_once_it_is_final(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    first, second = sent_review(rating=2), sent_review(rating=5, body="A second one, quite alike.")
    answer = decide(moderator, first, action="publish")
    assert answer.location.endswith(f"/admin/queue/{second.id}")
    assert stored(kit, first).state == "published"
    page = moderator.get(f"/admin/queue/{first.id}/decided").get_data(as_text=True)
    assert "out of 5 stars" not in page, "who can undo must not know them"
    assert "2 out of 5 stars" not in moderator.get("/admin/reviews").get_data(as_text=True)
    with clock.frozen(clock.now() + timedelta(seconds=13)):
        page = moderator.get(f"/admin/queue/{first.id}/decided").get_data(as_text=True)
    assert "2 out of 5 stars" in page
    assert "5 out of 5 stars" not in page.replace("2 out of 5 stars", "")


def test_refusing_asks_for_a_listed_reason_and_a_note(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review()
    form = moderator.get(f"/admin/queue/{review.id}?do=refuse").get_data(as_text=True)
    offered = re.findall(r'name="reason" value="(\w+)"', form)
    assert sorted(offered) == sorted(
        ["abusive", "personal_information", "discriminatory", "confidential", "clearly_false",
         "not_genuine", "unrelated", "unlawful", "duplicate"]
    )  # fmt: skip
    wrong = decide(
        moderator, review, action="refuse", reason="too_negative", note="", passage="handle"
    )
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert "Choose one of the listed reasons." in page
    assert "Say in a sentence why." in page
    assert ">\nhandle</textarea>" in page, "what was typed is kept"
    assert stored(kit, review).state == "pending"


def test_a_refusal_is_on_record_with_who_and_why(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review()
    decide(
        moderator, review, action="refuse", reason="unrelated", note="About a film.",
        passage="keeps  tea\nwarm",
    )  # fmt: skip
    with kit.database.transaction(review.shop_id) as session:
        row = session.scalars(select(ModerationDecision)).one()
    assert (row.action, row.reason, row.note) == ("refuse", "unrelated", "About a film.")
    assert row.actor == "member"
    assert row.member_id is not None


def test_words_are_taken_out_by_quoting_or_by_flag(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review(body="Ada Quist here, ada@quist.example. Ada Quist is happy.")
    relay_events(kit)
    form = moderator.get(f"/admin/queue/{review.id}?do=redact").get_data(as_text=True)
    assert 'value="body:16:33"' in form
    decide(
        moderator, review, action="redact", reason="personal_information", note="A full name.",
        passage="ada quist", mark="body:16:33",
    )  # fmt: skip
    redacted = stored(kit, review)
    assert redacted.state == "published"
    assert [(row["start"], row["end"]) for row in redacted.redactions] == [
        (0, 9),
        (16, 33),
        (35, 44),
    ]


def test_words_that_do_not_stand_there_are_named(
    moderator: SignedIn, sent_review: Callable[..., Review]
) -> None:
    answer = decide(
        moderator, sent_review(), action="redact", reason="abusive", note="x", passage="not there"
    )
    assert answer.status_code == 422
    assert "not there" in answer.get_data(as_text=True)


def test_holding_shows_no_stars_yet(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review(rating=3)
    answer = decide(
        moderator, review, action="hold", reason="not_genuine", note="Five alike.", hold_days="3"
    )
    page = moderator.get(answer.location).get_data(as_text=True)
    assert "Held as possible fraud" in page
    assert "out of 5" not in page
    held = stored(kit, review)
    assert held.decide_by is not None
    assert held.decide_by < clock.now() + timedelta(days=3, minutes=1)


def test_the_second_moderator_is_told_kindly(
    sign_in: Callable[[str], SignedIn], sent_review: Callable[..., Review], kit: Kit
) -> None:
    review, one, other = sent_review(), sign_in("moderator"), sign_in("owner")
    decide(one, review, action="publish")
    late = decide(other, review, action="refuse", reason="unrelated", note="Not about it.")
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Moderator was a moment faster" in page
    assert stored(kit, review).state == "published"


def test_words_that_changed_meanwhile_are_shown_anew(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review()
    with kit.database.transaction(EVERY_SHOP) as session:
        edited = session.get_one(Review, review.id)
        edited.version, edited.body = 2, "Quite other words."
    answer = decide(moderator, review, action="publish")
    assert answer.status_code == 409
    assert "Quite other words." in answer.get_data(as_text=True)
    assert stored(kit, review).state == "pending"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_form_without_a_version_decides_nothing(
    moderator: SignedIn, sent_review: Callable[..., Review], version: str
) -> None:
    answer = decide(moderator, sent_review(), action="publish", version=version)
    assert answer.status_code == 409


def test_an_empty_queue_says_so(moderator: SignedIn) -> None:
    assert "Nothing waits" in moderator.get("/admin/queue").get_data(as_text=True)


def test_the_queue_is_for_those_who_decide(
    agent: SignedIn, analyst: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review()
    for person in (agent, analyst):
        assert person.get("/admin/queue").status_code == 403
        assert decide(person, review, action="publish").status_code == 403
        assert person.get(f"/admin/reviews/{review.id}").status_code == 200
    assert stored(kit, review).state == "pending"


def test_another_shops_review_is_not_there(moderator: SignedIn, kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        theirs = factories.review(session, factories.shop(session))
    for path in (f"/admin/queue/{theirs.id}", f"/admin/reviews/{theirs.id}"):
        assert moderator.get(path).status_code == 404
    assert decide(moderator, theirs, action="publish").status_code == 404


def test_a_decision_needs_the_forms_token(
    moderator: SignedIn, sent_review: Callable[..., Review]
) -> None:
    path = f"/admin/queue/{sent_review().id}/decision"
    answer = moderator.client.post(path, data={"action": "publish", "version": "1"})
    assert answer.status_code == 403


def test_hostile_words_are_shown_as_words(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    hostile = '<script>alert(1)</script> " onmouseover=x {{ 7*7 }} ada@quist.example'
    review = sent_review(title=hostile, body=hostile, display_name=hostile)
    relay_events(kit)
    for path in pages_before_deciding(review):
        page = moderator.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "{{ 7*7 }}" in page


@pytest.mark.parametrize("state", ["", "nowhere", "published"])
def test_a_decision_on_a_state_that_was_never_shown_is_late_not_an_error(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit, state: str
) -> None:
    review = sent_review(rating=4)
    assert decide(moderator, review, action="publish", state=state).status_code == 409
    assert stored(kit, review).state == "pending"
    decide(moderator, review, action="publish")
    path = f"/admin/reviews/{review.id}/decision"
    again = {"action": "refuse", "reason": "unlawful", "note": "A court order."}
    assert moderator.post(path, seen(review, **again, state="nowhere")).status_code == 409
    assert stored(kit, review).state == "published"

"""Asking later: once, with the very content and use, answered without signing in (P1, P2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid
from reviewapp.library.ask_letters import PURPOSE
from reviewapp.library.asking import ask, remind_and_close, subjects_of
from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.rules import ASK_REFUSALS, AskFacts, why_not_ask
from reviewapp.models.library import PermissionAsk
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review import Review
from reviewapp.models.rights import PermissionEntry
from reviewapp.rights.ledger import Act, verify
from reviewapp.rights.service import grant, rights_of
from tests.collect.links import REVIEW, counts, rows

NOW = datetime(2027, 5, 1, 12, tzinfo=UTC)


def asking(kit, review, by, use="print", **values):
    with kit.database.transaction(review.shop_id) as session:
        found = shop_review(session, review.shop_id, review.id)
        options = {"note": "Spring campaign", "ends_on": None} | values
        return ask(session, kit, found, use, contents_of(session, found), by=by, **options)


def held(kit, review):
    with kit.database.transaction(review.shop_id) as session:
        held = rights_of(session, review.id)
        return {right.subject_sha256 for right in held if right.use == "print"}


def address(kit, asked):
    return f"/a/{kit.links.sign(PURPOSE, asked.id)}"


FLAGS = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("published", "erased", "address", "unsubscribed", "asked_before")
    }
)


@given(FLAGS, st.frozensets(st.sampled_from("abc")), st.frozensets(st.sampled_from("abc")))
def test_nobody_is_asked_twice_or_against_their_wish(flags, wanted, allowed):
    refusal = why_not_ask(AskFacts(**flags, wanted=wanted, allowed=allowed))
    fine = (
        flags == {"published": True, "erased": False, "address": True, "unsubscribed": False,
                  "asked_before": False}
        and bool(wanted - allowed)
    )  # fmt: skip
    assert (refusal is None) == fine
    assert refusal is None or refusal in ASK_REFUSALS


def test_one_mail_shows_the_very_picture_and_the_very_use(kit, published, marketer):
    asked = asking(kit, published, marketer)
    mail = rows(kit, Mail, Mail.letter == "permission_ask")[0]
    assert mail.params["use"] == "In print, such as leaflets, packaging or posters"
    assert "/media/" in mail.params["picture_url"]
    assert mail.params["page_url"].endswith(address(kit, asked))
    kinds = [entry.kind for entry in rows(kit, PermissionEntry) if entry.use == "print"]
    assert kinds.count("asked") == 2


def test_the_page_stores_nothing_and_weighs_yes_and_no_alike(client, kit, published, marketer):
    asked = asking(kit, published, marketer)
    before = counts(kit)
    page = client.get(address(kit, asked)).text
    assert counts(kit) == before
    assert page.count('name="answer"') == 2
    assert "checked" not in page
    assert 'class="button"' in page
    assert "button-primary" not in page
    source = page.split('<img src="')[1].split('"')[0]
    assert client.get(source).content_type.startswith("image/")


@pytest.mark.parametrize(("word", "state"), [("yes", "granted"), ("no", "declined")])
def test_an_answer_is_good_once(client, kit, published, marketer, word, state):
    asked = asking(kit, published, marketer)
    client.post(address(kit, asked), data={"answer": word})
    other = "no" if word == "yes" else "yes"
    client.post(address(kit, asked), data={"answer": other})
    assert rows(kit, PermissionAsk)[0].state == state
    assert bool(held(kit, published)) == (word == "yes")
    (photo,) = [one for one in rows(kit, MediaAsset) if one.review_id == published.id]
    named = [one for one in rows(kit, PermissionEntry) if one.asset_id == photo.id]
    assert {one.proof.get("original_sha256") for one in named} == {photo.source_sha256}
    assert photo.source_sha256, "the file as it came is gone; its name ties the clean one to it"
    with kit.database.transaction(published.shop_id) as session:
        assert verify(session, published.shop_id) == []


def test_a_no_takes_back_what_was_allowed_elsewhere_meanwhile(client, kit, published, marketer):
    asked = asking(kit, published, marketer)
    with kit.database.transaction(published.shop_id) as session:
        review = shop_review(session, published.shop_id, published.id)
        act = Act("en", {"action": "switch"})
        grant(session, review, "print", subjects_of(session, asked), act)
    assert held(kit, published)
    client.post(address(kit, asked), data={"answer": "no"})
    assert not held(kit, published)
    told = [
        event.payload
        for event in rows(kit, OutboxEvent, OutboxEvent.name == "permission.withdrawn")
    ]
    assert [(one["review_id"], one["use"]) for one in told] == [(str(published.id), "print")]


def test_a_second_question_for_the_same_use_is_refused(client, kit, published, marketer):
    asked = asking(kit, published, marketer)
    client.post(address(kit, asked), data={"answer": "no"})
    with pytest.raises(Invalid, match="invalid") as refused:
        asking(kit, published, marketer)
    assert refused.value.fields == {"use": [ASK_REFUSALS["asked_before"]]}
    assert asking(kit, published, marketer, use="email").use == "email"


def test_a_granted_term_ends_by_itself(client, kit, published, marketer):
    with time_machine.travel(NOW, tick=False) as clock:
        asked = asking(kit, published, marketer, ends_on=date(2027, 6, 1))
        client.post(address(kit, asked), data={"answer": "yes"})
        assert held(kit, published)
        clock.move_to(datetime(2027, 6, 2, tzinfo=UTC))
        assert not held(kit, published)


def test_one_reminder_and_then_silence_is_an_answer(kit, published, marketer):
    with time_machine.travel(NOW, tick=False) as clock:
        asking(kit, published, marketer)
        assert remind_and_close(kit) == 0
        clock.shift(timedelta(days=7))
        assert (remind_and_close(kit), remind_and_close(kit)) == (1, 0)
        clock.shift(timedelta(days=23))
        assert (remind_and_close(kit), remind_and_close(kit)) == (1, 0)
    assert rows(kit, PermissionAsk)[0].state == "expired"
    assert len(rows(kit, Mail, Mail.letter == "permission_ask")) == 2


@pytest.mark.parametrize("state", ["withdrawn", "refused"])
def test_what_is_not_published_any_more_is_not_asked_about(client, kit, published, marketer, state):
    asked = asking(kit, published, marketer)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Review, published.id).state = state
    assert client.get(address(kit, asked)).status_code == 410
    assert client.post(address(kit, asked), data={"answer": "yes"}).status_code == 410
    assert client.post("/a/forged", data={"answer": "yes"}).status_code == 404


def test_words_that_are_still_shown_while_an_edit_waits_are_ended_by_the_next_edit(
    kit, client, author, published, marketer
):
    page = f"/mine/reviews/{published.id}"
    author.post(page, REVIEW | {"body": "The handle is too small for me."})
    client.post(address(kit, asking(kit, published, marketer)), data={"answer": "yes"})
    words, photo = held(kit, published), rows(kit, MediaAsset)[0].sha256
    assert words > {photo}, "the decided words, which stand until the edit is decided on"
    author.post(page, REVIEW | {"body": "The handle is far too small for me."})
    assert held(kit, published) == {photo}

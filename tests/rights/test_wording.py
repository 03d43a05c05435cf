"""A shop's own words in licence texts: in their slots only, versioned, never touching grants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES
from reviewapp.rights.differences import differences
from reviewapp.rights.ledger import Act, Subject, verify
from reviewapp.rights.rules import Right
from reviewapp.rights.service import grant, ledger_of, rights_of
from reviewapp.rights.slots import LENGTHS, Slots, wrong_slots
from reviewapp.rights.texts import VERSION, licence_text
from reviewapp.rights.wording import change_wording, changes, text_of, text_shown, texts_shown
from tests import factories

OWN = Slots("Tasse & Co", "Ada, hello@tasse.example", "Thank you for your picture.")
SUBJECT = Subject("a" * 64)


@pytest.fixture
def shop(session):
    return factories.shop(session)


@pytest.fixture
def review(session, shop):
    return factories.review(session, shop)


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_difference_tells_both_texts_whole(before, after):
    found = differences(before, after)
    assert "".join(one.words for one in found if one.kind != "ins") == before
    assert "".join(one.words for one in found if one.kind != "del") == after


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ("friendly", ""),
        ("friendly", "x" * (LENGTHS["friendly"] + 1)),
        ("friendly", "See https://shop.example"),
        ("friendly", "See <b>here</b>"),
        ("friendly", "You get 10 percent for it"),
        ("friendly", "Win a prize!"),
        ("friendly", "Als Dank ein Gutschein"),
        ("friendly", "Un cadeau vous attend"),
        ("friendly", "Un regalo le espera"),
        ("friendly", "Recebe um brinde"),
        ("friendly", "You allow us every use"),
        ("friendly", "Sie erlauben alles"),
        ("friendly", "This is irrevocable"),
        ("shop", "Tasse, for every use"),
        ("shop", "Tasse forever"),
        ("shop", "{contact}"),
        ("contact", "www.tasse.example"),
        ("contact", "ask us"),
        ("contact", ""),
    ],
)
def test_words_that_could_change_the_meaning_are_refused(slot, words):
    assert list(wrong_slots(Slots(**(vars(OWN) | {slot: words})), "Tasse")) == [slot]


@pytest.mark.parametrize(
    "own",
    [
        OWN,
        Slots("Bright Lights, Inc.", "+49 30 1234-567", "Lovely, isn’t it?"),
        Slots("Ünïcödé 東京", "a@b.example", "Danke für Ihr Bild."),
    ],
)
def test_honest_words_pass(own):
    assert wrong_slots(own, "Bright Lights, Inc.") == {}


def test_a_shop_without_its_own_words_shows_the_standard_text(session, shop):
    for language in LANGUAGES:
        assert texts_shown(session, shop.id, language)[4] == licence_text("ads", language)


def test_a_change_is_a_version_and_grants_keep_theirs(session, shop, review):
    grant(session, review, "ads", [SUBJECT], Act("de", {}))
    kept = change_wording(session, shop, "de", OWN, by="Ada")
    assert kept is not None
    assert rights_of(session, review.id) == {Right("ads", SUBJECT.sha256)}
    grant(session, review, "print", [SUBJECT], Act("de", {}))
    first, second = ledger_of(session, review.id)
    assert (first.text_version, second.text_version) == (VERSION, f"{VERSION}.1")
    for entry in (first, second):
        assert text_of(session, entry).sha256 == entry.text_sha256
    assert "Tasse & Co" in text_of(session, second).terms
    assert verify(session, shop.id) == []


def test_what_was_shown_is_what_the_ledger_hashes(session, shop, review):
    shown = text_shown(session, shop.id, "ads", "de")
    change_wording(session, shop, "de", OWN, by="Ada")
    change_wording(session, shop, "de", Slots(), by="Ada")
    grant(session, review, "ads", [SUBJECT], Act("de", {}, text_version=shown.version))
    assert ledger_of(session, review.id)[0].text_sha256 == shown.sha256


@pytest.mark.parametrize(
    "forged", ["9", f"{VERSION}.7", f"{VERSION}.x", "", f"{VERSION}.-1", "\x00"]
)
def test_a_version_nobody_was_shown_is_the_present_one(session, shop, forged):
    change_wording(session, shop, "de", OWN, by="Ada")
    assert text_shown(session, shop.id, "ads", "de", forged).version == f"{VERSION}.1"


def test_every_version_is_kept_with_what_it_changed(session, shop):
    change_wording(session, shop, "fr", OWN, by="Ada")
    assert change_wording(session, shop, "fr", OWN, by="Ada") is None
    change_wording(session, shop, "fr", Slots(), by="Bob")
    newest, own, shipped, first = changes(session, shop.id, "fr")
    assert [newest.version, own.version, shipped.version] == [
        f"{VERSION}.2", f"{VERSION}.1", VERSION,
    ]  # fmt: skip
    assert {one.kind for one in own.pieces} == {"same", "ins"}
    assert {one.kind for one in newest.pieces} == {"same", "del"}
    assert newest.text.terms == shipped.text.terms != first.text.terms
    assert (newest.changed_by, shipped.changed_at, first.pieces) == ("Bob", None, ())


def test_a_version_is_never_changed_afterwards(session, shop):
    change_wording(session, shop, "pt", OWN, by="Ada")
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text("UPDATE licence_wording SET contact = 'x'"))


def test_wrong_words_keep_nothing(session, shop):
    with pytest.raises(Invalid) as refused:
        change_wording(session, shop, "en", Slots("Tasse", "", "Win a prize"), by="Ada")
    assert set(refused.value.fields) == {"contact", "friendly"}
    assert len(changes(session, shop.id, "en")) == 2

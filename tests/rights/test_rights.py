"""Permissions: asked apart, bound to text and subject, ended as easily as given (P1, P2, P3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from reviewapp.core.i18n import LANGUAGES
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.rights import ENTRY_KINDS, USES, PermissionEntry
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.rules import (
    Right,
    Seen,
    releases_in_force,
    releases_missing,
    rights_in_force,
)
from reviewapp.rights.service import (
    grant,
    ledger_of,
    record_permissions,
    rights_of,
    withdraw,
)
from reviewapp.rights.texts import VERSION, licence_text, licence_texts
from tests import factories

WORDS, PHOTO = Subject("a" * 64), Subject("b" * 64)
ACT = Act("de", {"request": "r", "action": "submitted"})


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass
class Entry:
    kind: str
    use: str
    subject_sha256: str
    party: str = "author"
    person: str = ""
    paper: str = ""
    renews: str = ""
    starts_at: datetime = NOW - timedelta(days=1)
    ends_at: datetime | None = None


DIGESTS = {
    "1": {
        "en": "9c7c412402e4",
        "de": "142f3c653f5c",
        "fr": "5608bc420af3",
        "es": "517cafe71ad7",
        "pt": "e93c4fde484b",
    },
    "2": {
        "en": "ac3fd1438c69",
        "de": "0511cb4ab14d",
        "fr": "8ae3fd468f3b",
        "es": "c8c179de8da4",
        "pt": "cfce91a889dc",
    },
}
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(ENTRY_KINDS),
        st.sampled_from(USES[:3]),
        st.sampled_from(["a", "b"]),
    )
)


@given(ENTRIES)
def test_the_last_word_on_each_right_counts(entries):
    held = rights_in_force(entries, NOW)
    for use in USES[:3]:
        for subject in "ab":
            words = [
                entry.kind
                for entry in entries
                if (entry.use, entry.subject_sha256) == (use, subject) and entry.kind != "asked"
            ]
            assert (Right(use, subject) in held) == (words[-1:] == ["granted"])


@given(ENTRIES, st.sampled_from(USES), st.sampled_from(["withdrawn", "expired", "superseded"]))
def test_what_is_ended_is_not_in_force_whatever_came_before(entries, use, kind):
    held = rights_in_force([*entries, Entry(kind, use, "a"), Entry(kind, use, "b")], NOW)
    assert use not in {right.use for right in held}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_use_has_a_text_of_its_own_in_every_language(language):
    texts = licence_texts(language)
    assert [text.use for text in texts] == list(USES)
    assert len({text.sentence for text in texts}) == len(USES)
    assert len({text.sha256 for text in texts}) == len(USES)
    assert len({text.terms for text in texts}) == 1
    assert language == "en" or texts[0].terms != licence_text("site", "en").terms


def test_a_shipped_text_never_changes_under_its_version():
    for version, digests in DIGESTS.items():
        for language in LANGUAGES:
            text = licence_text("ads", language, version)
            assert text.sha256[:12] == digests[language], (version, language)


def test_a_right_holds_within_its_term_only():
    term = Entry("granted", "ads", "a", starts_at=NOW, ends_at=NOW + timedelta(days=1))
    held = {days: rights_in_force([term], NOW + timedelta(days=days)) for days in (-1, 0, 1)}
    assert held == {-1: frozenset(), 0: {Right("ads", "a")}, 1: frozenset()}


@pytest.mark.parametrize("party", ["depicted", "guardian"])
def test_a_person_in_the_picture_cannot_give_but_can_end(party):
    theirs = Entry("granted", "ads", "a", party=party)
    assert rights_in_force([theirs], NOW) == frozenset()
    ended = [Entry("granted", "ads", "a"), Entry("withdrawn", "ads", "a", party=party)]
    assert rights_in_force(ended, NOW) == frozenset()


def test_a_no_of_somebody_in_the_picture_outlasts_the_author(session):
    objection = Entry("withdrawn", "ads", "a", party="guardian")
    again = [Entry("granted", "ads", "a"), objection, Entry("granted", "ads", "a")]
    assert rights_in_force(again, NOW) == frozenset()
    settled = [*again, Entry("granted", "ads", "a", party="guardian"), Entry("granted", "ads", "a")]
    assert rights_in_force(settled, NOW) == {Right("ads", "a")}
    assert releases_in_force(settled, NOW) == {Right("ads", "a"): {"guardian": 1}}
    assert releases_in_force(again, NOW) == {Right("ads", "a"): {"guardian": 0}}


def test_each_person_speaks_for_themselves():
    def said(kind, person):
        return Entry(kind, "ads", "a", party="depicted", person=person)

    author = Entry("granted", "ads", "a")
    one_yes = [author, said("asked", "x"), said("asked", "y"), said("granted", "x")]
    assert rights_in_force(one_yes, NOW) == {Right("ads", "a")}
    assert releases_in_force(one_yes, NOW) == {Right("ads", "a"): {"depicted": 0}}
    both = [*one_yes, said("granted", "y")]
    assert releases_in_force(both, NOW) == {Right("ads", "a"): {"depicted": 2}}
    mistaken = [*one_yes, said("superseded", "y")]
    assert rights_in_force(mistaken, NOW) == {Right("ads", "a")}
    assert releases_in_force(mistaken, NOW) == {Right("ads", "a"): {"depicted": 1}}
    for no in ("declined", "withdrawn"):
        against = [*both, said(no, "y"), said("granted", "x"), author]
        assert rights_in_force(against, NOW) == frozenset()
        assert releases_in_force(against, NOW) == {Right("ads", "a"): {"depicted": 0}}


def test_each_paper_is_one_persons_and_a_no_ends_them_all():
    def paper(reference):
        return Entry("granted", "ads", "a", party="depicted", paper=reference)

    def agreed(*entries):
        return releases_in_force(entries, NOW)[Right("ads", "a")]["depicted"]

    assert agreed(paper("R-1"), paper("R-1")) == 1, "the same paper noted twice"
    assert agreed(paper("R-1"), paper("R-2")) == 2
    asked = Entry("granted", "ads", "a", party="depicted", person="x")
    assert agreed(paper("R-1"), asked) == 2
    no = Entry("withdrawn", "ads", "a", party="depicted")
    assert agreed(paper("R-1"), paper("R-2"), no) == 0
    assert agreed(paper("R-1"), paper("R-2"), no, paper("R-3")) == 1


@pytest.mark.parametrize(
    ("found", "people", "agreed", "missing"),
    [
        ([], 1, {}, set()),
        (["brands"], 1, {}, set()),
        (["people"], 1, {}, {"depicted"}),
        (["people"], 1, {"guardian": 1}, {"depicted"}),
        (["children"], 1, {"depicted": 1}, {"guardian"}),
        (["people", "children"], 2, {"depicted": 1, "guardian": 1}, set()),
        (["people"], 2, {"depicted": 1}, {"depicted"}),
        (["people"], 2, {"depicted": 1, "guardian": 1}, {"depicted"}),
        (["people"], 1, {"depicted": 3}, set()),
        (["people", "children"], 3, {"depicted": 2, "guardian": 1}, set()),
        (["people"], 1, {"depicted": 1, "guardian": 0}, {"guardian"}),
        ([], 1, {"depicted": 0}, {"depicted"}),
    ],
)
def test_as_many_agree_as_were_counted_and_children_never_without_a_guardian(
    found, people, agreed, missing
):
    assert releases_missing(Seen(frozenset(found), people), agreed) == missing


@pytest.fixture
def review(session):
    return factories.review(session, factories.shop(session))


def test_each_use_is_answered_apart(session, review):
    record_permissions(session, review, granted=["ads"], subjects=[WORDS, PHOTO], act=ACT)
    session.flush()
    entries = ledger_of(session, review.id)
    given = {(entry.use, entry.subject_sha256) for entry in entries if entry.kind == "granted"}
    assert given == {("ads", WORDS.sha256), ("ads", PHOTO.sha256)}
    declined = [entry.use for entry in entries if entry.kind == "declined"]
    assert sorted(declined) == sorted(set(USES) - {"ads"})
    expected = licence_text("ads", "de")
    ads = next(entry for entry in entries if entry.use == "ads")
    assert (ads.text_sha256, ads.text_version, ads.text_language) == (
        expected.sha256,
        VERSION,
        "de",
    )
    assert ads.proof == ACT.proof


def test_giving_twice_is_written_once(session, review):
    for _ in range(2):
        grant(session, review, "print", [WORDS, PHOTO], ACT)
    assert len(ledger_of(session, review.id)) == 2


def test_ending_one_use_leaves_the_others(session, review):
    record_permissions(session, review, granted=["ads", "email"], subjects=[WORDS], act=ACT)
    assert withdraw(session, review, ACT, use="ads") == 1
    assert rights_of(session, review.id) == {Right("email", WORDS.sha256)}
    told = session.scalars(select(OutboxEvent)).one()
    assert (told.name, told.payload["use"]) == ("permission.withdrawn", "ads")


def test_ending_all_tells_each_use_once(session, review):
    record_permissions(session, review, granted=["ads", "email"], subjects=[WORDS, PHOTO], act=ACT)
    assert withdraw(session, review, ACT) == 4
    assert rights_of(session, review.id) == frozenset()
    told = session.scalars(select(OutboxEvent)).all()
    assert sorted(event.payload["use"] for event in told) == ["ads", "email"]


def test_ending_what_is_not_given_writes_nothing(session, review):
    assert withdraw(session, review, ACT, use="print") == 0
    assert ledger_of(session, review.id) == []


def test_the_ledger_only_grows(session, review):
    grant(session, review, "print", [WORDS], ACT)
    session.flush()
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text("UPDATE permission_entry SET kind = 'declined'"))


def test_entries_keep_the_file_they_are_about(session, review):
    grant(session, review, "site", [WORDS], ACT)
    kept = session.scalars(select(PermissionEntry)).one()
    assert (kept.asset_id, kept.subject_sha256) == (None, WORDS.sha256)

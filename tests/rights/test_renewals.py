"""A term that is made longer: no gap, never shorter, and a no to it takes nothing away (P3)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from reviewapp.audit import verify_export
from reviewapp.rights import renewals
from reviewapp.rights.certificate import as_pdf, certificate
from reviewapp.rights.ledger import Act, Subject, Terms, entries, verify
from reviewapp.rights.rules import Right, rights_in_force, standing_after
from reviewapp.rights.service import (
    expire_permissions,
    grant,
    granting_entries,
    ledger_of,
    rights_of,
    withdraw,
)
from tests import factories
from tests.rights.test_rights import Entry

START = datetime(2027, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ACT = Act("de", {"ask": "a", "action": "answered", "message_id": "<m@kiln.example>"})
PHOTO = Subject("b" * 64)
FOREVER = 10_000
"""Days: no end."""

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["wait", "wait", "grant", "grant", "renew", "renew", "renew", "asked", "declined",
             "no_renewal", "no_renewal", "withdrawn", "expired", "superseded", "objection"]
        ),
        st.sampled_from([1, 2, 5, 9, FOREVER]),
    ),
    max_size=12,
)  # fmt: skip


class Plain:
    """One use of one thing, as somebody with a calendar would keep it."""

    def __init__(self):
        self.today, self.until, self.objected, self.entries = 0, 0, False, []

    def write(self, kind, days=FOREVER, **values):
        now = START + self.today * DAY
        ends_at = None if days == FOREVER else now + days * DAY
        self.entries.append(Entry(kind, "ads", "a", starts_at=now, ends_at=ends_at, **values))

    def step(self, word, days):
        if word == "wait":
            self.today += days if days != FOREVER else 3
        elif word in ("grant", "renew"):
            self.give(word, days)
        elif word == "no_renewal":
            self.write("declined", renews="the grant before")
        elif word == "objection":
            self.write("withdrawn", party="depicted")
            self.until, self.objected = 0, True
        else:
            self.write(word)
            self.until = self.until if word == "asked" else 0

    def give(self, word, days):
        running = self.until > self.today
        if word == "grant" and running:
            return  # what is in force is not given again
        self.write("granted", days, renews="the grant before" if word == "renew" else "")
        if not self.objected:
            new = FOREVER if days == FOREVER else self.today + days
            self.until = max(self.until, new) if running else new


@given(STEPS)
def test_it_is_in_force_exactly_when_it_should_be(steps):
    plain = Plain()
    for word, days in steps:
        plain.step(word, days)
        for later in (0, 1, 4, 8, 20):
            now = START + (plain.today + later) * DAY
            held = Right("ads", "a") in rights_in_force(plain.entries, now)
            assert held == (plain.until > plain.today + later), (steps, later)
        for standing in standing_after(plain.entries).values():
            assert standing.grant.ends_at == standing.term.ends_at


@pytest.fixture
def running(kit):
    """A photo allowed for adverts for thirty days, since now."""
    with kit.database.transaction("*") as session:
        review = factories.review(session, factories.shop(session))
        grant(session, review, "ads", [PHOTO], ACT, Terms(ends_at=START + 30 * DAY))
        first = granting_entries(session, review.id)[Right("ads", PHOTO.sha256)]
        return review, Subject(PHOTO.sha256, renews=first.hash)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def held(kit, review):
    with kit.database.transaction(review.shop_id) as session:
        return bool(rights_of(session, review.id))


def renewing(kit, running, days):
    review, subject = running
    with kit.database.transaction(review.shop_id) as session:
        renewals.renew(session, review, "ads", [subject], ACT, Terms(ends_at=START + days * DAY))


def test_a_yes_runs_on_where_the_old_term_ends_and_nothing_is_told_to_end(kit, clock, running):
    review, _subject = running
    clock.shift(20 * DAY)
    renewing(kit, running, 90)
    clock.move_to(START + 30 * DAY)
    assert held(kit, review)
    assert expire_permissions(kit) == 0
    clock.move_to(START + 90 * DAY)
    assert not held(kit, review)
    assert (expire_permissions(kit), expire_permissions(kit)) == (1, 0)


def test_a_no_leaves_it_until_its_end_and_then_it_runs_out(kit, clock, running):
    review, subject = running
    with kit.database.transaction(review.shop_id) as session:
        renewals.decline(session, review, "ads", [subject], ACT)
    clock.shift(29 * DAY)
    assert held(kit, review)
    assert expire_permissions(kit) == 0
    clock.shift(1 * DAY)
    assert not held(kit, review)
    assert expire_permissions(kit) == 1


def test_a_shorter_term_is_not_written_and_a_withdrawal_ends_old_and_new(kit, clock, running):
    review, _subject = running
    renewing(kit, running, 10)
    clock.shift(15 * DAY)
    assert held(kit, review), "the yes was to less than what was allowed already"
    renewing(kit, running, 60)
    with kit.database.transaction(review.shop_id) as session:
        assert [one.kind for one in ledger_of(session, review.id)] == ["granted", "granted"]
        assert withdraw(session, review, ACT) == 1
    assert not held(kit, review)
    assert expire_permissions(kit) == 0


def test_the_certificate_shows_both_entries_and_the_ledger_verifies(kit, clock, running, tmp_path):
    review, subject = running
    clock.shift(20 * DAY)
    renewing(kit, running, 90)
    with kit.database.transaction(review.shop_id) as session:
        renewals.decline(session, review, "ads", [subject], ACT)
        entry = granting_entries(session, review.id)[Right("ads", PHOTO.sha256)]
        document = certificate(session, entry, in_force=True)
        assert verify(session, review.shop_id) == []
        lines = [json.dumps(one) for one in entries(session, review.shop_id)]
    (before,) = document["renews"]
    assert before["hash"] == document["ledger"]["proof"]["renews"] == subject.renews
    assert document["permission"]["starts_at"] <= before["ends_at"]
    assert document["ledger"]["proof"]["message_id"] == "<m@kiln.example>"
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(as_pdf(document))).pages)
    assert "Renews" in printed
    assert before["hash"][:20] in printed.replace("\n", "")
    ledger = tmp_path / "permissions.jsonl"
    ledger.write_text("\n".join(lines))
    script = [sys.executable, str(Path(verify_export.__file__)), str(ledger)]
    assert subprocess.run(script, check=False).returncode == 0
    ledger.write_text("\n".join(lines).replace("<m@", "<n@", 1))
    assert subprocess.run(script, check=False).returncode == 1

"""Ends are told ahead, late take-downs stand on the home page, the report can be filed (P3)."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import update

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid
from reviewapp.library.exporting import one_export
from reviewapp.library.making import forget_bundles
from reviewapp.library.noticing import prolong, tell_ends
from reviewapp.library.queries import running_uses
from reviewapp.library.report import by_channel, printable, report_pdf
from reviewapp.library.taking_down import end_terms
from reviewapp.library.texts import TAKE_DOWN_REASONS, USES
from reviewapp.models.account import Member
from reviewapp.models.library import Export, TakeDown
from reviewapp.models.outbox import Mail
from reviewapp.reactions import relay_events
from tests.collect.links import rows, said
from tests.library.test_exporting import Plan, taken

NOW = datetime(2027, 5, 1, 12, tzinfo=UTC)
HOSTILE = [
    '=HYPERLINK("http://x") <b>&amp;</b> \u202egnp.exe \x07',
    "Straße, Größe, déjà vu, ¿Qué?, ação, Ελληνικά, Кириллица",
    "w" * 200,
    "東京 العربية 🎉",
]


@pytest.fixture
def running(kit, shop, published, marketer, check_photo):
    """An export of words and photo with a last day."""
    check_photo()

    def take(until, place="Spring campaign"):
        return taken(kit, shop, published, marketer, Plan("ads", place, until))

    return take


def letters(kit):
    return [mail.params["days"] for mail in rows(kit, Mail, Mail.letter == "use_ends")]


def test_whoever_took_it_out_is_told_thirty_and_seven_days_ahead_once(kit, marketer, running):
    with time_machine.travel(NOW, tick=False) as clock:
        running(date(2027, 6, 30))
        assert tell_ends(kit) == 0
        clock.move_to(datetime(2027, 5, 31, 1, tzinfo=UTC))
        assert (tell_ends(kit), tell_ends(kit)) == (1, 0)
        clock.move_to(datetime(2027, 6, 22, 23, tzinfo=UTC))
        assert tell_ends(kit) == 0
        clock.move_to(datetime(2027, 6, 23, 1, tzinfo=UTC))
        assert (tell_ends(kit), tell_ends(kit)) == (1, 0)
        clock.move_to(datetime(2027, 7, 2, tzinfo=UTC))
        assert tell_ends(kit) == 0
    assert letters(kit) == [30, 7]
    mail = rows(kit, Mail, Mail.letter == "use_ends")[0]
    assert (mail.params["place"], mail.params["pieces"]) == ("Spring campaign", 2)


def test_a_use_that_is_prolonged_is_told_of_its_new_end(kit, shop, marketer, running):
    with time_machine.travel(NOW, tick=False) as clock:
        made = running(date(2027, 5, 20))
        assert tell_ends(kit) == 1
        with kit.database.transaction(shop.id) as session:
            found = one_export(session, shop.id, made.id)
            with pytest.raises(Invalid):
                prolong(session, shop, found, date(2027, 4, 30), by=marketer)
            assert prolong(session, shop, found, date(2027, 7, 1), by=marketer) == []
        clock.move_to(datetime(2027, 5, 21, tzinfo=UTC))
        assert (end_terms(kit), tell_ends(kit)) == (0, 0)
        clock.move_to(datetime(2027, 6, 25, tzinfo=UTC))
        assert tell_ends(kit) == 1
    assert letters(kit) == [19, 6]


def test_nobody_prolongs_what_its_author_ended(kit, shop, author, published, marketer, running):
    made = running(None)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    with kit.database.transaction(shop.id) as session:
        found = one_export(session, shop.id, made.id)
        assert prolong(session, shop, found, None, by=marketer) == ["not_allowed"]


def test_people_who_left_are_not_written_to(kit, shop, marketer, running):
    with time_machine.travel(NOW, tick=False):
        running(date(2027, 5, 5))
        with kit.database.transaction(EVERY_SHOP) as session:
            session.execute(update(Member).values(disabled_at=NOW))
        assert tell_ends(kit) == 0


def test_the_export_page_prolongs_and_says_why_not(kit, owner, running):
    soon = datetime.now(UTC).date() + timedelta(days=40)
    page = f"/admin/library/exports/{running(soon).id}"
    later = soon + timedelta(days=9)
    assert owner.post(f"{page}/until", {"until": later.isoformat()}).status_code == 303
    assert rows(kit, Export)[0].until == later
    for wrong in ("2020-01-01", "soon"):
        refused = owner.post(f"{page}/until", {"until": wrong})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text


def test_what_is_late_or_ends_soon_stands_on_the_home_page(
    kit, shop, author, published, owner, running
):
    today = datetime.now(UTC).date()
    running(today + timedelta(days=3))
    assert "1 use of content ends soon" in said(owner.get("/admin/").text)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    relay_events(kit)
    relay_events(kit)
    assert "late to come down" not in owner.get("/admin/").text
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(TakeDown).values(due_on=today - timedelta(days=1)))
    assert "2 pieces of content are late to come down" in said(owner.get("/admin/").text)


def test_a_bundle_is_deleted_once_something_in_it_ended(kit, author, published, owner, running):
    made = running(None)
    assert kit.storage.exists(made.key)
    assert forget_bundles(kit) == 0
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    relay_events(kit)
    relay_events(kit)
    assert (forget_bundles(kit), forget_bundles(kit)) == (1, 0)
    assert not kit.storage.exists(made.key)
    page = f"/admin/library/exports/{made.id}"
    assert "the bundle is deleted" in owner.get(page).text
    assert owner.get(f"{page}/bundle.zip").status_code == 410


def test_the_report_says_the_same_as_pdf_and_csv(kit, shop, author, published, owner, running):
    for place in HOSTILE:
        running(date(2030, 1, 1), printable(place))
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    relay_events(kit)
    relay_events(kit)
    answer = owner.get("/admin/library/report.pdf")
    assert answer.content_type == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "Paid adverts" in text
    assert "8 in all, 8 to take down, 0 of them late" in text
    for word in ("Straße", "déjà", "ação", "Ελληνικά", "Кириллица", "HYPERLINK", "<b>"):
        assert word in text
    assert "\u202e" not in text
    assert published.id.hex not in text
    assert owner.get("/admin/library/report.csv").text.count("Spring") == 0


def test_a_long_report_and_an_empty_one_are_made(kit, shop):
    names = dict(USES) | dict(TAKE_DOWN_REASONS)

    def words(text, **values):
        return text % values if values else text

    row = {
        "use": "ads", "place": "x" * 500, "taken_out_at": NOW.isoformat(), "until": None,
        "member": None, "asset_id": None, "subject_sha256": "a" * 64,
        "permission_hash": "b" * 64, "take_down_reason": "withdrawn",
        "take_down_due_on": date(2027, 1, 1), "taken_down_at": None, "proof": None,
    }  # fmt: skip
    many = report_pdf("Tasse", by_channel([row] * 60), NOW, words, names)
    assert len(PdfReader(io.BytesIO(many)).pages) > 3
    with kit.database.transaction(shop.id) as session:
        empty = report_pdf("Tasse", by_channel(running_uses(session, shop.id)), NOW, words, names)
    assert "Nothing was taken out." in PdfReader(io.BytesIO(empty)).pages[0].extract_text()

"""A case by mail in a real browser: a reply reopens it, and its evidence is taken away whole."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pypdf
import pytest
import requests
from PIL import Image
from playwright.sync_api import Page, expect

from reviewapp.audit.chain import entry_hash
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.reactions import read_inbox, relay_events
from reviewapp.support.policies import publish_policy
from tests import factories
from tests.browser.following import follow
from tests.inbox.conftest import post_of
from tests.inbox.mails import mail
from tests.support.cases import ANSWER, make_case

POLICY = "Return within 30 days."
AGAIN = "The new mug has a chip as well."


@pytest.fixture
def agent_page(page: Page, kit: Kit, shop: Shop, live: str) -> Page:
    """A page of an agent."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, kit, shop, "agent")
    page.context.add_cookies([{"name": "reviewapp_session", "value": token, "url": live}])
    return page


@pytest.fixture
def case(kit: Kit, shop: Shop) -> Case:
    """A case about a delivered order, and a younger promise to somebody else."""
    with kit.database.transaction(EVERY_SHOP) as session:
        mug = factories.product(session, shop, title="Stoneware mug")
        placed = factories.order(
            session, shop, mug, delivered_days_ago=3, external_id="10412", tracking="TRACK-9"
        )
        asked = factories.request(session, shop, placed)
        made = make_case(session, shop, asked=asked, order_id=placed.id)
        other = factories.customer(session, shop, name="Grace Hold")
        make_case(
            session, shop, asked=factories.request(session, shop, customer_id=other.id),
            due_in_hours=700, opened_at=clock.now() - timedelta(days=2),
        )  # fmt: skip
        publish_policy(
            session, shop, kind="returns", language="en", body=POLICY,
            url="https://kiln.example/returns",
            in_force_from=clock.now() - timedelta(days=400), by="member:1",
        )  # fmt: skip
    return made


def test_a_reply_by_mail_reopens_a_solved_case_and_its_evidence_is_complete(
    agent_page: Page, case: Case, kit: Kit, shop: Shop, live: str
) -> None:
    page, post = agent_page, post_of(kit, shop)
    first = page.locator(".row-link").first
    page.goto(f"{live}/admin/cases/{case.id}")
    page.get_by_label("Answer", exact=True).fill(ANSWER)
    follow(page.get_by_role("button", name="Send and solve"))
    expect(page.get_by_text("the case is solved")).to_be_visible()
    page.goto(f"{live}/admin/cases")
    expect(first).to_have_text("Grace Hold")

    letter = next(one for one in post.letters() if "References" in one)
    raw = mail(
        AGAIN, to=letter["Reply-To"], subject=f"Re: {letter['Subject']}",
        In_Reply_To=letter["Message-ID"], References=letter["References"],
        files=(("chip.jpg", "image/jpeg", _photo()),),
    )  # fmt: skip
    for new in (True, False):  # the mail system tells it twice
        told = requests.post(
            f"{live}/hooks/{post.connection_id}/mail",
            data=raw,
            headers={"Authorization": f"Bearer {post.secret}", "Content-Type": "message/rfc822"},
            timeout=30,
        )
        assert (told.status_code, told.json()["new"]) == (200, new)
    read_inbox(kit)
    relay_events(kit)

    page.reload()
    expect(first).to_have_text("Ada Quist")
    first.click()
    expect(page.locator(".thread")).to_contain_text(AGAIN)
    expect(page.locator(".thread .message")).to_have_count(3)
    expect(page.locator(".thread img")).to_have_count(1)
    with kit.database.transaction(EVERY_SHOP) as session:
        again = session.get_one(Case, case.id)
    assert (again.state, again.reopened_count) == ("open", 1)
    assert again.next_update_due_at is not None
    promised = page.locator(".clock", has_text="Next update").locator("time")
    expect(promised).to_have_attribute("datetime", again.next_update_due_at.isoformat())
    with page.expect_download() as download:
        page.get_by_role("button", name="Take the evidence pack").click()
    _complete(zipfile.ZipFile(BytesIO(download.value.path().read_bytes())))


def _complete(pack: zipfile.ZipFile) -> None:
    """Whoever opens it finds everything, and can prove it."""
    told = json.loads(pack.read("evidence.json"))
    assert (told["order"]["number"], told["order"]["tracking_number"]) == ("10412", "TRACK-9")
    said = [(each["by"], each["body"]) for each in told["conversation"]]
    assert said == [("customer", "The handle broke."), ("shop", ANSWER), ("customer", AGAIN)]
    assert told["conversation"][2]["files"] == ["files/01.jpg"]
    assert Image.open(BytesIO(pack.read("files/01.jpg"))).size == (320, 240)
    assert [each["body"] for each in told["policies"]] == [POLICY]
    assert pack.read("policies/returns-en-1.txt").decode() == POLICY
    decisions = {each["what"] for each in told["decisions"]}
    assert decisions >= {"case.answered", "case.reopened", "case.evidence_taken"}
    moments = [each["at"] for each in told["timeline"]]
    assert moments == sorted(moments)
    assert len(moments) > len(said)
    sums = dict(
        reversed(line.split("  ", 1)) for line in pack.read("SHA256SUMS").decode().splitlines()
    )
    assert set(sums) == set(pack.namelist()) - {"SHA256SUMS"}
    assert all(hashlib.sha256(pack.read(name)).hexdigest() == it for name, it in sums.items())
    log = json.loads(pack.read("log.json"))["entries"]
    assert all(entry_hash(entry["previous_hash"], entry) == entry["hash"] for entry in log)
    paper = pypdf.PdfReader(BytesIO(pack.read("evidence.pdf")))
    words = " ".join(sheet.extract_text() for sheet in paper.pages)
    assert all(it in words for it in ("10412", "TRACK-9", AGAIN, POLICY, log[0]["hash"][:16]))


def _photo() -> bytes:
    sink = BytesIO()
    Image.new("RGB", (320, 240), "#8a3b12").save(sink, "JPEG")
    return sink.getvalue()

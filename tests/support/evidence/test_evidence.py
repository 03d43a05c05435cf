"""The evidence pack: complete, readable by others, and true to the log."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from PIL import Image

from reviewapp.audit.chain import entry_hash
from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Order
from reviewapp.models.media import MediaAsset
from reviewapp.support.policies import publish_policy
from tests import factories
from tests.people import SignedIn
from tests.support.cases import ANSWER, make_case

Committed = Callable[[], Any]


@pytest.fixture
def case(committed: Committed, shop: Shop) -> Case:
    """A case about a delivered order, with policies from before and after it."""
    now = clock.now()
    with committed() as session:
        mug = factories.product(session, shop, title="Stoneware mug 日本 <b>")
        placed = factories.order(session, shop, mug, delivered_days_ago=3, tracking="TRACK-9")
        asked = factories.request(session, shop, placed)
        case = make_case(
            session, shop, asked=asked, order_id=placed.id, customer_id=placed.customer_id
        )
        for body, days in (("Return within 30 days.", 400), ("Return within 14 days.", 1)):
            publish_policy(
                session, shop, kind="returns", language="en", body=body,
                url="https://kiln.example/returns",
                in_force_from=now - timedelta(days=days), by="member:1",
            )  # fmt: skip
    return case


def taken(agent: SignedIn, case: Case) -> zipfile.ZipFile:
    answer = agent.post(f"/admin/cases/{case.id}/evidence", {})
    assert answer.status_code == 200
    assert answer.content_type == "application/zip"
    content = answer.data
    answer.close()
    return zipfile.ZipFile(io.BytesIO(content))


def test_one_click_gives_everything_about_a_case(
    agent: SignedIn, committed: Committed, case: Case
) -> None:
    agent.post(f"/admin/cases/{case.id}/answer", {"body": ANSWER})
    agent.post(f"/admin/cases/{case.id}/note", {"body": "Packed by the new machine."})
    pack = taken(agent, case)
    told = json.loads(pack.read("evidence.json"))
    with committed() as session:
        number = session.get_one(Order, case.order_id).external_id
    assert told["order"]["number"] == number
    assert told["order"]["tracking_number"] == "TRACK-9"
    assert told["order"]["lines"][0]["delivered_at"]
    said = [(each["by"], each["body"]) for each in told["conversation"]]
    assert ("customer", "The handle broke.") in said
    assert ("shop", ANSWER) in said
    assert ("shop, among the team", "Packed by the new machine.") in said
    assert {each["what"] for each in told["decisions"]} >= {"case.answered", "case.evidence_taken"}
    assert [each["at"] for each in told["timeline"]] == sorted(
        each["at"] for each in told["timeline"]
    )


def test_the_policy_is_the_one_in_force_when_they_bought(agent: SignedIn, case: Case) -> None:
    pack = taken(agent, case)
    held = {
        tuple(each["in_force_at"]): each["body"]
        for each in json.loads(pack.read("evidence.json"))["policies"]
    }
    assert held == {("order",): "Return within 30 days.", ("case",): "Return within 14 days."}
    assert pack.read("policies/returns-en-1.txt") == b"Return within 30 days."


def test_every_file_has_its_sum_and_every_log_entry_its_hash(agent: SignedIn, case: Case) -> None:
    agent.post(f"/admin/cases/{case.id}/note", {"body": "Looked at."})
    pack = taken(agent, case)
    sums = dict(
        reversed(line.split("  ", 1)) for line in pack.read("SHA256SUMS").decode().splitlines()
    )
    assert set(sums) == set(pack.namelist()) - {"SHA256SUMS"}
    for name, told in sums.items():
        assert hashlib.sha256(pack.read(name)).hexdigest() == told
    entries = json.loads(pack.read("log.json"))["entries"]
    assert len(entries) == 2
    for entry in entries:
        assert entry_hash(entry["previous_hash"], entry) == entry["hash"]


def test_the_paper_says_the_same_and_is_read_by_others(agent: SignedIn, case: Case) -> None:
    pack = taken(agent, case)
    read = pypdf.PdfReader(io.BytesIO(pack.read("evidence.pdf")))
    words = " ".join(page.extract_text() for page in read.pages)
    for told in ("Evidence pack", "TRACK-9", "The handle broke.", "Return within 14 days."):
        assert told in words


def test_the_photo_goes_along_as_it_is_kept(
    agent: SignedIn, kit: Kit, committed: Committed, case: Case
) -> None:
    picture = jpeg()
    kit.storage.put("evidence/photo", picture, content_type="image/jpeg")
    with committed() as session:
        said = session.query(CaseMessage).filter_by(case_id=case.id).one()
        factories.add(session, MediaAsset(
            shop_id=case.shop_id, case_message_id=said.id, kind="photo", state="ready",
            key="evidence/photo", content_type="image/jpeg", width=4, height=3,
            placeholder="", dominant_color="#008080",
            sha256=hashlib.sha256(picture).hexdigest(), byte_count=len(picture),
        ))  # fmt: skip
    pack = taken(agent, case)
    assert pack.read("files/01.jpg") == picture
    told = json.loads(pack.read("evidence.json"))
    assert told["files"][0]["sha256"] == hashlib.sha256(picture).hexdigest()
    assert told["conversation"][0]["files"] == ["files/01.jpg"]
    kit.storage.delete("evidence/photo")
    assert json.loads(taken(agent, case).read("evidence.json"))["files"][0]["sha256"] is None


def test_another_shops_case_and_other_roles_get_nothing(
    agent: SignedIn, moderator: SignedIn, committed: Committed, case: Case
) -> None:
    with committed() as session:
        other = make_case(session, factories.shop(session))
    assert agent.post(f"/admin/cases/{other.id}/evidence", {}).status_code == 404
    assert moderator.post(f"/admin/cases/{case.id}/evidence", {}).status_code == 403


def jpeg() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (4, 3), "teal").save(sink, "JPEG")
    return sink.getvalue()

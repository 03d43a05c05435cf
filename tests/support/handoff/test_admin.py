"""Helpdesks in the admin: added with what each needs, its key shown to nobody, paused, removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from reviewapp.models.account import Shop
from reviewapp.models.handoff import Handoff, Helpdesk
from reviewapp.support.handoff.setup import note_heard
from tests.people import SignedIn
from tests.support.cases import make_case

Committed = Callable[[], Any]
ZENDESK = {
    "name": "Front desk",
    "address": "https://kiln.zendesk.example",
    "user": "bo@kiln.example",
    "secret": "very-secret-token",
    "cool_down_minutes": "30",
}


def test_a_helpdesk_is_added_and_its_hook_shown_once(owner: SignedIn, committed: Committed) -> None:
    assert "Cases are worked here" in owner.get("/admin/helpdesks").text
    page = owner.post("/admin/helpdesks/new/zendesk", ZENDESK)
    assert re.search(r"/hooks/hk_[\w-]{40,}/zendesk", page.text)
    with committed() as session:
        kept = session.scalars(select(Helpdesk)).one()
        assert b"very-secret-token" not in bytes(kept.secret)
        assert kept.options == {"user": "bo@kiln.example"}
    again = owner.get(f"/admin/helpdesks/{kept.id}").text
    assert "hk_" not in again
    assert "very-secret-token" not in page.text + again
    assert "Front desk" in owner.get("/admin/helpdesks").text


def test_what_is_missing_or_wrong_is_said_and_nothing_typed_is_lost(owner: SignedIn) -> None:
    page = owner.post("/admin/helpdesks/new/chatwoot", {
        "name": "Chat", "address": "ftp://kiln.example", "account": "three",
        "cool_down_minutes": "x",
    })  # fmt: skip
    assert page.status_code == 422
    for told in ("begins with https://", "This is a number.", "This is needed.", "A number from 0"):
        assert told in page.text
    assert 'value="Chat"' in page.text
    assert owner.get("/admin/helpdesks/new/fax").status_code == 404


def test_a_helpdesk_is_said_to_work_only_once_it_answered(
    owner: SignedIn, committed: Committed
) -> None:
    owner.post("/admin/helpdesks/new/zendesk", ZENDESK)
    assert "Not tried yet" in owner.get("/admin/helpdesks").text
    with committed() as session:
        note_heard(session.scalars(select(Helpdesk)).one())
    assert "Works" in owner.get("/admin/helpdesks").text


def test_an_address_inside_is_not_called(owner: SignedIn, committed: Committed) -> None:
    owner.post("/admin/helpdesks/new/freshdesk", ZENDESK | {"address": "http://127.0.0.1:9"})
    with committed() as session:
        kept = session.scalars(select(Helpdesk)).one()
    owner.post(f"/admin/helpdesks/{kept.id}/check", {})
    assert "private network" in owner.get(f"/admin/helpdesks/{kept.id}").text


def test_a_case_is_handed_over_by_hand_once(
    owner: SignedIn, agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    owner.post("/admin/helpdesks/new/zendesk", ZENDESK)
    with committed() as session:
        case = make_case(session, shop)
        kept = session.scalars(select(Helpdesk)).one()
    assert "Hand it over to" in agent.get(f"/admin/cases/{case.id}").text
    for _ in range(2):
        agent.post(f"/admin/helpdesks/cases/{case.id}", {"helpdesk": str(kept.id)})
    with committed() as session:
        assert len(session.scalars(select(Handoff)).all()) == 1
    assert "On its way" in agent.get(f"/admin/cases/{case.id}").text
    assert agent.get("/admin/helpdesks").status_code == 403


def test_removed_its_key_is_forgotten(owner: SignedIn, committed: Committed) -> None:
    owner.post("/admin/helpdesks/new/zendesk", ZENDESK)
    with committed() as session:
        kept = session.scalars(select(Helpdesk)).one()
    owner.post(f"/admin/helpdesks/{kept.id}/state", {"state": "paused"})
    assert "Paused" in owner.get("/admin/helpdesks").text
    owner.post(f"/admin/helpdesks/{kept.id}/state", {"state": "removed"})
    with committed() as session:
        gone = session.get_one(Helpdesk, kept.id)
        assert (gone.secret, gone.hook_digest) == (None, None)
    assert owner.get(f"/admin/helpdesks/{kept.id}").status_code == 404

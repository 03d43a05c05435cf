"""Team, profile, API keys, widget: who may, what changes, what stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from reviewapp.accounts import service, team
from reviewapp.core.errors import Conflict
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import ApiKey, Member, MemberSession, Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.outbox import Mail
from tests import factories
from tests.people import SignedIn

Committed = Callable[[], Any]


def me(committed: Committed, role: str = "owner") -> Member:
    with committed() as session:
        return session.scalars(select(Member).where(Member.role == role)).one()


def actions(committed: Committed) -> list[str]:
    with committed() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


def test_an_invited_member_gets_a_letter_and_comes_in(
    owner: SignedIn, app: Flask, committed: Committed
) -> None:
    data = {"email": "Bo@Kiln.example", "name": "Bo", "role": "agent"}
    assert owner.post("/admin/team", data).status_code == 302
    with committed() as session:
        letter = session.scalars(select(Mail)).one()
    assert (letter.letter, letter.to_email) == ("invitation", "bo@kiln.example")
    assert letter.params["inviter"] == "Owner"
    path = letter.params["link_url"].removeprefix("http://localhost")
    browser = app.test_client()
    assert browser.post(path, data={"password": "vier Worte ohne Zwang"}).status_code == 302
    assert browser.get("/admin/cases").status_code == 200
    assert browser.get("/admin/team").status_code == 403
    assert "is invited" in owner.get("/admin/team").text


def test_a_new_invitation_ends_the_old_one(
    owner: SignedIn, app: Flask, committed: Committed
) -> None:
    owner.post("/admin/team", {"email": "bo@kiln.example", "role": "agent"})
    bo = me(committed, "agent")
    owner.post(f"/admin/team/{bo.id}/invite")
    with committed() as session:
        links = [
            mail.params["link_url"] for mail in session.scalars(select(Mail).order_by(Mail.id))
        ]
    answers = [app.test_client().get(link.removeprefix("http://localhost")) for link in links]
    assert [answer.status_code for answer in answers] == [404, 200]


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [
        ({"email": "no address", "role": "agent"}, 422, "This is not a mail address."),
        ({"email": "bo@kiln.example", "role": "king"}, 422, "One of owner"),
        ({"email": "twice@kiln.example", "role": "agent"}, 409, "is in the team already"),
        ({}, 422, "One of owner"),
        ({"email": "a\x00b@kiln.example", "role": "\x00"}, 422, "One of owner"),
    ],
)
def test_an_invitation_that_cannot_be_says_why_and_keeps_what_was_typed(
    owner: SignedIn, committed: Committed, shop: Shop, data: dict[str, str], status: int, told: str
) -> None:
    with committed() as session:
        factories.member(session, shop, email="twice@kiln.example")
    answer = owner.post("/admin/team", data)
    assert answer.status_code == status
    assert told in answer.text
    assert data.get("email", "").replace("\x00", "") in answer.text.replace("\x00", "")
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []


def test_the_last_owner_stays_one(owner: SignedIn, committed: Committed) -> None:
    path = f"/admin/team/{me(committed).id}"
    for act, data in (("role", {"role": "agent"}), ("disable", {})):
        answer = owner.post(f"{path}/{act}", data)
        assert "A shop needs an owner." in owner.get(answer.headers["Location"]).text
    kept = me(committed)
    assert kept.disabled_at is None


def test_one_of_two_owners_may_go_and_is_out_at_once(
    owner: SignedIn, sign_in: Callable[[str], SignedIn], committed: Committed
) -> None:
    first = me(committed)
    second = sign_in("owner")
    second.post(f"/admin/team/{first.id}/disable")
    assert owner.get("/admin/").status_code == 302
    second.post(f"/admin/team/{first.id}/enable")
    assert owner.get("/admin/").status_code == 302
    assert actions(committed)[-2:] == ["member.disabled", "member.enabled"]


def test_two_owners_cannot_both_let_the_other_go(
    kit: Kit, shop: Shop, committed: Committed
) -> None:
    with committed() as session:
        ids = [factories.member(session, shop).id for _ in range(2)]
    with committed() as session:
        team.disable_member(session, shop, session.get_one(Member, ids[0]), by="system")
    with committed() as session, pytest.raises(Conflict):
        team.disable_member(session, shop, session.get_one(Member, ids[1]), by="system")


def test_a_role_changes_what_may_be_done_at_once(
    owner: SignedIn, agent: SignedIn, committed: Committed
) -> None:
    owner.post(f"/admin/team/{me(committed, 'agent').id}/role", {"role": "analyst"})
    path = f"/admin/cases/{new_id()}/note"
    assert agent.post(path, {"body": "x"}).status_code == 403
    assert actions(committed)[-1] == "member.role_changed"


def test_a_member_is_signed_out_everywhere(
    owner: SignedIn, agent: SignedIn, committed: Committed
) -> None:
    owner.post(f"/admin/team/{me(committed, 'agent').id}/sessions")
    assert agent.get("/admin/").status_code == 302


def test_another_shops_member_is_not_there(owner: SignedIn, committed: Committed) -> None:
    with committed() as session:
        theirs = factories.member(session, factories.shop(session))
    assert owner.get(f"/admin/team/{theirs.id}").status_code == 404
    assert owner.post(f"/admin/team/{theirs.id}/disable").status_code == 404


@pytest.mark.parametrize("path", ["/admin/team", "/admin/keys", "/admin/settings"])
@pytest.mark.parametrize("role", ["moderator", "marketer", "agent", "analyst"])
def test_only_owners_set_the_shop_up(
    sign_in: Callable[[str], SignedIn], role: str, path: str
) -> None:
    person = sign_in(role)
    assert person.get(path).status_code == 403
    assert f'href="{path}"' not in person.get("/admin/").text


def test_a_key_is_shown_once_works_and_is_revoked(
    owner: SignedIn, app: Flask, committed: Committed
) -> None:
    page = owner.post("/admin/keys", {"name": "Shop system", "role": "analyst"}).text
    secret = re.search(r"sk_[\w-]{43}", page)[0]
    assert secret not in owner.get("/admin/keys").text
    headers = {"Authorization": f"Bearer {secret}"}
    program = app.test_client()
    assert program.get("/api/v1/products", headers=headers).status_code == 200
    assert (
        program.put("/api/v1/products/x", json={"title": "x"}, headers=headers).status_code == 403
    )
    with committed() as session:
        key = session.scalars(select(ApiKey)).one()
    assert key.created_by == me(committed).id
    owner.post(f"/admin/keys/{key.id}/revoke")
    assert program.get("/api/v1/products", headers=headers).status_code == 401
    assert owner.post(f"/admin/keys/{key.id}/revoke").status_code == 404
    assert actions(committed) == ["key.created", "key.revoked"]


def test_a_key_needs_a_known_role(owner: SignedIn, committed: Committed) -> None:
    assert owner.post("/admin/keys", {"name": "x", "role": "root"}).status_code == 422
    with committed() as session:
        assert session.scalars(select(ApiKey)).all() == []


def test_a_password_is_changed_by_who_knows_the_present_one(
    agent: SignedIn, committed: Committed, app: Flask
) -> None:
    person = me(committed, "agent")
    with committed() as session:
        token = service.start_session(session, session.get_one(Member, person.id))
    elsewhere = app.test_client()
    elsewhere.set_cookie("reviewapp_session", token)
    path = "/admin/profile/password"
    assert agent.post(path, {"password": "vier Worte ohne Zwang"}).status_code == 302
    assert elsewhere.get("/admin/").status_code == 302
    assert agent.get("/admin/").status_code == 200
    new = {"password": "five other plain words here"}
    wrong = agent.post(path, new | {"current": "not it"})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    assert agent.post(path, new | {"current": "vier Worte ohne Zwang"}).status_code == 302
    short = agent.post(path, {"password": "kurz", "current": new["password"]})
    assert short.status_code == 422
    assert "Use between 8 and 128 characters." in short.text


def test_other_browsers_are_signed_out_and_this_one_stays(
    agent: SignedIn, committed: Committed
) -> None:
    with committed() as session:
        service.start_session(session, session.scalars(select(Member)).one(), "Firefox")
    assert "Firefox" in agent.get("/admin/profile").text
    agent.post("/admin/profile/sessions")
    with committed() as session:
        assert len(session.scalars(select(MemberSession)).all()) == 1
    assert agent.get("/admin/").status_code == 200


def test_the_widget_page_holds_this_shops_lines(analyst: SignedIn, shop: Shop) -> None:
    page = unescape(analyst.get("/admin/widget").text)
    assert f'src="http://localhost/widget/v1/embed.js" data-shop="{shop.widget_key}"' in page
    assert '<review-list product="SKU">' in page


def test_a_made_shop_is_whole(session: Any) -> None:
    made = service.create_shop(session, name=" Kiln ", email="ada@kiln.example")
    assert made.shop.widget_key.startswith("wk_")
    assert made.api_key.startswith("sk_")
    link, member = service.live_link(session, made.sign_in_token)
    assert (member.id, member.role, link.purpose) == (made.owner.id, "owner", "sign_in")
    assert isinstance(made.shop.id, UUID)

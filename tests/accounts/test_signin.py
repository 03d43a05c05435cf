"""The door to the admin, with real sessions and letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.accounts import service
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import digest
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, MemberSession, Shop, SignInLink
from reviewapp.models.audit import AuditEntry
from reviewapp.models.outbox import Mail
from reviewapp.web.auth import IDLE, SESSION_COOKIE
from tests import factories

PASSWORD = "vier Worte ohne Zwang"


@pytest.fixture
def ada(kit: Kit, shop: Shop) -> Member:
    """An owner with a password."""
    with kit.database.transaction(EVERY_SHOP) as session:
        member = factories.member(session, shop, email="ada@kiln.example", name="Ada Quist")
        service.set_password(session, member, PASSWORD)
    return member


def link_for(kit: Kit, member: Member, **options: object) -> str:
    """A fresh link's path."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token = service.issue_link(session, session.get_one(Member, member.id), **options)
    return f"/signin/link/{token}"


def enter(client: FlaskClient, email: str, password: str, **data: str) -> object:
    return client.post("/signin", data={"email": email, "password": password, **data})


def test_a_member_signs_in_with_a_password(client: FlaskClient, ada: Member) -> None:
    answer = enter(client, " ADA@kiln.example ", PASSWORD)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin/"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/admin/").status_code == 200


def test_the_cookie_is_kept_as_a_digest_only(client: FlaskClient, kit: Kit, ada: Member) -> None:
    enter(client, ada.email, PASSWORD)
    token = client.get_cookie(SESSION_COOKIE).value
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalars(select(MemberSession.token_digest)).all() == [digest(token)]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@kiln.example", "wrong words"),
        ("nobody@kiln.example", PASSWORD),
        ("", ""),
        ("ada@kiln.example\x00", "\x00"),
        ("a" * 5000, "b" * 5000),
    ],
)
def test_whatever_was_wrong_the_page_says_the_same(
    client: FlaskClient, ada: Member, email: str, password: str
) -> None:
    answer = enter(client, email, password)
    assert answer.status_code == 422
    assert "We do not know this address and password together." in answer.text
    assert password not in answer.text or not password
    assert client.get_cookie(SESSION_COOKIE) is None


def test_somebody_who_left_cannot_sign_in(client: FlaskClient, kit: Kit, ada: Member) -> None:
    path = link_for(kit, ada)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Member, ada.id).disabled_at = clock.now()
    assert enter(client, ada.email, PASSWORD).status_code == 422
    assert client.post(path).status_code == 404


def test_guessing_is_slowed_down_for_the_account(client: FlaskClient, ada: Member) -> None:
    answers = [enter(client, ada.email, "wrong").status_code for _ in range(10)]
    assert answers[:8] == [422] * 8
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/admin/cases?state=open&after=x-_%3D", "/admin/cases?state=open&after=x-_%3D"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/admin", "/admin/"),
        ("/administrator", "/admin/"),
        ("/admin\\evil.example", "/admin/"),
        ("/admin/\r\nSet-Cookie: a=b", "/admin/"),
    ],
)
def test_signing_in_leads_on_to_our_own_pages_only(
    client: FlaskClient, ada: Member, wanted: str, led: str
) -> None:
    answer = enter(client, ada.email, PASSWORD, next=wanted)
    assert answer.headers["Location"] == led


def test_a_stranger_is_sent_to_sign_in_and_back(client: FlaskClient, ada: Member) -> None:
    away = client.get("/admin/cases?state=open")
    assert away.headers["Location"] == "/signin?next=/admin/cases?state%3Dopen"
    assert (
        'name="next" value="/admin/cases?state=open"' in client.get(away.headers["Location"]).text
    )


def test_a_session_begins_anew_at_each_sign_in(client: FlaskClient, kit: Kit, ada: Member) -> None:
    enter(client, ada.email, PASSWORD)
    first = client.get_cookie(SESSION_COOKIE).value
    enter(client, ada.email, PASSWORD)
    assert client.get_cookie(SESSION_COOKIE).value != first
    client.set_cookie(SESSION_COOKIE, first)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("after", [IDLE + timedelta(minutes=1), service.SESSION_TERM])
def test_a_session_ends_by_itself(client: FlaskClient, ada: Member, after: timedelta) -> None:
    enter(client, ada.email, PASSWORD)
    with time_machine.travel(clock.now() + after, tick=False):
        assert client.get("/admin/").status_code == 302


def test_a_used_session_still_ends_after_its_term(client: FlaskClient, ada: Member) -> None:
    begun = clock.now()
    enter(client, ada.email, PASSWORD)
    for day in range(5, 30, 5):
        with time_machine.travel(begun + timedelta(days=day), tick=False):
            assert client.get("/admin/").status_code == 200
    with time_machine.travel(begun + service.SESSION_TERM + timedelta(minutes=1), tick=False):
        assert client.get("/admin/").status_code == 302


def test_signing_out_ends_the_session(client: FlaskClient, ada: Member) -> None:
    enter(client, ada.email, PASSWORD)
    token = client.get_cookie(SESSION_COOKIE).value
    assert client.post("/signin/out").headers["Location"] == "/signin"
    client.set_cookie(SESSION_COOKIE, token)
    assert client.get("/admin/").status_code == 302


def test_another_site_cannot_sign_anybody_in_or_out(client: FlaskClient, ada: Member) -> None:
    away = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    data = {"email": ada.email, "password": PASSWORD}
    assert client.post("/signin", data=data, headers=away).status_code == 403
    assert client.post("/signin/out", headers=away).status_code == 403


def test_a_link_is_mailed_to_members_and_the_page_does_not_tell(
    client: FlaskClient, kit: Kit, ada: Member
) -> None:
    pages = [
        client.post("/signin/link", data={"email": email}).text.replace(email, "…")
        for email in (ada.email, "nobody@kiln.example")
    ]
    assert pages[0] == pages[1]
    with kit.database.transaction(EVERY_SHOP) as session:
        letter = session.scalars(select(Mail)).one()
    assert (letter.letter, letter.to_email, letter.params["minutes"]) == ("sign_in", ada.email, 10)
    assert letter.params["link_url"].startswith("http://localhost/signin/link/in_")


def test_opening_a_link_does_not_spend_it(client: FlaskClient, kit: Kit, ada: Member) -> None:
    path = link_for(kit, ada)
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert client.post(path).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_link_works_once(client: FlaskClient, kit: Kit, ada: Member) -> None:
    path = link_for(kit, ada)
    client.post(path)
    again = client.post(path)
    assert again.status_code == 404
    assert "used already or is too old" in again.text


def test_a_link_runs_out(client: FlaskClient, kit: Kit, ada: Member) -> None:
    path = link_for(kit, ada)
    with time_machine.travel(clock.now() + service.LINK_TERM + timedelta(seconds=1), tick=False):
        assert client.get(path).status_code == 404


def test_an_invited_member_must_choose_a_password(
    client: FlaskClient, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        bo = factories.member(session, shop, "agent", email="bo@kiln.example", name="Bo")
    path = link_for(kit, bo, purpose="invitation", term=service.INVITATION_TERM)
    assert "Choose a password" in client.get(path).text
    refused = client.post(path, data={"password": "password1"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert client.post(path, data={"password": PASSWORD}).status_code == 302
    client.post("/signin/out")
    assert enter(client, bo.email, PASSWORD).status_code == 302


def test_a_forgotten_password_is_replaced_by_link_and_ends_all_sessions(
    app: object, client: FlaskClient, kit: Kit, ada: Member
) -> None:
    enter(client, ada.email, PASSWORD)
    elsewhere = app.test_client()
    elsewhere.post(link_for(kit, ada), data={"password": "other four plain words"})
    assert elsewhere.get("/admin/").status_code == 200
    assert client.get("/admin/").status_code == 302
    assert enter(client, ada.email, PASSWORD).status_code == 422


def test_signing_in_is_in_the_log(client: FlaskClient, kit: Kit, ada: Member) -> None:
    enter(client, ada.email, PASSWORD)
    with kit.database.transaction(EVERY_SHOP) as session:
        signed_in = select(AuditEntry).where(AuditEntry.action == "member.signed_in")
        entry = session.scalars(signed_in).one()
    assert (entry.actor, entry.subject) == (f"member:{ada.id}", f"member:{ada.id}")


def test_the_sign_in_pages_are_not_kept_or_indexed(client: FlaskClient) -> None:
    answer = client.get("/signin")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_two_who_spend_a_link_at_once_get_one_session(kit: Kit, ada: Member) -> None:
    token = link_for(kit, ada).rpartition("/")[2]
    with kit.database.open(EVERY_SHOP) as one, kit.database.open(EVERY_SHOP) as other:
        first, _ = service.live_link(one, token)
        second, _ = service.live_link(other, token)
        service.spend_link(one, first)
        one.commit()
        with pytest.raises(service.Conflict):
            service.spend_link(other, second)
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalars(select(SignInLink.used_at)).one() is not None


def test_every_shop_someone_works_in_mails_its_own_link(
    client: FlaskClient, kit: Kit, ada: Member, committed: Callable[[], object]
) -> None:
    with committed() as session:
        second = factories.shop(session, name="Second")
        factories.member(session, second, email=ada.email, name="Ada")
    client.post("/signin/link", data={"email": ada.email})
    with committed() as session:
        assert len(set(session.scalars(select(Mail.shop_id)))) == 2


def test_nobody_can_fill_a_members_mailbox_with_links(app: Flask, kit: Kit, ada: Member) -> None:
    answers = [
        app.test_client().post(
            "/signin/link", data={"email": ada.email}, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}
        )
        for n in range(7)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    with kit.database.transaction(EVERY_SHOP) as session:
        assert len(session.scalars(select(Mail)).all()) == 5

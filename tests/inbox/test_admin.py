"""The operator's pages: mailboxes set up and watched, stopped mails with their reasons."""

from __future__ import annotations

import pytest

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.sealing import Sealer
from reviewapp.doctor import examine
from reviewapp.inbox.fetching import password_of
from reviewapp.models.audit import AuditEntry
from reviewapp.models.mailbox import InboundMail, MailConnection
from reviewapp.reactions import read_inbox
from tests import factories
from tests.inbox.conftest import post_of
from tests.inbox.mails import mail

FORM = {
    "kind": "imap", "address": "Help@kiln.example", "plus_addresses": "1", "strangers": "open",
    "host": "imap.kiln.example", "port": "", "security": "tls", "username": "help",
    "password": "s3cret", "folder": "INBOX",
}  # fmt: skip


def mailboxes(kit):
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.query(MailConnection).order_by(MailConnection.id).all()


def test_a_mailbox_is_connected_with_its_password_sealed(kit, owner) -> None:
    assert owner.post("/admin/mailboxes/new", FORM).status_code == 302
    (kept,) = mailboxes(kit)
    assert (kept.address, kept.port, kept.state) == ("help@kiln.example", 993, "active")
    assert b"s3cret" not in kept.secret
    assert password_of(kit, kept) == "s3cret"
    page = owner.get(f"/admin/mailboxes/{kept.id}").text
    assert "imap.kiln.example" in page
    assert "s3cret" not in page


@pytest.mark.parametrize("kind", ["imap", "hook"])
def test_a_new_mailbox_begins_with_an_empty_form(owner, kind) -> None:
    page = owner.get(f"/admin/mailboxes/new?kind={kind}")
    assert page.status_code == 200
    assert ('name="host"' in page.text) == (kind == "imap")


def test_a_change_without_a_password_keeps_the_one_there(kit, owner) -> None:
    owner.post("/admin/mailboxes/new", FORM)
    (kept,) = mailboxes(kit)
    told = FORM | {"password": "", "host": "mail.kiln.example", "strangers": "wait"}
    owner.post(f"/admin/mailboxes/{kept.id}", told)
    (kept,) = mailboxes(kit)
    assert (kept.host, kept.strangers, password_of(kit, kept)) == (
        "mail.kiln.example", "wait", "s3cret",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "no address"), ("host", "a b"), ("port", "70000"), ("username", "a\tb c"),
     ("password", ""), ("security", "none"), ("strangers", "eat"), ("folder", "Entwürfe")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(kit, owner, field, value) -> None:
    page = owner.post("/admin/mailboxes/new", FORM | {field: value})
    assert page.status_code == 422
    assert "imap.kiln.example" in page.text or field == "host"
    assert "s3cret" not in page.text
    assert mailboxes(kit) == []


def test_one_address_is_connected_once(kit, owner) -> None:
    owner.post("/admin/mailboxes/new", FORM)
    assert owner.post("/admin/mailboxes/new", FORM).status_code == 422
    assert len(mailboxes(kit)) == 1


def test_a_posters_secret_is_shown_once_and_can_be_renewed(kit, owner) -> None:
    page = owner.post("/admin/mailboxes/new", FORM | {"kind": "hook"}).text
    (kept,) = mailboxes(kit)
    first = Sealer(kit.settings.secret_keys).unseal_text(kept.secret, kept.id.bytes)
    assert first in page
    assert f"/hooks/{kept.id}/mail" in page
    assert first not in owner.get(f"/admin/mailboxes/{kept.id}").text
    fresh = owner.post(f"/admin/mailboxes/{kept.id}/secret").text
    assert first not in fresh
    assert password_of(kit, mailboxes(kit)[0]) in fresh


def test_pause_and_state_are_shown(kit, owner) -> None:
    owner.post("/admin/mailboxes/new", FORM)
    (kept,) = mailboxes(kit)
    owner.post(f"/admin/mailboxes/{kept.id}/pause")
    assert "Paused" in owner.get("/admin/mailboxes").text
    owner.post(f"/admin/mailboxes/{kept.id}/go-on")
    with kit.database.transaction(EVERY_SHOP) as session:
        found = session.get_one(MailConnection, kept.id)
        found.failures, found.last_error = 3, "The server refused the name or the password."
    page = owner.get("/admin/mailboxes").text
    assert "Failing" in page
    assert "refused the name" in page
    told = next(finding for finding in examine(kit) if finding.part == "mailboxes")
    assert not told.well
    assert "refused the name" in told.seen


def test_a_test_of_a_mailbox_says_what_is_wrong(kit, owner) -> None:
    owner.post("/admin/mailboxes/new", FORM | {"host": "127.0.0.1", "port": "1"})
    (kept,) = mailboxes(kit)
    owner.post(f"/admin/mailboxes/{kept.id}/test")
    assert "private network" in owner.get("/admin/mailboxes").text


@pytest.mark.parametrize("person", ["agent", "moderator", "marketer"])
def test_only_who_edits_the_shop_sets_mailboxes_up(person, request) -> None:
    assert request.getfixturevalue(person).get("/admin/mailboxes").status_code == 403


class TestIncoming:
    """What was stopped is shown with its reason, and a person may say otherwise."""

    def test_stopped_mails_and_their_reasons(self, post, agent) -> None:
        post.take(mail(subject="Away", Auto_Submitted="auto-replied"))
        page = agent.get("/admin/incoming?view=stopped").text
        assert "Away" in page
        assert "It says itself that it is automatic" in page

    def test_a_person_may_take_a_stopped_mail_for_a_message(self, post, agent) -> None:
        row = post.take(mail("But I am a person!", List_Id="<x.example>"))
        agent.post(f"/admin/incoming/{row.id}/case")
        read_inbox(post.kit)
        (case,) = post.cases()
        assert post.said(case.id)[0].body == "But I am a person!"
        assert post.row(row.id).reason == "by_hand"

    def test_a_waiting_mail_can_be_put_away(self, post, agent) -> None:
        post.set(strangers="wait")
        row = post.take(mail())
        assert "ada@customers.example" in agent.get("/admin/incoming").text
        agent.post(f"/admin/incoming/{row.id}/dismiss")
        assert post.row(row.id).state == "dismissed"
        assert "ada@customers.example" not in agent.get("/admin/incoming").text

    def test_a_mail_can_be_had_as_it_came_and_the_log_knows(self, post, agent) -> None:
        raw = mail("As it came.")
        row = post.take(raw)
        answer = agent.post(f"/admin/incoming/{row.id}/raw")
        assert answer.data == raw
        assert "attachment" in answer.headers["Content-Disposition"]
        with post.kit.database.transaction(post.shop_id) as session:
            actions = [entry.action for entry in session.query(AuditEntry)]
        assert "mail.opened" in actions

    def test_another_shops_mails_are_not_there(self, kit, agent) -> None:
        with kit.database.transaction(EVERY_SHOP) as session:
            other = factories.shop(session)
        post = post_of(kit, other)
        row = post.take(mail())
        for act in ("case", "dismiss", "raw"):
            assert agent.post(f"/admin/incoming/{row.id}/{act}").status_code == 404
        assert post.row(row.id).state == "done"
        assert agent.get("/admin/incoming?view=all").text.count("ada@customers.example") == 0


def test_the_case_shows_quotes_and_an_unproven_sender(post, agent) -> None:
    row = post.take(mail("Please help.\n\nOn 3 Nov 2026, Kiln wrote:\n> How was it?\n"))
    page = agent.get(f"/admin/cases/{row.case_id}").text
    assert "Please help." in page
    assert "<summary>Quoted text and signature</summary>" in page
    assert "nothing proves who wrote it" in page


def test_incoming_rows_are_walled_off(post, kit) -> None:
    row = post.take(mail())
    with kit.database.transaction(row.connection_id) as session:
        assert session.get(InboundMail, row.id) is None

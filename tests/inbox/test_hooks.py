"""The door where programs post mails: only with the secret, only so large, each mail once."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest

from reviewapp.core import clock
from reviewapp.models.mailbox import InboundMail
from reviewapp.reactions import read_inbox
from tests.inbox.mails import mail

RAW = {"Content-Type": "message/rfc822"}


@pytest.fixture
def door(post, client):
    def knock(body=b"", *, connection_id=None, **values):
        address = f"/hooks/{connection_id or post.connection_id}/mail"
        return client.post(address, data=body, **values)

    return knock


def bearer(secret):
    return {"Authorization": f"Bearer {secret}", **RAW}


def signed(secret, body, at=None, message_id="msg_1"):
    stamp = int((at or clock.now()).timestamp())
    key = b64decode(secret.removeprefix("whsec_"))
    mark = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": f"v1,AAAA v1,{b64encode(mark).decode()}",
        **RAW,
    }


def rows(post):
    with post.kit.database.transaction(post.shop_id) as session:
        return session.query(InboundMail).all()


def test_a_posted_mail_becomes_a_case_once(post, door) -> None:
    raw = mail("Is it blue?")
    first = door(raw, headers=bearer(post.secret))
    again = door(raw, headers=signed(post.secret, raw))
    assert (first.status_code, first.json["new"]) == (200, True)
    assert (again.status_code, again.json["new"]) == (200, False)
    assert first.json["id"] == again.json["id"]
    read_inbox(post.kit)
    assert len(post.cases()) == 1


@pytest.mark.parametrize("field", ["email", "body-mime", "message"])
def test_providers_forms_are_understood(post, door, field) -> None:
    basic = b64encode(f"x:{post.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    told = door({field: mail().decode()}, headers=headers)
    assert told.json["new"] is True
    file = {field: (BytesIO(mail()), "mail.eml")}
    assert door(file, headers=headers, content_type="multipart/form-data").json["new"] is True


@pytest.mark.parametrize("change", ["secret", "body", "time", "version", "nothing"])
def test_nobody_posts_without_the_secret(post, door, change) -> None:
    raw = mail()
    headers = {
        "secret": bearer("whsec_AAAA"),
        "body": signed(post.secret, raw + b"x"),
        "time": signed(post.secret, raw, at=clock.now() - timedelta(minutes=6)),
        "version": signed(post.secret, raw) | {"webhook-signature": "v2,AAAA"},
        "nothing": RAW,
    }[change]
    refused = door(raw, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (401, "signature_wrong")
    assert rows(post) == []


def test_too_large_empty_and_unknown_are_refused(post, door) -> None:
    post.kit.__dict__["settings"] = post.kit.settings.changed(max_mail_bytes=3_000)
    assert door(mail("x" * 4_000), headers=bearer(post.secret)).status_code == 413
    assert door(mail("x" * 9_000), headers=bearer(post.secret)).status_code == 413
    assert door(b"  ", headers=bearer(post.secret)).json["code"] == "mail_missing"
    unknown = door(mail(), connection_id=post.shop_id, headers=bearer(post.secret))
    assert unknown.status_code == 404
    assert rows(post) == []


def test_a_paused_mailbox_says_so_and_the_poster_keeps_the_mail(post, door) -> None:
    post.set(state="paused")
    refused = door(mail(), headers=bearer(post.secret))
    assert (refused.status_code, refused.json["code"]) == (410, "connection_paused")

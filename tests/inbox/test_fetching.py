"""Fetching from a real IMAP server: nothing lost, nothing doubled, and patient with its faults."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.sealing import Sealer
from reviewapp.core.settings import Settings
from reviewapp.inbox import fetching, imap
from reviewapp.inbox.connecting import Wanted, add, go_on, pause
from reviewapp.inbox.fetching import LEASE, fetch_mail, look_at
from reviewapp.inbox.imap import ImapFailed, Server
from reviewapp.models.mailbox import InboundMail, MailConnection
from tests import factories
from tests.inbox import dovecot
from tests.inbox.mails import mail
from tests.outbox.relays import scripted

GREETING = "* OK ready"


@pytest.fixture(scope="module")
def running() -> Iterator[dovecot.ImapServer]:
    """One server for all; its mailbox is emptied between tests."""
    program = dovecot.binary()
    if program is None:
        pytest.skip("no IMAP server here: Dovecot (DOVECOT_BIN, or Debian's dovecot-imapd)")
    folder = Path(tempfile.mkdtemp(prefix="dv-"))  # its sockets need a short path
    with dovecot.running(program, folder) as server:
        yield server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(running, monkeypatch) -> dovecot.ImapServer:
    monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_file))
    with running.talk() as talk:
        if talk.select("INBOX")[1] != [b"0"]:
            talk.store("1:*", "+FLAGS", "\\Deleted")
            talk.expunge()
    return running


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.changed(private_mailboxes=True)


def connect(kit, port, **values):
    told = {"host": "127.0.0.1", "port": str(port), "username": dovecot.USER,
            "password": dovecot.PASSWORD, "security": "tls"}  # fmt: skip
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        wanted = Wanted("imap", "help@kiln.example", True, "open", **(told | values))
        found, _ = add(session, Sealer(kit.settings.secret_keys), shop, wanted, by="member:x")
        return found.id


def connection(kit, connection_id):
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.get_one(MailConnection, connection_id)


def fetch(kit, connection_id):
    """Fetch now, whatever the next time is."""
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(MailConnection, connection_id).fetch_at = clock.now()
    return fetch_mail(kit)


def subjects(kit):
    with kit.database.transaction(EVERY_SHOP) as session:
        return sorted(str(row.subject) for row in session.query(InboundMail))


@pytest.mark.parametrize("security", ["tls", "starttls", "plain"])
def test_new_mails_come_once_and_the_mailbox_stays_as_it_is(kit, server, security) -> None:
    server.deliver(mail(subject="long ago"))
    kept = connect(kit, server.tls if security == "tls" else server.plain, security=security)
    assert fetch_mail(kit) == 0
    server.deliver(mail(subject="one"), mail(subject="two"))
    assert fetch(kit, kept) == 2
    assert fetch(kit, kept) == 0
    assert subjects(kit) == ["one", "two"]
    assert not any(b"Seen" in told for told in server.flags())
    found = connection(kit, kept)
    assert (found.failures, found.last_error, found.claimed_at) == (0, None, None)
    assert found.fetched_at is not None


def test_more_than_a_batch_is_fetched_at_once(kit, server, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "BATCH", 2)
    kept = connect(kit, server.tls)
    fetch_mail(kit)
    server.deliver(*(mail(subject=str(number)) for number in range(5)))
    assert fetch(kit, kept) == 5


@pytest.mark.parametrize("after", ["fetching", "storing"])
def test_a_fetch_that_is_killed_loses_and_doubles_nothing(kit, server, monkeypatch, after) -> None:
    kept = connect(kit, server.tls)
    fetch_mail(kit)
    server.deliver(*(mail(subject=str(number)) for number in range(3)))
    true_take, calls = fetching.take_in, []

    def dies(*args, **values):
        calls.append(args)
        if len(calls) == 2 and after == "fetching":
            raise KeyboardInterrupt
        stored = true_take(*args, **values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return stored

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "take_in", dies)
        with pytest.raises(KeyboardInterrupt):
            fetch(kit, kept)
    assert fetch(kit, kept) == 0  # the dead worker's claim still holds
    with clock.frozen(clock.now() + LEASE + timedelta(minutes=1)):
        fetch_mail(kit)
    assert subjects(kit) == ["0", "1", "2"]


def test_a_mailbox_that_was_numbered_anew_is_read_again_without_doubles(kit, server) -> None:
    kept = connect(kit, server.tls)
    fetch_mail(kit)
    server.deliver(mail(subject="one"))
    fetch(kit, kept)
    before = connection(kit, kept).uid_validity
    server.number_anew()
    server.deliver(mail(subject="two"))
    fetch(kit, kept)
    assert connection(kit, kept).uid_validity != before
    assert subjects(kit) == ["one", "two"]


def test_a_mail_that_is_too_large_is_named_and_left(kit, server) -> None:
    small = kit.settings.changed(max_mail_bytes=2_000)
    kept = connect(kit, server.tls)
    kit.__dict__["settings"] = small
    fetch_mail(kit)
    server.deliver(mail("x" * 5_000, subject="big"), mail(subject="small"))
    assert fetch(kit, kept) == 2
    with kit.database.transaction(EVERY_SHOP) as session:
        big = session.query(InboundMail).filter_by(subject="big").one()
        assert (big.state, big.kind, big.raw_key) == ("stopped", "too_large", None)
        assert big.byte_count > 5_000


def test_a_paused_mailbox_rests_and_catches_up(kit, server) -> None:
    kept = connect(kit, server.tls)
    fetch_mail(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        pause(session, session.get_one(MailConnection, kept), by="member:x")
    server.deliver(mail(subject="meanwhile"))
    assert fetch(kit, kept) == 0
    with kit.database.transaction(EVERY_SHOP) as session:
        go_on(session, session.get_one(MailConnection, kept), by="member:x")
    assert fetch_mail(kit) == 1


def test_a_wrong_password_is_told_and_tried_ever_more_seldom(kit, server) -> None:
    kept = connect(kit, server.tls, password="wrong, and secret")
    pauses = []
    for _ in range(3):
        fetch(kit, kept)
        found = connection(kit, kept)
        pauses.append(round((found.fetch_at - clock.now()).total_seconds() / 60))
    assert pauses == [2, 4, 8]
    assert found.failures == 3
    assert found.last_error == "The server refused the name or the password."


def test_a_certificate_that_nobody_vouches_for_is_refused(kit, running) -> None:
    kept = connect(kit, running.tls)
    fetch_mail(kit)
    assert "not trusted" in str(connection(kit, kept).last_error)


def test_a_server_that_is_down_is_told(kit, server) -> None:
    kept = connect(kit, 1)
    fetch_mail(kit)
    found = connection(kit, kept)
    assert found.failures == 1
    assert "127.0.0.1" in str(found.last_error)


def test_a_private_network_is_not_reached_into(kit, server) -> None:
    kit.__dict__["settings"] = kit.settings.changed(private_mailboxes=False)
    kept = connect(kit, server.tls)
    fetch_mail(kit)
    assert "private network" in str(connection(kit, kept).last_error)


def silent(line):
    line.say(GREETING)
    line.hear()
    line.reader.read()


def endless(line):
    """A server that promises a mail of a hundred gigabytes."""
    line.say(GREETING)
    answers = {
        "CAPABILITY": ["* CAPABILITY IMAP4rev1"],
        "LOGIN": [],
        "EXAMINE": ["* 1 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 9] x"],
    }
    while heard := line.hear():
        tag, command, *rest = heard.split()
        if command == "UID":
            line.say(
                "* SEARCH 8" if rest[0] == "SEARCH" else "* 1 FETCH (UID 8 BODY[] {99999999999}"
            )
        else:
            line.say(*answers.get(command.upper(), []))
        line.say(f"{tag} OK done")


@pytest.mark.parametrize(
    ("turn", "why"), [(silent, "did not answer in time"), (endless, "more than a mail may be")]
)
def test_a_hostile_server_holds_nobody_up(kit, monkeypatch, turn, why) -> None:
    monkeypatch.setattr(imap, "TALK_SECONDS", 0.5)
    with scripted(turn) as port:
        kept = connect(kit, port, security="plain")
        with kit.database.transaction(EVERY_SHOP) as session:
            found = session.get_one(MailConnection, kept)
            found.uid_validity, found.last_uid = 7, 1
        fetch_mail(kit)
    assert why in str(connection(kit, kept).last_error)


def test_trying_a_mailbox_takes_nothing(kit, server) -> None:
    told = Server("127.0.0.1", server.tls, "tls", dovecot.USER, dovecot.PASSWORD)
    server.deliver(mail())
    assert look_at(kit, told) >= 1
    with pytest.raises(ImapFailed, match="no folder Nowhere"):
        look_at(kit, Server(told.host, told.port, "tls", told.username, told.password, "Nowhere"))
    assert subjects(kit) == []

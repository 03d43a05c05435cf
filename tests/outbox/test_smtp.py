"""Talking to real mail servers: secured, refused, international."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewapp.outbox.smtp import RelayDown, SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from tests.outbox.relays import Sink, certificate, only, running, scripted
from tests.outbox.talking import envelope, send, sender


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def relay(sink: Sink) -> Iterator[SmtpSender]:
    with running(sink) as port:
        through = sender(port)
        yield through
        through.close()


def test_many_letters_go_over_one_connection(sink: Sink, relay: SmtpSender) -> None:
    for number in range(5):
        assert send(relay, envelope(f"buyer{number}@customers.example")) == "250 2.0.0 taken"
    assert len(sink.messages) == 5
    assert len(sink.peers) == 1
    assert sink.messages[0].mail_from == "reviews@kiln.example"


def test_a_letter_arrives_as_it_was_written(sink: Sink, relay: SmtpSender) -> None:
    sent = envelope(incentive_disclosure=".dots\n.. stay")
    send(relay, sent)
    assert sink.messages[0].content == sent.content


def test_a_refused_recipient_does_not_spoil_the_next(sink: Sink, relay: SmtpSender) -> None:
    sink.recipients["gone@customers.example"] = "550 5.1.1 no such user"
    assert send(relay, envelope("gone@customers.example")) == "550 5.1.1 no such user"
    assert send(relay, envelope()) == "250 2.0.0 taken"
    assert [message.rcpt_tos for message in sink.messages] == [["ada@customers.example"]]


def test_international_addresses_are_sent_as_such(sink: Sink, relay: SmtpSender) -> None:
    send(relay, envelope("jörg@straße.example"))
    assert sink.messages[0].rcpt_tos == ["jörg@xn--strae-oqa.example"]
    assert sink.messages[0].smtp_utf8


def test_a_relay_without_smtputf8_gets_no_international_address() -> None:
    with scripted(lambda line: line.greet()) as port:
        through = sender(port)
        _, recipient = through.offer(envelope("jörg@customers.example"))
        through.abandon()
    assert recipient is not None
    assert recipient.code == 553


def test_tls_is_used_where_it_is_offered_and_certificates_are_checked(
    sink: Sink, tmp_path: Path
) -> None:
    file, context = certificate(tmp_path)
    with running(sink, tls_context=context, require_starttls=True) as port:
        trusting = sender(port, f"&ca={file}")
        assert send(trusting, envelope()) == "250 2.0.0 taken"
        trusting.close()
        with pytest.raises(RelayDown, match="certificate"):
            sender(port).open()
    assert len(sink.messages) == 1


def test_tls_that_is_required_and_missing_stops(relay: SmtpSender) -> None:
    careful = sender(relay.relay.port, "&starttls=required")
    with pytest.raises(RelayDown, match="TLS is required"):
        careful.open()


def test_a_password_opens_the_relay_and_a_wrong_one_does_not(sink: Sink, tmp_path: Path) -> None:
    file, context = certificate(tmp_path)
    options = {"tls_context": context, "auth_required": True}
    with running(sink, authenticator=only("shop", "p@ss/word"), **options) as port:
        url = f"smtp://shop:{{}}@127.0.0.1:{port}?starttls=required&ca={file}"
        right = SmtpSender(Relay.from_url(url.format("p%40ss%2Fword")))
        assert send(right, envelope()) == "250 2.0.0 taken"
        right.close()
        with pytest.raises(RelayDown, match="535"):
            SmtpSender(Relay.from_url(url.format("guess"))).open()


def test_smtps_speaks_tls_from_the_first_byte(sink: Sink, tmp_path: Path) -> None:
    file, context = certificate(tmp_path)
    with running(sink, ssl_context=context) as port:
        through = SmtpSender(Relay.from_url(f"smtps://127.0.0.1:{port}?ca={file}"))
        assert send(through, envelope()) == "250 2.0.0 taken"
        through.close()


def test_nobody_there_is_said() -> None:
    with scripted() as port:
        pass
    with pytest.raises(RelayDown, match="cannot be used"):
        sender(port).open()

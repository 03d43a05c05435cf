"""Talking to real mail servers: secured, refused, interrupted, silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reviewapp.core.ids import new_id
from reviewapp.core.settings import SettingsError
from reviewapp.outbox import smtp
from reviewapp.outbox.envelopes import Envelope, From, Unsubscribe, seal
from reviewapp.outbox.smtp import NoAnswer, NotSent, RelayDown, SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from tests.outbox.letter_samples import FACTS
from tests.outbox.relays import Line, Sink, certificate, only, running, scripted


def envelope(to: str = "ada@customers.example", **facts: Any) -> Envelope:
    return seal(
        "request",
        "en",
        FACTS["request"] | facts,
        row_id=new_id(),
        shop_id=new_id(),
        to_email=to,
        writer=From("Kiln & Clay", "reviews@kiln.example", "hello@kiln.example"),
        at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        unsubscribe=Unsubscribe("https://kiln.example/u/abc"),
    )


def sender(port: int, query: str = "") -> SmtpSender:
    return SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}?timeout=5{query}"))


def send(through: SmtpSender, message: Envelope) -> str:
    mail, recipient = through.offer(message)
    assert mail.code == 250
    assert recipient is not None
    if recipient.code >= 300:
        return str(recipient)
    through.announce()
    return str(through.hand_over(message))


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


@pytest.mark.parametrize(
    ("url", "host", "port", "starttls"),
    [
        ("smtp://relay.example", "relay.example", 25, "offered"),
        ("smtp://u:p@relay.example", "relay.example", 587, "required"),
        ("smtp://u:p@localhost", "localhost", 587, "offered"),
        ("smtps://u:p@relay.example", "relay.example", 465, "required"),
        ("smtp://relay.example:2525?starttls=never", "relay.example", 2525, "never"),
    ],
)
def test_an_address_says_how_to_connect(url: str, host: str, port: int, starttls: str) -> None:
    relay = Relay.from_url(url)
    assert (relay.host, relay.port, relay.starttls) == (host, port, starttls)


@pytest.mark.parametrize(
    "url",
    [
        "http://relay.example",
        "smtp://",
        "smtp://relay.example:lots",
        "smtp://relay.example?startls=never",
        "smtp://relay.example?starttls=maybe",
        "smtp://u:p@relay.example?starttls=never",
        "smtp://relay.example?timeout=soon",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="REVIEWAPP_SMTP_URL"):
        Relay.from_url(url)


def talk(script: Any, message: Envelope | None = None) -> None:
    with scripted(script) as port:
        through = sender(port)
        try:
            send(through, message or envelope())
        finally:
            through.abandon()


def test_a_connection_lost_before_the_envelope_was_taken_sent_nothing() -> None:
    def script(line: Line) -> None:
        line.greet()
        line.hear()

    with pytest.raises(NotSent):
        talk(script)


def test_a_server_that_shuts_down_sent_nothing() -> None:
    def script(line: Line) -> None:
        line.greet()
        line.hear()
        line.say("421 4.3.2 going down")

    with pytest.raises(NotSent, match="going down"):
        talk(script)


def test_a_connection_lost_in_the_middle_of_the_message_sent_nothing() -> None:
    def script(line: Line) -> None:
        line.take_envelope()
        line.connection.recv(1000)
        line.reset()

    large = envelope(incentive_disclosure="long " * 4_000_000)
    with pytest.raises(NotSent):
        talk(script, large)


def test_silence_after_the_whole_message_is_not_knowing() -> None:
    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()

    with pytest.raises(NoAnswer):
        talk(script)


def test_an_answer_that_takes_too_long_is_not_knowing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.2)

    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()
        line.hear()

    with scripted(script) as port:
        through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}?timeout=0.2"))
        with pytest.raises(NoAnswer, match="timed out"):
            send(through, envelope())


def test_an_answer_that_makes_no_sense_is_not_knowing() -> None:
    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()
        line.say("moo")

    with pytest.raises(NoAnswer, match="not an SMTP answer"):
        talk(script)


def test_a_message_refused_at_its_end_is_known_to_be_refused() -> None:
    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()
        line.say("421 4.7.0 come back later")

    with scripted(script) as port:
        through = sender(port)
        assert send(through, envelope()) == "421 4.7.0 come back later"


def test_after_a_lost_connection_the_next_letter_opens_another() -> None:
    def lost(line: Line) -> None:
        line.greet()

    def kept(line: Line) -> None:
        line.take_envelope()
        line.hear_message()
        line.say("250 taken")
        line.hear()

    with scripted(lost, kept) as port:
        through = sender(port)
        with pytest.raises(NotSent):
            through.offer(envelope())
        assert send(through, envelope()) == "250 taken"
        through.abandon()


def pipelining(line: Line, *answers: str) -> None:
    """A server that reads ahead: two letters, the second named with the first."""
    line.say("220 hi")
    line.hear()
    line.say("250-hi", "250 PIPELINING")
    line.hear()
    line.hear()
    line.say("250 ok", "250 ok")
    line.hear()
    line.say("354 go on")
    line.hear_message()
    line.say("250 first taken")
    line.hear()
    line.hear()
    line.say(*answers)


def test_the_next_letter_is_named_in_the_same_breath() -> None:
    def script(line: Line) -> None:
        pipelining(line, "250 ok", "250 ok")
        line.hear()
        line.say("354 go on")
        line.hear_message()
        line.say("250 second taken")
        line.hear()

    first, second = envelope("a@customers.example"), envelope("b@customers.example")
    with scripted(script) as port:
        through = sender(port)
        through.offer(first)
        through.announce()
        assert str(through.hand_over(first, second)) == "250 first taken"
        assert send(through, second) == "250 second taken"
        through.abandon()


def test_a_letter_named_ahead_may_be_dropped_for_another() -> None:
    heard = []

    def script(line: Line) -> None:
        pipelining(line, "250 ok", "550 5.1.1 no such user")
        heard.extend(line.hear() for _ in range(3))
        line.say("250 reset", "250 ok", "250 ok")
        line.hear()

    first, second = envelope("a@customers.example"), envelope("b@customers.example")
    third = envelope("c@customers.example")
    with scripted(script) as port:
        through = sender(port)
        through.offer(first)
        through.announce()
        through.hand_over(first, second)
        _, recipient = through.offer(third)
        through.close()
    assert str(recipient) == "250 ok"
    assert heard == ["RSET", "MAIL FROM:<reviews@kiln.example>", "RCPT TO:<c@customers.example>"]


def test_a_connection_that_ends_between_two_letters_sent_the_first_only() -> None:
    first, second = envelope("a@customers.example"), envelope("b@customers.example")
    with scripted(pipelining) as port:
        through = sender(port)
        through.offer(first)
        through.announce()
        assert str(through.hand_over(first, second)) == "250 first taken"
        with pytest.raises(NotSent):
            through.offer(second)


def test_goodbye_does_not_wait_for_answers_nobody_needs() -> None:
    first, second = envelope("a@customers.example"), envelope("b@customers.example")
    with scripted(pipelining) as port:
        through = sender(port)
        through.offer(first)
        through.announce()
        through.hand_over(first, second)
        through.close()
        assert through._smtp is None

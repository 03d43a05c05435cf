"""Connections that end too early or fall silent, and letters named ahead."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.outbox import smtp
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.smtp import NoAnswer, NotSent, SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from tests.outbox.relays import Line, scripted
from tests.outbox.talking import envelope, send, sender


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
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 2)

    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()
        line.hear()

    with scripted(script) as port:
        through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}?timeout=2"))
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

"""From the queue to the mail server: the truth about every letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.ids import email_digest
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Suppression
from reviewapp.models.outbox import Mail
from reviewapp.outbox import mailbox, smtp
from reviewapp.outbox.batch import OPERATOR_ERRORS, RETRY
from reviewapp.outbox.delivery import deliver
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.mail import send_mail
from reviewapp.outbox.outcomes import Later, Skip
from reviewapp.outbox.smtp import RelayDown, SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from tests.outbox.delivering import NOW, queue, row, rows, run
from tests.outbox.relays import Line, Sink, running, scripted

pytestmark = pytest.mark.usefixtures("at_nine")


def test_a_busy_server_is_tried_again_later_and_in_the_end_given_up(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)
    sink = Sink(recipients={"ada@customers.example": "450 4.2.1 greylisted"})
    now = NOW
    with running(sink) as port:
        for wait in RETRY:
            with clock.frozen(now):
                run(kit, port)
            later = row(kit)
            assert (later.state, later.reason) == ("planned", "not_now")
            assert later.send_at == now + wait
            now += wait
        with clock.frozen(now):
            run(kit, port)
    last = row(kit)
    assert (last.state, last.reason) == ("skipped", "given_up: not_now")
    assert last.smtp_answer == "450 4.2.1 greylisted"
    assert last.attempts == len(RETRY) + 1


def test_a_dead_address_is_written_to_no_more(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    digest = email_digest("ada@customers.example")
    with kit.database.transaction(shop_id) as session:
        lifted = Suppression(shop_id=shop_id, email_digest=digest, reason="bounced", lifted_at=NOW)
        session.add(lifted)
    sink = Sink(recipients={"ada@customers.example": "550 5.1.1 no such user"})
    with running(sink) as port:
        assert run(kit, port).skipped == 1
    assert (row(kit).state, row(kit).reason) == ("skipped", "bounced")
    with kit.database.transaction(shop_id) as session:
        (entry,) = session.scalars(select(Suppression))
        assert (entry.lifted_at, entry.detail) == (None, "550 5.1.1 no such user")


def test_a_refusal_that_is_not_about_the_address_suppresses_nobody(kit: Kit, shop_id: UUID) -> None:
    for number in range(OPERATOR_ERRORS + 2):
        queue(kit, shop_id, f"buyer{number}@customers.example")
    sink = Sink(verdict=lambda envelope: "554 5.7.1 looks like spam")
    with running(sink) as port:
        tally = run(kit, port)
    assert tally.stopped == "554 5.7.1 looks like spam"
    assert tally.postponed == OPERATOR_ERRORS
    found = rows(kit)
    assert {mail.state for mail in found} == {"planned"}
    assert [mail.reason for mail in found].count("relay_refuses") == OPERATOR_ERRORS
    with kit.database.transaction(shop_id) as session:
        assert session.scalars(select(Suppression)).all() == []


def test_a_refused_sender_stops_at_once(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    queue(kit, shop_id, "bo@customers.example")

    def script(line: Line) -> None:
        line.greet()
        line.hear()
        line.say("530 5.7.0 authentication required")
        line.hear()
        line.say("503 no")
        line.hear()

    with scripted(script) as port:
        assert run(kit, port).stopped == "530 5.7.0 authentication required"
    assert [mail.attempts for mail in rows(kit)] == [1, 0]


def test_a_relay_that_is_away_leaves_everything_planned(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    with scripted() as port:
        pass
    with pytest.raises(RelayDown):
        run(kit, port)
    assert (row(kit).state, row(kit).attempts) == ("planned", 0)


def test_a_relay_that_goes_away_in_the_middle_gives_the_rest_back(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    queue(kit, shop_id, "bo@customers.example")

    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()
        line.say("250 taken")

    with scripted(script) as port:
        tally = run(kit, port)
    assert (tally.sent, tally.unknown) == (1, 0)
    assert tally.stopped is not None
    sent, given_back = rows(kit)
    assert (sent.state, given_back.state) == ("sent", "planned")
    assert (given_back.attempts, given_back.claim_id, given_back.send_at) == (0, None, NOW)


def test_a_server_that_drops_every_envelope_does_not_hold_up_the_queue(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)

    def script(line: Line) -> None:
        line.greet()
        line.hear()

    with scripted(script, script) as port:
        assert run(kit, port).postponed == 1
    held = row(kit)
    assert held.reason is not None
    assert held.reason.startswith("connection_lost")
    assert held.send_at == NOW + RETRY[0]


def test_silence_after_the_message_is_unknown_and_never_sent_again(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)

    def script(line: Line) -> None:
        line.take_envelope()
        line.hear_message()

    with scripted(script) as port:
        assert run(kit, port).unknown == 1
    assert (row(kit).state, row(kit).reason) == ("unknown", "no_answer")
    sink = Sink()
    with running(sink) as port, clock.frozen(NOW + timedelta(days=30)):
        assert run(kit, port).sent == 0
    assert row(kit).state == "unknown"


def test_a_message_cut_off_is_safe_to_send_again(
    kit: Kit, shop_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(kit, shop_id)
    monkeypatch.setattr(smtp, "stuffed", lambda content: b"x" * 50_000_000)

    def script(line: Line) -> None:
        line.take_envelope()
        line.connection.recv(1000)
        line.reset()

    with scripted(script) as port:
        assert run(kit, port).postponed == 1
    held = row(kit)
    assert (held.state, held.sending_at) == ("planned", None)
    monkeypatch.undo()
    sink = Sink()
    with running(sink) as port, clock.frozen(NOW + RETRY[0]):
        assert run(kit, port).sent == 1


def test_an_unfinished_letter_is_held_back_and_shown(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id, params={"message": "It broke.", "page_url": "{{ page_url }}"})
    queue(kit, shop_id, "bo@customers.example")
    sink = Sink()
    with running(sink) as port:
        tally = run(kit, port)
    assert (tally.sent, tally.postponed) == (1, 1)
    held = rows(kit)[0]
    assert held.state == "planned"
    assert held.reason is not None
    assert "page_url" in held.reason


def test_what_is_no_address_is_skipped_with_its_reason(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id, "not an address")
    assert send_mail(kit).skipped == 1
    assert (row(kit).reason or "").startswith("bad_address")


def test_the_composer_may_skip_or_delay_with_a_reason(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    queue(kit, shop_id, "bo@customers.example")
    outcomes = iter([Skip("cancelled"), Later(NOW + timedelta(days=2), "open_case")])
    with running(Sink()) as port:
        through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}"))
        tally = deliver(
            kit.database, Mail, lambda session, batch: lambda mail: next(outcomes), through
        )
        through.close()
    skipped, delayed = rows(kit)
    assert (tally.skipped, tally.postponed) == (1, 1)
    assert (skipped.state, skipped.reason) == ("skipped", "cancelled")
    assert (delayed.state, delayed.reason) == ("planned", "open_case")
    assert delayed.send_at == NOW + timedelta(days=2)
    assert delayed.attempts == 0


def test_an_error_while_composing_gives_the_others_back(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    queue(kit, shop_id, "bo@customers.example")

    def load(session: Any, batch: Any) -> Any:
        def compose(mail: Mail) -> Envelope:
            raise ZeroDivisionError

        return compose

    with running(Sink()) as port:
        through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}"))
        with pytest.raises(ZeroDivisionError):
            deliver(kit.database, Mail, load, through)
        through.close()
    guilty, other = rows(kit)
    assert (guilty.state, guilty.reason, guilty.attempts) == ("planned", "interrupted", 1)
    assert (other.state, other.reason, other.attempts) == ("planned", None, 0)


def test_an_error_while_a_message_leaves_is_unknown(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)

    class Breaks(mailbox.Mailbox):
        def hand_over(self, envelope: Envelope, then: Envelope | None = None) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(kit, 1, sender=Breaks(kit.settings.data_dir))
    assert (row(kit).state, row(kit).reason) == ("unknown", "interrupted")


def test_a_domain_that_must_wait_does_not_hold_up_the_others(kit: Kit, shop_id: UUID) -> None:
    for name in ("a", "b", "c"):
        queue(kit, shop_id, f"{name}@slow.example")
    queue(kit, shop_id, "d@quick.example")
    watch = [100.0]
    paused = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        watch[0] += seconds

    sink = Sink()
    with running(sink) as port:
        through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}"), per_domain_per_second=1)
        through.pacing._ticking = lambda: watch[0]
        assert run(kit, port, sender=through, pause=pause).sent == 4
        through.close()
    assert [message.rcpt_tos[0][0] for message in sink.messages] == ["a", "d", "b", "c"]
    assert paused == [1.0, 1.0]


def test_a_domain_that_must_wait_for_long_goes_back_to_the_queue(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id, "a@slow.example")
    queue(kit, shop_id, "b@slow.example")
    sink = Sink()
    with running(sink) as port:
        through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}"), per_domain_per_second=0.1)
        tally = run(kit, port, sender=through)
        through.close()
    assert (tally.sent, tally.postponed) == (1, 1)
    _, held = rows(kit)
    assert (held.state, held.reason, held.attempts) == ("planned", "domain_busy", 0)
    assert held.send_at is not None
    assert NOW < held.send_at <= NOW + timedelta(seconds=10)

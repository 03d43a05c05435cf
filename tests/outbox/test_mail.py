"""Letters from the queue to the mail server: once each, and the truth about every one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Suppression
from reviewapp.models.outbox import Mail
from reviewapp.outbox import claims, mailbox, smtp
from reviewapp.outbox.batch import OPERATOR_ERRORS, RETRY
from reviewapp.outbox.claims import Claims
from reviewapp.outbox.delivery import deliver
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.letter_facts import LetterError
from reviewapp.outbox.mail import composer, queue_letter, send_mail, sender_for
from reviewapp.outbox.marks import Settlement
from reviewapp.outbox.outcomes import Later, Skip, Tally
from reviewapp.outbox.owners import owner
from reviewapp.outbox.smtp import RelayDown, SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from tests import factories
from tests.outbox.relays import Line, Sink, running, scripted

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def shop_id(kit: Kit) -> UUID:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.shop(session).id


def queue(
    kit: Kit, shop_id: UUID, to: str = "ada@customers.example", **changes: Any
) -> UUID | None:
    values: dict[str, Any] = {
        "letter": "help_received",
        "language": "en",
        "params": {"message": "It broke.", "page_url": "https://kiln.example/r/abc"},
        "key": f"help_received:{new_id()}",
    }
    with kit.database.transaction(shop_id) as session:
        return queue_letter(session, shop_id=shop_id, to=to, **values | changes)


def rows(kit: Kit) -> list[Mail]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def row(kit: Kit) -> Mail:
    (only,) = rows(kit)
    return only


def run(kit: Kit, port: int, **options: Any) -> Tally:
    through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}?timeout=5"))
    try:
        return deliver(
            kit.database,
            Mail,
            lambda session, batch: composer(session, batch, kit.settings),
            options.pop("sender", through),
            **options,
        )
    finally:
        through.close()


def test_a_letter_is_queued_once_whatever_happens_twice(kit: Kit, shop_id: UUID) -> None:
    assert queue(kit, shop_id, key="help_received:1") is not None
    assert queue(kit, shop_id, key="help_received:1") is None
    assert row(kit).state == "planned"


def test_a_letter_nobody_knows_is_not_queued(kit: Kit, shop_id: UUID) -> None:
    with pytest.raises(LetterError, match="love_letter"):
        queue(kit, shop_id, letter="love_letter")


def test_a_letter_goes_out_once_with_the_shops_name(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id, language="de_AT")
    sink = Sink()
    with running(sink) as port:
        assert run(kit, port).sent == 1
        assert run(kit, port).sent == 0
    (message,) = sink.parsed()
    sent = row(kit)
    assert (sent.state, sent.sent_at, sent.attempts) == ("sent", NOW, 1)
    assert sent.message_id == message["Message-ID"]
    assert sent.smtp_answer == "250 2.0.0 taken"
    assert message["From"] == "Kiln & Clay <reviews@shop.example>"
    assert message["Reply-To"].addresses[0].addr_spec == "hello@kiln.example"
    assert message["Content-Language"] == "de"


def test_a_letter_waits_for_its_time(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id, due_at=NOW + timedelta(hours=1))
    sink = Sink()
    with running(sink) as port:
        assert run(kit, port).sent == 0
        with clock.frozen(NOW + timedelta(hours=1)):
            assert run(kit, port).sent == 1


def test_without_a_relay_letters_lie_in_the_mailbox(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id, to=("Ada", "ada@customers.example"))  # type: ignore[arg-type]
    assert send_mail(kit).sent == 1
    (letter,) = mailbox.messages(kit.settings.data_dir / "mailbox")
    assert letter["to"] == "Ada <ada@customers.example>"
    assert letter["subject"] == "Your message to Kiln & Clay has arrived"
    assert "It broke." in letter["text"]
    assert "It broke." in letter["html"]
    assert letter["headers"]["Auto-Submitted"] == "auto-generated"
    assert letter["at"] == NOW.isoformat()
    assert sender_for(kit.settings) is sender_for(kit.settings)


def test_an_empty_mailbox_is_empty(tmp_path: Path) -> None:
    assert mailbox.messages(tmp_path / "none") == []


def test_a_mailbox_that_cannot_be_written_stops_before_anything_is_claimed(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)
    (kit.settings.data_dir / "mailbox").write_text("in the way")
    with pytest.raises(OutsideFailed, match="mailbox"):
        send_mail(kit)
    assert row(kit).state == "planned"


def test_a_sign_in_link_is_wiped_once_it_is_sent(kit: Kit, shop_id: UUID) -> None:
    queue(
        kit,
        shop_id,
        letter="sign_in",
        params={"link_url": "https://kiln.example/s/secret", "minutes": 15},
    )
    assert send_mail(kit).sent == 1
    assert row(kit).params == {"minutes": 15}
    assert "secret" in mailbox.messages(kit.settings.data_dir / "mailbox")[0]["text"]


@pytest.mark.parametrize(("reason", "state"), [("bounced", "skipped"), ("unsubscribed", "sent")])
def test_dead_addresses_are_skipped_and_the_unsubscribed_still_get_answers(
    kit: Kit, shop_id: UUID, reason: str, state: str
) -> None:
    queue(kit, shop_id)
    digest = email_digest("ada@customers.example")
    with kit.database.transaction(shop_id) as session:
        session.add(Suppression(shop_id=shop_id, email_digest=digest, reason=reason))
    send_mail(kit)
    assert row(kit).state == state


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


# --- claims and recovery -------------------------------------------------------------------------


def claimed(kit: Kit) -> tuple[Claims[Mail], claims.Claim[Mail]]:
    book = Claims(kit.database, Mail)
    return book, book.take(100)


def pretend(kit: Kit, **values: Any) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(Mail).values(**values))


def dead_owner(claim_id: str) -> str:
    """The claim as a process of this host that is gone would have left it."""
    gone = subprocess.run(
        [sys.executable, "-c", "from reviewapp.outbox.owners import owner; print(owner())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return claim_id.replace(owner(), gone)


def test_two_senders_never_claim_the_same_row(kit: Kit, shop_id: UUID) -> None:
    for _ in range(5):
        queue(kit, shop_id)
    book = Claims(kit.database, Mail)
    first, second = book.take(3), book.take(3)
    assert len(first.rows) == 3
    assert len(second.rows) == 2
    assert not {mail.id for mail in first.rows} & {mail.id for mail in second.rows}
    book.forget(first)
    book.forget(second)


def test_what_a_dead_sender_had_not_begun_is_planned_again_at_once(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    pretend(kit, claim_id=dead_owner(claim.id))
    assert book.recover() == 1
    assert (row(kit).state, row(kit).claim_id) == ("planned", None)
    book.forget(claim)


def test_what_a_dead_sender_had_begun_is_unknown(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    pretend(kit, claim_id=dead_owner(claim.id), sending_at=NOW)
    assert book.recover() == 1
    assert (row(kit).state, row(kit).reason) == ("unknown", "sender_died")
    book.forget(claim)


def test_a_database_that_crashed_may_have_lost_the_mark(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    host, pid, started, _, nonce = dead_owner(claim.id).split("/")
    pretend(kit, claim_id=f"{host}/{pid}/{started}/2020-01-01 00:00:00+00/{nonce}")
    assert book.recover() == 1
    assert (row(kit).state, row(kit).reason) == ("unknown", "database_crashed")
    book.forget(claim)


def test_a_living_sender_is_never_robbed(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from reviewapp.outbox.owners import owner; print(owner(), flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as living:
        assert living.stdout is not None
        pretend(kit, claim_id=claim.id.replace(owner(), living.stdout.readline().strip()))
        with clock.frozen(NOW + timedelta(days=1)):
            assert book.recover() == 0
        living.communicate("\n")
    assert book.recover() == 1
    book.forget(claim)


def test_a_claim_of_this_process_is_kept_while_it_works_and_taken_up_after_a_failure(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    assert book.recover() == 0
    book.forget(claim)
    assert book.recover() == 1


def test_another_hosts_claim_holds_for_its_lease(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    _, pid, started, memory, nonce = claim.id.split("/")
    pretend(kit, claim_id=f"elsewhere/{pid}/{started}/{memory}/{nonce}")
    with clock.frozen(NOW + claims.LEASE):
        assert book.recover() == 0
    with clock.frozen(NOW + claims.LEASE + timedelta(seconds=1)):
        assert book.recover() == 1
    book.forget(claim)


def test_a_row_that_was_taken_away_is_not_sent(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    with book.opened():
        pretend(kit, state="planned", claim_id=None)
        assert not book.turn(claim, None, claim.rows[0].id, "<x@y>")
        pretend(kit, state="claimed", claim_id=claim.id, sending_at=NOW)
        assert not book.turn(claim, None, claim.rows[0].id, "<x@y>")
        pretend(kit, sending_at=None)
        assert book.turn(claim, None, claim.rows[0].id, "<x@y>")
    book.forget(claim)


def test_an_answer_that_comes_after_the_row_was_given_up_still_counts(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    pretend(kit, state="unknown", reason="sender_died", sending_at=NOW)
    with book.opened():
        book.settle(claim, [Settlement(claim.rows[0].id, "sent", None, None, "250 ok", 1)])
    assert (row(kit).state, row(kit).reason, row(kit).sent_at) == ("sent", None, NOW)


def test_marks_are_not_flushed_one_by_one_and_stay_out_of_the_pool(kit: Kit) -> None:
    with Claims(kit.database, Mail).opened() as book:
        setting = book._book().connection.execute("SHOW synchronous_commit").fetchone()
        assert setting == ("off",)
    with kit.database.engine.connect() as connection:
        scope = connection.scalar(text("SELECT current_setting('reviewapp.shop_id', true)"))
    assert scope in (None, "")


def test_marking_needs_an_open_book(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    with pytest.raises(RuntimeError, match="opened"):
        book.turn(claim, None, claim.rows[0].id, "<x@y>")
    book.forget(claim)

"""Letters in the queue: once each, to those who may be written to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from reviewapp.core import clock
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.ids import email_digest
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Suppression
from reviewapp.outbox import mailbox
from reviewapp.outbox.letter_facts import LetterError
from reviewapp.outbox.mail import send_mail, sender_for
from tests.outbox.delivering import NOW, queue, row, run
from tests.outbox.relays import Sink, running

pytestmark = pytest.mark.usefixtures("at_nine")


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
    queue(kit, shop_id, to=("Ada", "ada@customers.example"))
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

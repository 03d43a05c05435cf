"""Raw mails are kept for a while, erased with their writer, and handed out to them."""

from __future__ import annotations

from datetime import timedelta

from reviewapp.collect.erasing import ask_to_erase, erase_owed
from reviewapp.collect.own_data import _incoming
from reviewapp.core import clock
from reviewapp.inbox.keeping import UNTOUCHED, forget_raw_mails
from reviewapp.models.case import CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.models.mailbox import InboundMail
from reviewapp.rights.ledger import Act
from tests.inbox.mails import mail

ACT = Act("en", {"action": "erase"})


def test_raw_mails_go_after_their_time_and_leave_no_names(post) -> None:
    done = post.take(mail())
    post.set(strangers="wait")
    waiting = post.take(mail(sender="bo@customers.example"))
    later = clock.now() + timedelta(days=post.kit.settings.raw_mail_days + 1)
    with clock.frozen(later):
        assert forget_raw_mails(post.kit) == 1
    old, kept = post.row(done.id), post.row(waiting.id)
    assert (old.raw_key, old.sender, old.subject) == (None, None, None)
    assert (old.kind, old.case_id) == (done.kind, done.case_id)
    assert not post.kit.storage.exists(done.raw_key)
    assert post.kit.storage.exists(kept.raw_key)


def test_files_without_a_row_are_swept(post) -> None:
    row = post.take(mail())
    orphan = "mail/0198c0de000070008000000000000000"
    post.kit.storage.put(orphan, b"x", content_type="application/octet-stream")
    assert forget_raw_mails(post.kit) == 0
    with clock.frozen(clock.now() + UNTOUCHED + timedelta(minutes=1)):
        assert forget_raw_mails(post.kit) == 1
    assert not post.kit.storage.exists(orphan)
    assert post.kit.storage.exists(row.raw_key)


def test_erasing_a_customer_takes_their_mails_along(post) -> None:
    theirs = post.take(mail(files=(("bill.pdf", "application/pdf", b"%PDF"),)))
    stopped = post.take(mail(Auto_Submitted="auto-replied"))
    other = post.take(mail(sender="bo@customers.example"))
    with post.kit.database.transaction(post.shop_id) as session:
        customer = session.query(Customer).filter_by(email="ada@customers.example").one()
        ask_to_erase(session, customer, ACT, actor="customer")
    erase_owed(post.kit, lambda *told: None)
    for gone in (theirs, stopped):
        assert not post.kit.storage.exists(gone.raw_key)
    with post.kit.database.transaction(post.shop_id) as session:
        assert [row.id for row in session.query(InboundMail)] == [other.id]
        assert {turn.case_id for turn in session.query(CaseMessage)} == {other.case_id}


def test_whoever_was_erased_and_writes_again_is_answered_and_can_be_erased_again(post) -> None:
    post.take(mail())
    with post.kit.database.transaction(post.shop_id) as session:
        ask_to_erase(session, session.query(Customer).one(), ACT, actor="customer")
    erase_owed(post.kit, lambda *told: None)
    post.take(mail())
    with post.kit.database.transaction(post.shop_id) as session:
        customer = session.query(Customer).one()
        assert customer.email == "ada@customers.example"
        assert ask_to_erase(session, customer, ACT, actor="customer")


def test_a_download_names_the_mails(post) -> None:
    post.take(mail(subject="Blue?"))
    with post.kit.database.transaction(post.shop_id) as session:
        (told,) = _incoming(session, session.query(Customer).one())
    assert (told["subject"], told["kind"]) == ("Blue?", "message")

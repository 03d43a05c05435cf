"""From a mail to a case: only a token leads to one, and only people's words go anywhere."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.ids import email_digest
from reviewapp.inbox.reading import MOST_IN_A_CASE, RETRY
from reviewapp.inbox.storing import FOLDER
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Suppression
from reviewapp.models.mailbox import InboundMail
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.reactions import read_inbox
from reviewapp.support.answering import set_state
from reviewapp.support.queries import case_of
from tests import factories
from tests.inbox.conftest import BY
from tests.inbox.mails import bounce, complaint, mail

QUOTE = "\n\nOn Mon, 23 Nov 2026, Kiln & Clay wrote:\n> A new one leaves tomorrow.\n"


def photo() -> bytes:
    made = BytesIO()
    Image.new("RGB", (64, 48), "#336699").save(made, "JPEG")
    return made.getvalue()


def reply(letter, body="Nothing came." + QUOTE, **values):
    """What a mail program makes of "reply" to one of our letters."""
    threading = {"In_Reply_To": letter["Message-ID"], "References": letter["References"]}
    told = {"to": letter["Reply-To"], "subject": "Re: " + letter["Subject"], **threading}
    return mail(body, **{**told, **values})


def solve(post, case_id):
    with post.kit.database.transaction(post.shop_id) as session:
        shop = session.get_one(factories.Shop, post.shop_id)
        set_state(session, shop, case_of(session, post.shop_id, case_id, lock=True), "solved", BY)


def suppressed(post):
    with post.kit.database.transaction(EVERY_SHOP) as session:
        return {(s.email_digest, s.reason) for s in session.scalars(select(Suppression))}


def test_a_reply_reopens_a_solved_case_and_shows_its_photo(post) -> None:
    case = post.case()
    letter = post.answer(case.id)
    solve(post, case.id)
    files = (("broken.jpg", "image/jpeg", photo()), ("bill.pdf", "application/pdf", b"%PDF-1"))
    row = post.take(reply(letter, files=files))
    assert (row.state, row.kind, row.case_id) == ("done", "message", case.id)
    (again,) = post.cases()
    assert (again.state, again.reopened_count) == ("open", 1)
    said = post.said(case.id)[-1]
    assert said.body == "Nothing came."
    assert said.quoted.endswith("> A new one leaves tomorrow.")
    assert said.in_reply_to == letter["Message-ID"]
    with post.kit.database.transaction(post.shop_id) as session:
        (asset,) = session.query(MediaAsset).filter_by(case_message_id=said.id)
        assert (asset.state, asset.width) == ("attached", 64)
    (note,) = post.said(case.id, "note")
    assert note.body.startswith("Not shown here: bill.pdf (application/pdf, 1 kB): This kind")


@pytest.mark.parametrize("kept", ["address", "references"])
def test_either_token_is_enough(post, kept) -> None:
    case = post.case()
    letter = post.answer(case.id)
    other = {"In_Reply_To": "<x@y.example>", "References": "<x@y.example>"}
    stripped = other if kept == "address" else {"to": "help@kiln.example"}
    assert post.take(reply(letter, **stripped)).case_id == case.id


def test_another_address_with_the_token_is_shown_as_another(post) -> None:
    case = post.case()
    letter = post.answer(case.id)
    post.take(reply(letter, sender="Partner <partner@elsewhere.example>"))
    assert post.said(case.id)[-1].sender == "partner@elsewhere.example"


def test_a_forged_sender_reaches_nobody_elses_case(post) -> None:
    with post.kit.database.transaction(post.shop_id) as session:
        shop = session.get_one(factories.Shop, post.shop_id)
        victim = factories.customer(session, shop, "ada@customers.example")
        asked = factories.request(session, shop, factories.order(session, shop, buyer=victim))
    case = post.case(asked=asked)
    letter = post.answer(case.id)
    forged = mail("Send it to my new address.", sender="ada@customers.example",
                  subject=letter["Subject"])  # fmt: skip
    row = post.take(forged)
    assert row.case_id != case.id
    assert len(post.said(case.id)) == 1
    assert post.said(row.case_id)[0].sender == "ada@customers.example"


def test_a_token_of_another_shop_opens_a_case_here(post) -> None:
    with post.kit.database.transaction(EVERY_SHOP) as session:
        other = factories.shop(session)
        theirs = factories.add(
            session,
            Case(shop_id=other.id, customer_id=factories.customer(session, other).id,
                 route="question", first_response_due_at=factories.clock.now()),
        )  # fmt: skip
    token = post.kit.links.sign_short("case", theirs.id)
    row = post.take(mail(to=f"help+{token}@kiln.example"))
    assert row.case_id not in (None, theirs.id)


def test_a_stranger_gets_a_case_and_one_word_that_it_arrived(post) -> None:
    row = post.take(mail("Does the mug come in blue?", subject="Blue?"))
    (case,) = post.cases()
    assert (row.case_id, case.route, case.state) == (case.id, "question", "open")
    (letter,) = post.letters()
    assert letter["To"] == "Ada Quist <ada@customers.example>"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["In-Reply-To"] == row.message_id
    assert letter["Subject"] == "Re: Blue?"


def test_an_order_number_finds_the_writers_own_order(post) -> None:
    with post.kit.database.transaction(post.shop_id) as session:
        shop = session.get_one(factories.Shop, post.shop_id)
        buyer = factories.customer(session, shop, "ada@customers.example")
        mine = factories.order(session, shop, buyer=buyer, external_id="K-1001")
        factories.order(session, shop, external_id="K-1002")
    post.take(mail("Where is K-1001?"))
    post.take(mail("And where is K-1002?"))
    assert [case.order_id for case in post.cases()] == [mine.id, None]


def test_a_shop_may_let_strangers_wait(post) -> None:
    post.set(strangers="wait")
    row = post.take(mail())
    assert (row.state, row.reason) == ("waiting", "stranger")
    assert post.cases() == []
    assert post.letters() == []


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"List_Id": "<x.example>"}, {"Return_Path": "<>"}],
    ids=str,
)
def test_automatic_mail_joins_no_case_even_with_the_token(post, headers) -> None:
    case = post.case()
    letter = post.answer(case.id)
    row = post.take(reply(letter, **headers))
    assert (row.state, row.case_id) == ("stopped", None)
    assert len(post.said(case.id)) == 1
    assert len(post.letters()) == 1


def test_a_bounce_suppresses_the_address_of_our_letter_and_tells_the_team(post) -> None:
    case = post.case()
    letter = post.answer(case.id)
    row = post.take(bounce(letter["Message-ID"], "forwarded@elsewhere.example"))
    assert (row.state, row.kind, row.reason) == ("done", "bounce", "bounced")
    assert row.told[0]["recipient"] == "forwarded@elsewhere.example"
    with post.kit.database.transaction(post.shop_id) as session:
        to = session.query(Mail).one().to_email
    assert suppressed(post) == {(email_digest(to), "bounced")}
    (note,) = post.said(case.id, "note")
    assert "5.1.1" in note.body


@pytest.mark.parametrize("status", ["5.2.2", "4.4.7", "5.7.1"])
def test_a_bounce_that_is_not_about_the_address_suppresses_nobody(post, status) -> None:
    letter = post.answer(post.case().id)
    row = post.take(bounce(letter["Message-ID"], "ada@customers.example", status))
    assert row.reason == "not_final"
    assert suppressed(post) == set()


def test_a_bounce_about_a_letter_we_never_sent_proves_nothing(post) -> None:
    row = post.take(bounce("<0198c0de-0000-7000-8000-000000000000@shop.example>", "a@b.example"))
    assert row.reason == "about_no_letter_of_ours"
    assert suppressed(post) == set()


@pytest.mark.parametrize(("kind", "reasons"), [("abuse", {"complained"}), ("not-spam", set())])
def test_a_complaint_suppresses_the_reader_of_that_letter(post, kind, reasons) -> None:
    with post.kit.database.transaction(post.shop_id) as session:
        shop = session.get_one(factories.Shop, post.shop_id)
        asked = factories.request(session, shop, sending_at=factories.clock.now())
        digest = session.get_one(Customer, asked.customer_id).email_digest
    post.take(complaint(f"<{asked.id}@shop.example>", kind))
    assert suppressed(post) == {(digest, reason) for reason in reasons}


def test_a_flood_into_one_case_is_stopped(post) -> None:
    case = post.case()
    letter = post.answer(case.id)
    with post.kit.database.transaction(post.shop_id) as session:
        for number in range(MOST_IN_A_CASE):
            values = {"shop_id": post.shop_id, "connection_id": post.connection_id}
            factories.add(
                session,
                InboundMail(**values, key=str(number), byte_count=1, state="done",
                            case_id=case.id),
            )  # fmt: skip
    row = post.take(reply(letter))
    assert (row.state, row.reason) == ("stopped", "too_many_in_case")


def test_the_same_mail_twice_is_one_mail(post) -> None:
    raw = mail()
    assert post.take(raw).id == post.take(raw).id
    assert len(post.cases()) == 1


def test_another_sender_cannot_make_a_mail_disappear(post) -> None:
    first = post.take(mail(Message_ID="<same@x.example>"))
    second = post.take(mail(Message_ID="<same@x.example>", sender="eve@evil.example"))
    assert first.id != second.id
    assert len(post.cases()) == 2


def test_a_mail_that_no_parser_knows_is_kept_and_shown(post) -> None:
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    row = post.take(head + b"--b\n\nx\n" * 9_000)
    assert (row.state, row.kind) == ("stopped", "unreadable")
    assert row.raw_key is not None


def test_a_failing_storage_loses_nothing(post, monkeypatch) -> None:
    case = post.case()
    letter = post.answer(case.id)

    def broken(*args, **kwargs):
        raise OutsideFailed("unavailable")

    with monkeypatch.context() as patched:
        patched.setattr("reviewapp.inbox.attachments.stage_upload", broken)
        row = post.take(reply(letter, files=(("a.jpg", "image/jpeg", photo()),)))
    assert (row.state, row.last_error is not None) == ("received", True)
    with post.kit.database.transaction(post.shop_id) as session:
        session.get_one(InboundMail, row.id).due_at = factories.clock.now()
    read_inbox(post.kit)
    assert post.row(row.id).state == "done"
    assert len(post.said(case.id)) == 2


def test_what_took_its_worker_along_again_and_again_is_shown(post) -> None:
    row = post.take(mail())
    with post.kit.database.transaction(post.shop_id) as session:
        again = session.get_one(InboundMail, row.id)
        again.state, again.attempts, again.due_at = "received", len(RETRY) + 1, row.created_at
    read_inbox(post.kit)
    assert post.row(row.id).state == "failed"


def test_raw_mails_lie_sealed(post) -> None:
    row = post.take(mail("A secret about my order."))
    assert row.raw_key == f"{FOLDER}/{row.id.hex}"
    assert b"secret" not in post.kit.storage.read(row.raw_key)


def test_every_mail_that_is_done_with_tells_of_itself(post) -> None:
    row = post.take(mail())
    with post.kit.database.transaction(post.shop_id) as session:
        events = session.query(OutboxEvent).filter_by(name="mail.received").all()
    assert [event.payload["mail_id"] for event in events] == [str(row.id)]

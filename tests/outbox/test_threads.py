"""Letters about a case hang together, and a reply to any of them finds the case again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.ids import LinkSigner, new_id
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.mailbox import MailConnection
from reviewapp.models.outbox import Mail
from reviewapp.outbox.mail import queue_letter, send_mail
from reviewapp.outbox.mailbox import FOLDER, messages
from reviewapp.outbox.threads import HELD_BACK, MOST_AUTOMATIC, answered_subject, case_behind
from reviewapp.support.answering import By, answer
from reviewapp.support.queries import case_of
from tests import factories
from tests.support.cases import make_case

BY = By("member:x", "Bo Lind", None)


@pytest.fixture
def desk(kit):
    """A shop with a mailbox, and a case that was asked by mail."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        factories.add(
            session,
            MailConnection(
                shop_id=shop.id, kind="hook", address="help@kiln.example", secret=b"sealed"
            ),
        )
        case = make_case(session, shop)
        said = session.query(CaseMessage).one()
        said.message_id, said.subject = "<first@customers.example>", "AW: Fwd: My mug"
    return shop.id, case.id


def tell(kit, desk, body):
    shop_id, case_id = desk
    with kit.database.transaction(shop_id) as session:
        case = case_of(session, shop_id, case_id, lock=True)
        said = answer(session, session.get_one(factories.Shop, shop_id), case, body, BY)
    send_mail(kit)
    return said.id


def sent(kit):
    """Headers of what lies in the mailbox, the oldest first."""
    found = messages(kit.settings.data_dir / FOLDER)
    return [one["headers"] for one in reversed(found)]


def acknowledge(kit, desk, number):
    shop_id, case_id = desk
    with kit.database.transaction(shop_id) as session:
        case = session.get_one(Case, case_id)
        customer = session.get_one(factories.Customer, case.customer_id)
        queue_letter(
            session,
            shop_id=shop_id,
            letter="help_received",
            to=customer.email,
            language="en",
            params={"page_url": "https://kiln.example/r/x"},
            key=f"note:{number}",
            customer_id=customer.id,
            case_id=case_id,
        )
    send_mail(kit)


def test_an_answer_carries_the_thread_and_the_token(kit, desk) -> None:
    said_id = tell(kit, desk, "A new one leaves tomorrow.")
    (headers,) = sent(kit)
    token = kit.links.sign_short("case", desk[1])
    assert headers["Reply-To"] == f"Kiln & Clay <help+{token}@kiln.example>"
    assert headers["In-Reply-To"] == "<first@customers.example>"
    assert headers["References"].split() == [
        f"<case.{token}@shop.example>",
        "<first@customers.example>",
    ]
    assert headers["Subject"] == "Re: My mug"
    assert "Auto-Submitted" not in headers
    assert "List-Unsubscribe" not in headers
    with kit.database.transaction(desk[0]) as session:
        said = session.get_one(CaseMessage, said_id)
        assert said.message_id == headers["Message-ID"]
        assert said.in_reply_to == "<first@customers.example>"


def test_the_next_answer_names_the_one_before(kit, desk) -> None:
    now = clock.now()
    for hours, body in enumerate(("A new one leaves tomorrow.", "It has left.")):
        with clock.frozen(now + timedelta(hours=hours)):
            tell(kit, desk, body)
    first, second = sent(kit)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"].split()[1:] == ["<first@customers.example>", first["Message-ID"]]


def test_long_threads_keep_the_root_and_the_newest(kit, desk) -> None:
    with kit.database.transaction(desk[0]) as session:
        for number in range(60):
            turn = {"shop_id": desk[0], "case_id": desk[1], "direction": "in", "body": "x"}
            factories.add(session, CaseMessage(**turn, message_id=f"<{number}@c.example>"))
    tell(kit, desk, "Enough.")
    ids = sent(kit)[0]["References"].split()
    assert len(ids) == 20
    assert ids[0].startswith("<case.")
    assert ids[-1] == "<59@c.example>"


def test_automatic_letters_say_so_and_end_after_a_few(kit, desk) -> None:
    now = clock.now()
    with clock.frozen(now):
        for number in range(MOST_AUTOMATIC + 2):
            acknowledge(kit, desk, number)
        assert {h["Auto-Submitted"] for h in sent(kit)} == {"auto-replied"}
        with kit.database.transaction(desk[0]) as session:
            held = [row for row in session.query(Mail) if row.reason == HELD_BACK]
            assert len(held) == 2
        tell(kit, desk, "A person always may.")
        assert len(sent(kit)) == MOST_AUTOMATIC + 1
    with clock.frozen(now + timedelta(hours=25)):
        acknowledge(kit, desk, "tomorrow")
        assert len(sent(kit)) == MOST_AUTOMATIC + 2


def test_a_batch_counts_what_it_holds_itself(kit, desk) -> None:
    shop_id, case_id = desk
    with kit.database.transaction(shop_id) as session:
        customer = session.get_one(Case, case_id).customer_id
        for number in range(MOST_AUTOMATIC + 2):
            queue_letter(
                session,
                shop_id=shop_id,
                letter="help_received",
                to="a@b.example",
                language="en",
                params={"page_url": "https://kiln.example/r/x"},
                key=f"note:{number}",
                customer_id=customer,
                case_id=case_id,
            )
    tally = send_mail(kit)
    assert (tally.sent, tally.skipped) == (MOST_AUTOMATIC, 2)


def test_the_token_finds_the_case_by_address_or_by_reference() -> None:
    links, case_id = LinkSigner(("new", "old")), new_id()
    token = LinkSigner(("old",)).sign_short("case", case_id)
    assert len(token) == 42
    assert case_behind(links, [f"HELP+{token.upper()}@kiln.example"], []) == case_id
    assert case_behind(links, ["help@kiln.example"], [f"<case.{token}@x.example>"]) == case_id
    assert case_behind(links, ["help@kiln.example"], ["<case@x.example>"]) is None


@pytest.mark.parametrize("forge", [lambda t: "a" * 42, lambda t: t[:-3] + "aaa", lambda t: t[1:]])
def test_a_forged_token_finds_nothing(forge) -> None:
    links = LinkSigner(("key",))
    forged = forge(links.sign_short("case", new_id()))
    assert case_behind(links, [f"help+{forged}@kiln.example"], []) is None
    with pytest.raises(NotFound):
        links.read_short("case", forged)


def test_a_token_of_another_purpose_finds_nothing() -> None:
    links = LinkSigner(("key",))
    with pytest.raises(NotFound):
        links.read_short("case", links.sign_short("mail", new_id()))


def test_a_subject_is_answered_once() -> None:
    assert answered_subject("Re: AW: re : Mug") == "Re: Mug"
    assert answered_subject("Regarding it") == "Re: Regarding it"

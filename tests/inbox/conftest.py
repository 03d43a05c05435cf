"""A shop with a mailbox that programs post to, and the errands that follow a mail."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.sealing import Sealer
from reviewapp.inbox.connecting import Wanted, add
from reviewapp.inbox.storing import Place, take_in
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.mailbox import InboundMail, MailConnection
from reviewapp.outbox.mail import send_mail
from reviewapp.outbox.mailbox import FOLDER, messages
from reviewapp.reactions import read_inbox
from reviewapp.support.answering import By, answer
from reviewapp.support.queries import case_of
from tests import factories
from tests.support.cases import make_case

BY = By("member:x", "Bo Lind", None)


@dataclass(frozen=True)
class Post:
    """One shop's mail, from the door to the case."""

    kit: Kit
    shop_id: UUID
    connection_id: UUID
    secret: str

    def take(self, raw: bytes) -> InboundMail:
        """A mail comes in and is worked off; its row."""
        stored = take_in(self.kit, Place(self.connection_id, self.shop_id), raw)
        read_inbox(self.kit)
        return self.row(stored.id)

    def row(self, mail_id: UUID) -> InboundMail:
        with self.kit.database.transaction(self.shop_id) as session:
            return session.get_one(InboundMail, mail_id)

    def cases(self) -> list[Case]:
        with self.kit.database.transaction(self.shop_id) as session:
            return session.query(Case).order_by(Case.id).all()

    def said(self, case_id: UUID, direction: str = "in") -> list[CaseMessage]:
        with self.kit.database.transaction(self.shop_id) as session:
            turns = session.query(CaseMessage).filter_by(case_id=case_id, direction=direction)
            return turns.order_by(CaseMessage.created_at, CaseMessage.id).all()

    def set(self, **values: object) -> None:
        with self.kit.database.transaction(self.shop_id) as session:
            connection = session.get_one(MailConnection, self.connection_id)
            for name, value in values.items():
                setattr(connection, name, value)

    def case(self, **values: object) -> Case:
        """A case that was asked on a page."""
        with self.kit.database.transaction(self.shop_id) as session:
            return make_case(session, session.get_one(factories.Shop, self.shop_id), **values)

    def answer(self, case_id: UUID, body: str = "A new one leaves tomorrow.") -> dict[str, str]:
        """An agent answers; the letter's headers and where it went."""
        with self.kit.database.transaction(self.shop_id) as session:
            case = case_of(session, self.shop_id, case_id, lock=True)
            shop = session.get_one(factories.Shop, self.shop_id)
            answer(session, shop, case, body, BY)
        return self.letters()[-1]

    def letters(self) -> list[dict[str, str]]:
        """What is due is sent; headers of all letters so far, the oldest first."""
        send_mail(self.kit)
        found = messages(self.kit.settings.data_dir / FOLDER)
        return [one["headers"] for one in reversed(found)]


def post_of(kit: Kit, shop: Shop) -> Post:
    """The mail of a shop that has it posted."""
    with kit.database.transaction(EVERY_SHOP) as session:
        wanted = Wanted("hook", "help@kiln.example", True, "open")
        sealer = Sealer(kit.settings.secret_keys)
        connection, secret = add(session, sealer, shop, wanted, by="member:x")
    return Post(kit, shop.id, connection.id, secret)


@pytest.fixture
def post(kit: Kit, shop: Shop) -> Post:
    """The shop's mail is posted."""
    return post_of(kit, shop)

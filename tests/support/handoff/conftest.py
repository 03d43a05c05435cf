"""A helpdesk of each kind, and a shop that hands its cases to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.handoff import HandoffStep
from reviewapp.outbox.messages import emit
from reviewapp.outbox.relay import relay_events
from reviewapp.reactions import AFTER
from reviewapp.support.handoff.looking import look_at_tickets
from reviewapp.support.handoff.setup import Added, Typed, add_helpdesk
from reviewapp.support.handoff.steps import work_off_handoffs
from tests.support.cases import make_case
from tests.support.handoff.desks import DESKS, OPTIONS
from tests.support.handoff.servers import Desk

Committed = Callable[[], Any]
NOON = datetime.fromisoformat("2036-11-18T12:00:00+00:00")


@dataclass
class Story:
    """A shop, its helpdesk, and what happens between them."""

    kit: Kit
    committed: Committed
    shop: Shop
    desk: Desk
    added: Added

    def open_case(self, **values: Any) -> Case:
        """A case as customers open it, and everything that follows from it."""
        with self.committed() as session:
            case = make_case(session, self.shop, **values)
            emit(session, "case.opened", shop_id=self.shop.id, case_id=case.id)
        self.follow()
        return case

    def customer_says(self, case: Case, body: str) -> None:
        """One more word of the customer's."""
        with self.committed() as session:
            said = CaseMessage(shop_id=self.shop.id, case_id=case.id, direction="in", body=body)
            session.add(said)
            session.flush()
            emit(
                session,
                "case.message_received",
                shop_id=self.shop.id,
                case_id=case.id,
                message_id=said.id,
            )
        self.follow()

    def follow(self) -> None:
        """Reactions only; what is owed to the helpdesk stays owed."""
        relay_events(self.kit, AFTER)

    def work(self, after: timedelta = timedelta(0)) -> None:
        """Do what is owed, as it would be done `after` from now."""
        with clock.frozen(clock.now() + after):
            work_off_handoffs(self.kit)

    def work_for_hours(self) -> None:
        """Every try there is in an hour."""
        for minutes in (0, 1, 4, 15, 60):
            self.work(timedelta(minutes=minutes))

    def look(self, after: timedelta = timedelta(minutes=20)) -> None:
        """Look at the tickets, as it would be done `after` from now."""
        with clock.frozen(clock.now() + after):
            look_at_tickets(self.kit)
            self.follow()

    def steps(self) -> list[tuple[str, str]]:
        """Kind and state of every step, in order."""
        with self.committed() as session:
            found = session.scalars(select(HandoffStep).order_by(HandoffStep.number)).all()
            return [(step.kind, step.state) for step in found]

    def thread(self, case_id: UUID) -> list[tuple[str, str]]:
        """The conversation as the desk shows it."""
        with self.committed() as session:
            found = session.scalars(
                select(CaseMessage)
                .where(CaseMessage.case_id == case_id)
                .order_by(CaseMessage.created_at, CaseMessage.id)
            ).all()
            return [(message.direction, message.body) for message in found]

    def state(self, case_id: UUID) -> str:
        with self.committed() as session:
            return str(session.get_one(Case, case_id).state)

    def only_ticket(self) -> int:
        assert len(self.desk.tickets) == 1
        return next(iter(self.desk.tickets))


@pytest.fixture(params=DESKS, ids=[desk.kind for desk in DESKS])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Each helpdesk in turn, running on this machine."""
    running: Desk = request.param()
    yield running
    running.stop()


@pytest.fixture
def open_kit(kit: Kit, settings: Settings) -> Iterator[Kit]:
    """An installation whose operator allows helpdesks on private addresses."""
    own = Kit(settings.changed(private_helpdesks=True))
    yield own
    own.close()


@pytest.fixture
def story(open_kit: Kit, committed: Committed, shop: Shop, desk: Desk) -> Iterator[Story]:
    """A shop that hands every new case over by itself; noon of a working day."""
    with clock.frozen(NOON):
        typed = Typed(
            kind=desk.kind,
            name=desk.kind.title(),
            address=desk.url,
            secret="right",
            by_itself=True,
            **OPTIONS[desk.kind],
        )
        with committed() as session:
            added = add_helpdesk(session, open_kit.settings, shop, typed, "member:1")
        yield Story(open_kit, committed, shop, desk, added)

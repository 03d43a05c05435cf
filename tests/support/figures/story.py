"""Cases that come in, are answered and solved at told moments of a shop's working day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case
from reviewapp.support import answering
from reviewapp.support.answering import By
from reviewapp.support.clockwork import wind
from reviewapp.support.hours import hours_of
from reviewapp.support.queries import case_of
from reviewapp.support.service import receive_message
from tests.support.cases import ANSWER, make_case

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """A moment told as the team's own clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@dataclass
class Desk:
    """A shop's desk and one who works at it."""

    session: Session
    shop: Shop
    agent: Member

    @contextmanager
    def on(self, moment: str) -> Iterator[datetime]:
        """The one clock stands at this moment."""
        with clock.frozen(at(moment)):
            yield clock.now()

    def opened(self, moment: str, **values: Any) -> Case:
        """A customer asks."""
        with self.on(moment) as now:
            case = make_case(
                self.session, self.shop, opened_at=now, assignee_id=self.agent.id, **values
            )
            case.waited_minutes = 0
            wind(case, self.shop.settings, hours_of(self.session, self.shop), now)
            self.session.flush()
            return case

    def answered(self, case: Case, moment: str, *, words: str = ANSWER) -> None:
        """Somebody of the team writes."""
        with self.on(moment):
            answering.answer(self.session, self.shop, self._fresh(case), words, self.by())

    def solved(self, case: Case, moment: str) -> None:
        """The case is solved."""
        with self.on(moment):
            found = self._fresh(case)
            answering.set_state(self.session, self.shop, found, "solved", self.by())

    def wrote(self, case: Case, moment: str) -> None:
        """The customer writes again."""
        with self.on(moment):
            receive_message(self.session, self.shop, case.id, "And now?", by="customer:1")

    def by(self) -> By:
        """The agent."""
        return By(f"member:{self.agent.id}", self.agent.name, self.agent.id)

    def _fresh(self, case: Case) -> Case:
        self.session.flush()
        self.session.expire_all()
        return case_of(self.session, self.shop.id, case.id)

"""After a change of targets or calendar: the clocks of all open cases, wound anew."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.outbox import OutboxEvent
from reviewapp.support.clockwork import wind
from reviewapp.support.hours import hours_of
from reviewapp.support.targets import TARGETS

AT_ONCE = 1_000


def rewind_cases(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After hours.changed, and after shop.changed where it touches clocks."""
    changed = event.payload.get("changed")
    if changed is not None and not {"time_zone", *TARGETS} & set(changed):
        return
    shop = session.get_one(Shop, event.shop_id)
    hours, now = hours_of(session, shop), clock.now()
    unsolved = (
        select(Case)
        .where(Case.shop_id == shop.id, Case.state != "solved")
        .order_by(Case.id)
        .with_for_update()
        .execution_options(yield_per=AT_ONCE)
    )
    for case in session.scalars(unsolved):
        wind(case, shop.settings, hours, now)

"""The season notes that bear on asking, as instants; and what waits when one changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.collect.rules import LONGEST_DELAY
from reviewapp.collect.season_rules import REASONS, Season
from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.i18n import zone_of
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.support_hours import SeasonNote, ShopHours


def seasons_of(
    session: Session, shops: Mapping[UUID, Shop], now: datetime
) -> dict[UUID, list[Season]]:
    """Notes by shop that hold or slow what is due now; their days are the team's."""
    notes = session.execute(
        select(SeasonNote, ShopHours.time_zone)
        .outerjoin(ShopHours, ShopHours.shop_id == SeasonNote.shop_id)
        .where(
            SeasonNote.shop_id.in_(shops),
            SeasonNote.requests.in_(REASONS),
            SeasonNote.starts_on <= (now + timedelta(days=1)).date(),
            SeasonNote.ends_on >= (now - LONGEST_DELAY - timedelta(days=1)).date(),
        )
    )
    found: dict[UUID, list[Season]] = defaultdict(list)
    for note, team_zone in notes:
        zone = zone_of(team_zone or shops[note.shop_id].time_zone)
        starts_at = _midnight(note.starts_on, zone)
        ends_at = _midnight(note.ends_on + timedelta(days=1), zone)
        found[note.shop_id].append(Season(starts_at, ends_at, note.requests))
    return found


def wake_waiting(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After hours.changed: what waits for a season is looked at anew, at once."""
    session.execute(
        update(ReviewRequest)
        .where(
            ReviewRequest.shop_id == event.shop_id,
            ReviewRequest.state == "planned",
            ReviewRequest.reason.in_(REASONS.values()),
        )
        .values(send_at=clock.now())
    )
    ping_after_commit(session, "requests")


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)

"""A shop's working hours, holidays and season notes, read from their rows as one value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.i18n import zone_of
from reviewapp.models.account import Shop
from reviewapp.models.support_hours import Holiday, SeasonNote, ShopHours
from reviewapp.support.clocks import OFFICE, Hours, Season, Span

LOOKED_BACK = timedelta(days=800)
"""Holidays and notes longer ago bear on no clock that still runs, nor on a year's numbers."""


def hours_of(session: Session, shop: Shop) -> Hours:
    """When this shop's team works; Monday to Friday, 9 to 17, until it says otherwise."""
    since = (clock.now() - LOOKED_BACK).date()
    kept = session.scalar(select(ShopHours).where(ShopHours.shop_id == shop.id))
    holidays = session.scalars(
        select(Holiday.day_on).where(Holiday.shop_id == shop.id, Holiday.day_on >= since)
    )
    notes = session.execute(
        select(SeasonNote.starts_on, SeasonNote.ends_on, SeasonNote.first_response_hours_added)
        .where(SeasonNote.shop_id == shop.id, SeasonNote.ends_on >= since)
        .order_by(SeasonNote.starts_on, SeasonNote.id)
    )
    return Hours(
        zone=zone_of((kept.time_zone if kept else None) or shop.time_zone),
        week=week_of(kept.week) if kept else OFFICE,
        holidays_on=frozenset(holidays),
        seasons=tuple(Season(*note) for note in notes),
    )


def team_zone(session: Session, shop: Shop) -> tzinfo:
    """Where the team sits; days of its calendar begin there."""
    kept = session.scalar(select(ShopHours.time_zone).where(ShopHours.shop_id == shop.id))
    return zone_of(kept or shop.time_zone)


def week_of(stored: Mapping[str, Any]) -> tuple[tuple[Span, ...], ...]:
    """Seven days from Monday out of the JSON in `shop_hours.week`."""
    return tuple(
        tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in sorted(stored.get(str(day), ()))
        )
        for day in range(7)
    )


def week_json(week: tuple[tuple[Span, ...], ...]) -> dict[str, Any]:
    """The JSON kept in `shop_hours.week`; `week_of` gives the same value back."""
    return {
        str(day): [
            [opens.isoformat("minutes"), closes.isoformat("minutes")] for opens, closes in spans
        ]
        for day, spans in enumerate(week)
        if spans
    }

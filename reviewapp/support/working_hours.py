"""Changing when the team works: the week, holidays, season notes; open cases are wound anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import available_timezones

import holidays
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.core.ids import new_id
from reviewapp.models.account import Shop
from reviewapp.models.support_hours import (
    MOST_HOURS_ADDED,
    REQUESTS_IN_SEASON,
    Holiday,
    SeasonNote,
    ShopHours,
)
from reviewapp.outbox.letter_rules import objections
from reviewapp.outbox.messages import emit
from reviewapp.support.answering import By
from reviewapp.support.clocks import Span, overlapping
from reviewapp.support.hours import week_json

MOST_HOLIDAYS = 400
LONGEST_TITLE, LONGEST_TEXT = 100, 1_000
LONGEST_SEASON = timedelta(days=366)
YEARS_AHEAD = 2
YEARS_AROUND = 10


@dataclass(frozen=True)
class Season:
    """What a season note says, as it was typed."""

    title: str
    texts: Mapping[str, str]
    starts_on: date
    ends_on: date
    hours_added: int
    requests: str


def save_week(
    session: Session, shop: Shop, week: tuple[tuple[Span, ...], ...], zone: str, by: By
) -> bool:
    """Keep the weekly hours and their zone (IANA; empty: the shop's own); whether they changed.

    Invalid where nobody ever works (no answer could be promised), spans overlap, or the zone is
    unknown.
    """
    wrong: dict[str, list[str]] = {}
    if not any(week):
        wrong["week"] = ["Somebody must work at some time, or no answer can be promised."]
    for day, spans in enumerate(week):
        if overlapping(spans):
            wrong[f"day_{day}"] = ["These times overlap."]
    if zone and zone not in available_timezones():
        wrong["time_zone"] = ["Such as Europe/Berlin."]
    if wrong:
        raise Invalid(fields=wrong)
    kept = session.scalar(select(ShopHours).where(ShopHours.shop_id == shop.id))
    if kept is None:
        kept = ShopHours(shop_id=shop.id)
        session.add(kept)
    elif (kept.week, kept.time_zone or "") == (week_json(week), zone):
        return False
    kept.week, kept.time_zone = week_json(week), zone or None
    _tell(session, shop, "hours.changed", by, week=kept.week, time_zone=kept.time_zone)
    return True


def add_holiday(session: Session, shop: Shop, day_on: date, name: str, by: By) -> bool:
    """Nobody works on this day; whether that is new."""
    added = _add(session, shop, {day_on: name[:LONGEST_TITLE]}, "hand")
    if added:
        _tell(session, shop, "holiday.added", by, days=[day_on.isoformat()])
    return bool(added)


def remove_holiday(session: Session, shop: Shop, holiday_id: UUID, by: By) -> None:
    """The team works on that day after all."""
    row = session.scalar(
        delete(Holiday)
        .where(Holiday.shop_id == shop.id, Holiday.id == holiday_id)
        .returning(Holiday.day_on)
    )
    if row is None:
        raise NotFound
    _tell(session, shop, "holiday.removed", by, days=[row.isoformat()])


def public_calendars() -> dict[str, list[str]]:
    """Country → its parts, of all whose public holidays are known (library `holidays`)."""
    return dict(holidays.list_supported_countries(include_aliases=False))


def import_holidays(
    session: Session, shop: Shop, country: str, part: str, year: int, by: By
) -> int:
    """Take over a year's public holidays of a country or one of its parts; how many were new."""
    parts, this_year = public_calendars().get(country), clock.now().year
    wrong: dict[str, list[str]] = {}
    if parts is None:
        wrong["country"] = ["One of the countries in the list."]
    elif part and part not in parts:
        wrong["part"] = [f"One of {', '.join(parts)}." if parts else "This country has no parts."]
    if not this_year - 1 <= year <= this_year + YEARS_AHEAD:
        wrong["year"] = [f"From {this_year - 1} to {this_year + YEARS_AHEAD}."]
    if wrong:
        raise Invalid(fields=wrong)
    found = holidays.country_holidays(country, subdiv=part or None, years=year)
    source = f"{country}-{part}" if part else country
    added = _add(session, shop, {day: name[:LONGEST_TITLE] for day, name in found.items()}, source)
    if added:
        _tell(session, shop, "holiday.added", by, source=source, year=year, count=added)
    return added


def save_season(
    session: Session, shop: Shop, note_id: UUID | None, told: Season, by: By
) -> SeasonNote:
    """Keep a season note, new or changed; Invalid names every field that is wrong."""
    if wrong := _season_wrong(told):
        raise Invalid(fields={name: [text] for name, text in wrong.items()})
    note = season_of(session, shop, note_id) if note_id else SeasonNote(shop_id=shop.id)
    note.title, note.texts = told.title, {k: v for k, v in told.texts.items() if v}
    note.starts_on, note.ends_on = told.starts_on, told.ends_on
    note.first_response_hours_added, note.requests = told.hours_added, told.requests
    note.member_id = by.member_id
    session.add(note)
    session.flush()
    _tell(session, shop, "season.saved", by, note=note.id, starts_on=note.starts_on.isoformat(),
          ends_on=note.ends_on.isoformat(), hours_added=told.hours_added,
          requests=told.requests)  # fmt: skip
    return note


def remove_season(session: Session, shop: Shop, note_id: UUID, by: By) -> None:
    """As if it had never been; what was told to customers meanwhile stays told."""
    session.delete(season_of(session, shop, note_id))
    _tell(session, shop, "season.removed", by, note=note_id)


def season_of(session: Session, shop: Shop, note_id: UUID) -> SeasonNote:
    """A note of this shop; NotFound otherwise."""
    note = session.scalar(
        select(SeasonNote).where(SeasonNote.shop_id == shop.id, SeasonNote.id == note_id)
    )
    if note is None:
        raise NotFound
    return note


def _season_wrong(told: Season) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 0 < len(told.title) <= LONGEST_TITLE:
        wrong["title"] = "A short name for the team."
    wrong |= _days_wrong(told.starts_on, told.ends_on)
    if not 0 <= told.hours_added <= MOST_HOURS_ADDED:
        wrong["hours_added"] = f"A whole number from 0 to {MOST_HOURS_ADDED}."
    if told.requests not in REQUESTS_IN_SEASON:
        wrong["requests"] = "One of the three."
    for language, text in told.texts.items():
        if language not in LANGUAGES or len(text) > LONGEST_TEXT:
            wrong[f"text_{language}"] = f"At most {LONGEST_TEXT:,} characters."
        elif found := objections(text):
            passage, rule = found[0].passage, found[0].rule
            wrong[f"text_{language}"] = f"“{passage}” may not be said to a customer ({rule})."
    return wrong


def _days_wrong(starts_on: date, ends_on: date) -> dict[str, str]:
    if abs(starts_on.year - clock.now().year) > YEARS_AROUND:
        return {"starts_on": f"At most {YEARS_AROUND} years from now."}
    if ends_on < starts_on:
        return {"ends_on": "On or after the first day."}
    if ends_on - starts_on > LONGEST_SEASON:
        return {"ends_on": "At most a year after the first day."}
    return {}


def _add(session: Session, shop: Shop, days: Mapping[date, str], source: str) -> int:
    now: datetime = clock.now()
    rows = [
        {"id": new_id(), "created_at": now, "shop_id": shop.id, "day_on": day, "name": name,
         "source": source} for day, name in days.items()
    ]  # fmt: skip
    if not rows:
        return 0
    return rows_changed(
        session,
        insert(Holiday).values(rows).on_conflict_do_nothing(index_elements=["shop_id", "day_on"]),
    )


def _tell(session: Session, shop: Shop, action: str, by: By, **told: object) -> None:
    record(
        session, shop_id=shop.id, actor=by.label, action=action, subject=f"shop:{shop.id}", **told
    )
    emit(session, "hours.changed", shop_id=shop.id)

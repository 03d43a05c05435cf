"""What customers are told while a season note lasts, and what a first answer becomes in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import ROUTES
from reviewapp.models.support_hours import SeasonNote
from reviewapp.support.clocks import Hours, Season
from reviewapp.support.clockwork import first_response_by
from reviewapp.support.hours import hours_of, team_zone


@dataclass(frozen=True)
class Promise:
    """When a customer who writes at one moment is answered at the latest, by kind of problem.

    None where the calendar knows no working time, so that no promise is made.
    """

    route: str
    usual: datetime | None
    in_season: datetime | None


def season_word(session: Session, shop: Shop, language: str) -> str | None:
    """The shop's own words on the season of today, plain text; None where it says nothing.

    In the customer's language, else the shop's. Notes that overlap are told one after another.
    """
    today = clock.now().astimezone(team_zone(session, shop)).date()
    texts = session.scalars(
        select(SeasonNote.texts)
        .where(
            SeasonNote.shop_id == shop.id,
            SeasonNote.starts_on <= today,
            SeasonNote.ends_on >= today,
        )
        .order_by(SeasonNote.starts_on, SeasonNote.id)
    ).all()
    return "\n\n".join(filter(None, (_in(told, language, shop.locale) for told in texts))) or None


def promises(session: Session, shop: Shop, note: SeasonNote) -> Sequence[Promise]:
    """What first answers are promised now, or at noon of the note's first day where it lasts not.

    Reckoned with the shop's whole calendar, once without this note and once with it.
    """
    hours, now = hours_of(session, shop), clock.now()
    lasts = note.starts_on <= now.astimezone(hours.zone).date() <= note.ends_on
    at = now if lasts else datetime.combine(note.starts_on, time(12), hours.zone)
    usual = _without(hours, note)
    return [
        Promise(
            route,
            first_response_by(shop.settings, usual, route, at),
            first_response_by(shop.settings, hours, route, at),
        )
        for route in ROUTES
    ]


def _without(hours: Hours, note: SeasonNote) -> Hours:
    seasons = list(hours.seasons)
    this = Season(note.starts_on, note.ends_on, note.first_response_hours_added)
    if this in seasons:  # not so once it ended too long ago to be read
        seasons.remove(this)
    return replace(hours, seasons=tuple(seasons))


def _in(texts: Mapping[str, Any], *languages: str | None) -> str:
    """The first of these languages that has words."""
    found = (texts.get(language.partition("-")[0]) for language in languages if language)
    return next((str(told) for told in found if told), "")

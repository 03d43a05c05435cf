"""The daily monitor of fairness per star level; its alarm is a log entry that nobody can mute."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import FAIRNESS, AuditEntry
from reviewapp.moderate.fairness_queries import (
    Level,
    levels_since,
    outcomes_of,
    refusals_by_reason,
)
from reviewapp.moderate.fairness_rules import (
    Gap,
    Look,
    due_look,
    error_part,
    gaps,
    windows,
)
from reviewapp.moderate.rules import RULES_VERSION
from reviewapp.outbox.messages import emit

WINDOW_DAYS = 90
COUNTED = (
    *("decided", "published", "refused", "held", "withdrawn", "timed", "late"),
    *("answers", "shown", "reached"),
)
"""Figures of a level that go into the log, by star."""


@dataclass(frozen=True)
class Fairness:
    """All levels of the last 90 days, and refusals by reason and stars."""

    since: datetime
    levels: list[Level]
    reasons: dict[str, dict[int, int]]


@dataclass(frozen=True)
class Window:
    """A quarter or a year as it stands: its last look, and the gaps that look found."""

    look: Look | None
    gaps: list[dict[str, Any]]

    @classmethod
    def of(cls, told: dict[str, Any]) -> Window:
        """A window as an entry of the log tells it."""
        look = Look(told["look"], told["cases"]) if told.get("look") else None
        return cls(look, told["gaps"])

    def told(self) -> dict[str, Any]:
        """As it stands in the log."""
        look = self.look
        return {
            "look": look.number if look else 0,
            "cases": look.cases if look else 0,
            "gaps": self.gaps,
        }


def fairness(session: Session, shop_id: UUID) -> Fairness:
    """How the shop's reviews of the last 90 days fared, by their stars."""
    since = clock.now() - timedelta(days=WINDOW_DAYS)
    return Fairness(
        since, levels_since(session, shop_id, since), refusals_by_reason(session, shop_id, since)
    )


def last_check(session: Session, shop_id: UUID) -> AuditEntry | None:
    """The newest entry of the monitor."""
    return session.scalars(_checks(shop_id).limit(1)).first()


def alarms(session: Session, shop_id: UUID, most: int = 20) -> list[AuditEntry]:
    """Alarms on record, newest first."""
    found = _checks(shop_id).where(AuditEntry.action == "fairness.alarm")
    return list(session.scalars(found.limit(most)))


def watch_fairness(kit: Kit) -> int:
    """The errand `fairness`: check every shop once a day and log it; how many alarms there were."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = session.scalars(select(Shop.id).order_by(Shop.id)).all()
    return sum(_watch(kit, shop_id) for shop_id in shops)


def check(session: Session, shop_id: UUID) -> dict[str, Any]:
    """Today's numbers and what the windows' looks found, as they go into the log."""
    before = last_check(session, shop_id)
    kept = before.detail.get("windows", {}) if before else {}
    now = clock.now()
    found = {
        name: _looked(session, shop_id, since, Window.of(kept[name]) if name in kept else None)
        for name, since in windows(now).items()
    }
    levels = levels_since(session, shop_id, now - timedelta(days=WINDOW_DAYS))
    numbers = {name: [getattr(level, name) for level in levels] for name in COUNTED}
    hours = [level.median_hours for level in levels]
    return {
        **numbers,
        "median_hours": [None if value is None else round(value, 1) for value in hours],
        "days": WINDOW_DAYS,
        "windows": {name: window.told() for name, window in found.items()},
        "gaps": [gap | {"window": name} for name, one in found.items() for gap in one.gaps],
        "unshown": sum(level.answers - level.shown for level in levels),
    }


def _looked(session: Session, shop_id: UUID, since: datetime, last: Window | None) -> Window:
    """The window after today: a new look where one is due, else as the last look left it."""
    levels = levels_since(session, shop_id, since)
    cases = sum(level.decided + level.answers for level in levels)
    look = due_look(last.look if last else None, cases)
    if look is None:
        return last or Window(None, [])
    found = gaps(outcomes_of(levels), error_part(look.number))
    return Window(look, [_told(gap) for gap in found])


def _told(gap: Gap) -> dict[str, Any]:
    told = asdict(gap) | {"stars": list(gap.stars), "p_value": f"{gap.p_value:.2e}"}
    return told | {name: f"{told[name]:.4f}" for name in ("rate", "rate_of_others")}


def _watch(kit: Kit, shop_id: UUID) -> int:
    subject = f"fairness:{clock.now().date().isoformat()}"
    with kit.database.transaction(shop_id) as session:
        last = last_check(session, shop_id)
        if last is not None and last.subject == subject:
            return 0
        found = check(session, shop_id)
        alarm = bool(found["gaps"] or found["unshown"])
        record(
            session,
            shop_id=shop_id,
            actor="clock",
            action="fairness.alarm" if alarm else "fairness.checked",
            subject=subject,
            rules_version=RULES_VERSION,
            **found,
        )
        emit(session, "fairness.checked", shop_id=shop_id)
        return int(alarm)


def _checks(shop_id: UUID) -> Any:
    return (
        select(AuditEntry)
        .where(AuditEntry.shop_id == shop_id, text(FAIRNESS))
        .order_by(AuditEntry.number.desc())
    )

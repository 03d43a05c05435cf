"""Clusters: problems with something in common raise one alert, whatever their number (playbook 5).

A problem stands behind one open alert only, that of what is most telling: its batch, then its
product, then a theme, then the kind of case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.core.ids import new_id
from reviewapp.insights.rules import BASELINE_WEEKS, WINDOW, is_cluster
from reviewapp.models.insight import AXES, Alert, AlertItem, Mention
from reviewapp.outbox.messages import emit

TROUBLE = ("review", "case")


def raise_alert(session: Session, shop_id: UUID, subject: str, subject_id: UUID) -> Alert | None:
    """Put a problem behind the alert it belongs to, a new one where it makes a cluster; or none."""
    mentions = session.scalars(
        select(Mention).where(Mention.shop_id == shop_id, Mention.subject_id == subject_id)
    ).all()
    for mention in sorted(mentions, key=lambda one: (AXES.index(one.axis), one.key)):
        found = _open_alert(session, mention)
        together = [mention] if found else _cluster(session, mention)
        if found is None and together:
            found = _open(session, mention, together)
        if found is not None:
            for one in together:
                _add(session, found, one)
            close_empty(session, shop_id)
            return found
    return None


def close_alert(session: Session, shop_id: UUID, alert_id: UUID, member_id: UUID, by: str) -> None:
    """Somebody took care of it; the same again later raises a new one. NotFound for another's."""
    alert = the_alert(session, shop_id, alert_id)
    if alert.closed_at is None:
        alert.closed_at, alert.closed_by = clock.now(), member_id
        record(
            session,
            shop_id=shop_id,
            actor=by,
            action="alert.closed",
            subject=f"alert:{alert.id}",
            axis=alert.axis,
        )


def the_alert(session: Session, shop_id: UUID, alert_id: UUID) -> Alert:
    """An alert of this shop with its items."""
    found = session.scalar(
        select(Alert)
        .where(Alert.shop_id == shop_id, Alert.id == alert_id)
        .options(selectinload(Alert.items))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def close_empty(session: Session, shop_id: UUID) -> None:
    """Alerts whose problems all went elsewhere or away are over."""
    session.flush()
    empty = select(Alert).where(
        Alert.shop_id == shop_id,
        Alert.closed_at.is_(None),
        ~exists().where(AlertItem.alert_id == Alert.id),
    )
    for alert in session.scalars(empty):
        alert.closed_at = clock.now()


def _open_alert(session: Session, mention: Mention) -> Alert | None:
    return session.scalar(
        select(Alert)
        .where(
            Alert.shop_id == mention.shop_id,
            Alert.axis == mention.axis,
            Alert.key == mention.key,
            Alert.closed_at.is_(None),
        )
        .with_for_update()
    )


def _cluster(session: Session, mention: Mention) -> Sequence[Mention]:
    """The problems that make a cluster with this one; none when they do not stand out.

    Those behind an alert as telling, or more so, are told of already, closed or not.
    """
    since = mention.mentioned_at - WINDOW
    told = (
        exists()
        .where(
            AlertItem.subject_id == Mention.subject_id,
            AlertItem.alert_id == Alert.id,
            Alert.axis.in_(AXES[: AXES.index(mention.axis) + 1]),
        )
        .correlate(Mention)
    )
    alike = select(Mention).where(
        Mention.shop_id == mention.shop_id,
        Mention.axis == mention.axis,
        Mention.key == mention.key,
        Mention.subject.in_(TROUBLE),
        Mention.mentioned_at <= mention.mentioned_at,
    )
    rows = session.scalars(alike.where(Mention.mentioned_at > since, ~told)).all()
    before = _count(session, mention, since - BASELINE_WEEKS * WINDOW, since)
    return rows if is_cluster(len(rows), before) else []


def _count(session: Session, mention: Mention, since: datetime, until: datetime) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Mention.shop_id == mention.shop_id,
                Mention.axis == mention.axis,
                Mention.key == mention.key,
                Mention.subject.in_(TROUBLE),
                Mention.mentioned_at > since,
                Mention.mentioned_at <= until,
            )
        )
        or 0
    )


def _open(session: Session, mention: Mention, together: Sequence[Mention]) -> Alert | None:
    """The one open alert of this key; another worker may have been quicker."""
    session.execute(
        insert(Alert)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=mention.shop_id,
            axis=mention.axis,
            key=mention.key,
            opened_at=clock.now(),
            last_at=mention.mentioned_at,
        )
        .on_conflict_do_nothing()
    )
    alert = _open_alert(session, mention)
    if alert is not None:
        emit(session, "alert.opened", shop_id=alert.shop_id, alert_id=alert.id)
        record(
            session,
            shop_id=alert.shop_id,
            actor="clock",
            action="alert.opened",
            subject=f"alert:{alert.id}",
            axis=alert.axis,
            items=len(together),
        )
    return alert


def _add(session: Session, alert: Alert, mention: Mention) -> None:
    less_telling = AXES[AXES.index(alert.axis) + 1 :]
    elsewhere = select(Alert.id).where(
        Alert.shop_id == alert.shop_id, Alert.axis.in_(less_telling), Alert.closed_at.is_(None)
    )
    session.execute(
        delete(AlertItem).where(
            AlertItem.subject_id == mention.subject_id, AlertItem.alert_id.in_(elsewhere)
        )
    )
    session.execute(
        insert(AlertItem)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=alert.shop_id,
            alert_id=alert.id,
            subject=mention.subject,
            subject_id=mention.subject_id,
            happened_at=mention.mentioned_at,
        )
        .on_conflict_do_nothing()
    )
    alert.last_at = max(alert.last_at, mention.mentioned_at)

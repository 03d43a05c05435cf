"""Low public reviews as incidents: opened, answered, repaired, and only then at rest (playbook 5).

The stars are read here and only here, after a review was published: the decision is made, and
nothing of an incident is read by the queue, its order or its options (G12).
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Incident, Pause
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.support.clockwork import UNPROMISED
from reviewapp.support.incident_case import case_for
from reviewapp.support.service import promised_by

LOW_RATING = 2
REPLY_ROUTE = "other"
"""Whose first-response hours the public answer is due in."""
PAUSE_REASON = "A low public review is being put right: people write, no automation."


def open_incident(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.published: pause, case with proof, and a due public answer; once a review.

    Imported reviews open none: their stories are over, and their authors are not our customers.
    """
    review = session.get(Review, UUID(event.payload["review_id"]))
    if review is None or review.state != "published" or review.source != "own":
        return
    if review.rating > LOW_RATING:
        return
    shop, now = session.get_one(Shop, review.shop_id), clock.now()
    values = {
        "customer_id": review.customer_id,
        "opened_at": now,
        "reply_due_at": promised_by(session, shop, REPLY_ROUTE, now) or now + UNPROMISED,
    }
    opened = session.scalar(
        insert(Incident)
        .values(id=new_id(), created_at=now, shop_id=shop.id, review_id=review.id, **values)
        .on_conflict_do_nothing(index_elements=["review_id"])
        .returning(Incident.id)
    )
    if opened is None:
        return
    incident = session.get_one(Incident, opened)
    if review.customer_id is not None:
        incident.pause_id = _pause(session, shop.id, review.customer_id).id
        incident.case_id = case_for(session, shop, review).id
    _tell(session, incident, "incident.opened", "clock")


def follow_reply(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After reply.published or reply.withdrawn: the public part is done, or is due again."""
    incident = _of_review(session, UUID(event.payload["review_id"]))
    if incident is None:
        return
    incident.replied_at = clock.now() if event.name == "reply.published" else None
    _settle(session, incident)


def follow_case(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.state_changed: repaired, or not yet after all."""
    case_id, solved = UUID(event.payload["case_id"]), event.payload["state"] == "solved"
    rows = session.scalars(select(Incident).where(Incident.case_id == case_id).with_for_update())
    for incident in rows:
        incident.solved_at = clock.now() if solved else None
        _settle(session, incident)


def follow_review(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.refused or review.withdrawn: nothing stands there any more to answer."""
    incident = _of_review(session, UUID(event.payload["review_id"]))
    if incident is not None:
        incident.reply_due_at = None
        _settle(session, incident)


def resume(session: Session, incident: Incident, *, by: str) -> None:
    """A person lifts the pause before all is done; nothing else changes."""
    pause = session.get(Pause, incident.pause_id) if incident.pause_id else None
    if pause is not None and pause.ends_at is None:
        pause.ends_at = clock.now()
        record(
            session,
            shop_id=incident.shop_id,
            actor=by,
            action="pause.lifted",
            subject=f"incident:{incident.id}",
            pause=pause.id,
        )


def _settle(session: Session, incident: Incident) -> None:
    """Close when answered and repaired, and let automation resume; open again when not."""
    answered = incident.replied_at is not None or incident.reply_due_at is None
    repaired = incident.solved_at is not None or incident.case_id is None
    if answered and repaired and incident.closed_at is None:
        incident.closed_at = clock.now()
        _set_pause_end(session, incident, ends=True)
        _tell(session, incident, "incident.closed", "clock")
    elif not (answered and repaired) and incident.closed_at is not None:
        incident.closed_at = None
        _set_pause_end(session, incident, ends=False)
        _tell(session, incident, "incident.reopened", "clock")


def _set_pause_end(session: Session, incident: Incident, *, ends: bool) -> None:
    pause = session.get(Pause, incident.pause_id) if incident.pause_id else None
    if pause is not None and (pause.ends_at is None) == ends:
        pause.ends_at = clock.now() if ends else None


def _pause(session: Session, shop_id: UUID, customer_id: UUID) -> Pause:
    """Owned by whoever has worked on cases here the longest; review requests wait 14 days (G2)."""
    owner = session.scalar(
        select(Member.id)
        .where(
            Member.shop_id == shop_id,
            Member.disabled_at.is_(None),
            Member.role.in_(("agent", "owner")),
        )
        .order_by(Member.role, Member.id)
        .limit(1)
    )
    pause = Pause(
        shop_id=shop_id,
        customer_id=customer_id,
        owner_id=owner,
        source="incident",
        reason=PAUSE_REASON,
    )
    session.add(pause)
    session.flush()
    return pause


def _of_review(session: Session, review_id: UUID) -> Incident | None:
    return session.scalar(select(Incident).where(Incident.review_id == review_id).with_for_update())


def _tell(session: Session, incident: Incident, event: str, by: str) -> None:
    told = {"incident_id": incident.id, "review_id": incident.review_id}
    if event == "incident.opened":
        emit(session, "incident.opened", shop_id=incident.shop_id, **told)
    elif event == "incident.closed":
        emit(session, "incident.closed", shop_id=incident.shop_id, **told)
    else:
        emit(session, "incident.reopened", shop_id=incident.shop_id, **told)
    record(
        session,
        shop_id=incident.shop_id,
        actor=by,
        action=event,
        subject=f"review:{incident.review_id}",
        incident=incident.id,
        case=incident.case_id,
        pause=incident.pause_id,
    )

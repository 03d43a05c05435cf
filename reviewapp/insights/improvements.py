"""Improvements: written down with an answer, a case or a question, taken up, done or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member
from reviewapp.models.insight import IMPROVEMENT_STATES, PLACES, Improvement
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Reply, Review
from reviewapp.outbox.messages import emit
from reviewapp.themes.rules import find_themes

LONGEST = 1_000
NOTHING = "nothing"


@dataclass(frozen=True)
class Change:
    """What changes, where, who does it, by when."""

    change: str
    place: str
    owner_id: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Origin:
    """What brought it up; at most one of them."""

    case_id: UUID | None = None
    question_id: UUID | None = None
    product_id: UUID | None = None

    @property
    def kind(self) -> str:
        """One of ORIGINS."""
        return "case" if self.case_id else "question" if self.question_id else "hand"


def keep_lesson(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After reply.submitted or reply.published: the fourth part of the answer becomes an item.

    A new version of the answer changes the item that is still open; the same words add nothing.
    "Nothing changes" is kept as dropped, with its reason.
    """
    reply = session.get(Reply, UUID(event.payload["reply_id"]))
    if reply is None:
        return
    review = session.get_one(Review, reply.review_id)
    nothing = reply.place == NOTHING
    item = session.scalar(
        select(Improvement)
        .where(Improvement.review_id == review.id, Improvement.origin == "reply")
        .order_by(Improvement.id.desc())
        .limit(1)
        .with_for_update()
    )
    if item is None or item.state == "done":
        if item is not None and item.change == reply.improvement:
            return
        item = Improvement(
            shop_id=reply.shop_id, review_id=review.id, origin="reply", created_by=reply.member_id
        )
        session.add(item)
    named = find_themes(f"{review.title}\n{review.body}")
    item.change, item.reply_id = reply.improvement, reply.id
    item.place = "other" if nothing else reply.place
    item.state = "dropped" if nothing else "open"
    item.outcome = reply.improvement if nothing else ""
    item.theme, item.product_id = (named[0].theme if named else None), review.product_id
    item.owner_id = _uuid(event.payload.get("owner_id")) or item.owner_id
    item.due_on = _day(event.payload.get("due_on")) or item.due_on


def write_down(
    session: Session, shop_id: UUID, change: Change, origin: Origin, *, member_id: UUID, by: str
) -> Improvement:
    """An improvement by hand, from a case or from a question. Invalid names what is wrong."""
    _check(session, shop_id, change)
    item = Improvement(
        shop_id=shop_id,
        change=change.change.strip(),
        place=change.place,
        owner_id=change.owner_id,
        due_on=change.due_on,
        origin=origin.kind,
        case_id=origin.case_id,
        question_id=origin.question_id,
        product_id=origin.product_id,
        created_by=member_id,
    )
    session.add(item)
    session.flush()
    _log(session, item, by, "improvement.added")
    return item


def edit(session: Session, item: Improvement, change: Change, *, by: str) -> None:
    """Say it better, give it to somebody; a proposal that is edited is taken up."""
    _check(session, item.shop_id, change)
    item.change, item.place = change.change.strip(), change.place
    item.owner_id, item.due_on = change.owner_id, change.due_on
    if item.state == "proposed":
        item.state = "open"
    _log(session, item, by, "improvement.edited")


def move(session: Session, item: Improvement, state: str, outcome: str, *, by: str) -> None:
    """Take up, finish, drop or open again. Done and dropped say what was done, or why not."""
    if state not in IMPROVEMENT_STATES or state == "proposed":
        raise Invalid(fields={"state": ["One of: open, done, dropped."]})
    if state in ("done", "dropped") and not outcome.strip():
        told = "Say what was done." if state == "done" else "Say why nothing changes."
        raise Invalid(fields={"outcome": [told]})
    if len(outcome) > LONGEST:
        raise Invalid(fields={"outcome": [f"At most {LONGEST:,} characters."]})
    item.done_at = clock.now() if state == "done" else None
    item.state, item.outcome = state, outcome.strip()
    _log(session, item, by, f"improvement.{state}")
    if state == "done":
        emit(session, "improvement.done", shop_id=item.shop_id, improvement_id=item.id)


def the_improvement(session: Session, shop_id: UUID, improvement_id: UUID) -> Improvement:
    """One of this shop's, held for a change; NotFound for another's."""
    found = session.scalar(
        select(Improvement)
        .where(Improvement.shop_id == shop_id, Improvement.id == improvement_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def _check(session: Session, shop_id: UUID, change: Change) -> None:
    wrong: dict[str, list[str]] = {}
    if not change.change.strip():
        wrong["change"] = ["Say what changes."]
    if len(change.change) > LONGEST:
        wrong["change"] = [f"At most {LONGEST:,} characters."]
    if change.place not in PLACES:
        wrong["place"] = ["Choose one of the listed places."]
    if change.owner_id is not None:
        member = session.get(Member, change.owner_id)
        if member is None or member.shop_id != shop_id or member.disabled_at is not None:
            wrong["owner"] = ["Somebody of this team."]
    if wrong:
        raise Invalid(fields=wrong)


def _log(session: Session, item: Improvement, by: str, action: str) -> None:
    record(
        session,
        shop_id=item.shop_id,
        actor=by,
        action=action,
        subject=f"improvement:{item.id}",
        place=item.place,
        owner=item.owner_id,
        due_on=item.due_on.isoformat() if item.due_on else None,
    )


def _uuid(told: str | None) -> UUID | None:
    return UUID(told) if told else None


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None

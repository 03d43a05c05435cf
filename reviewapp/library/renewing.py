"""Asking an author whether a use may run longer than they allowed it: once for each end (P1, P3).

A no is no withdrawal: what they allowed runs to its end. A yes is a new grant that begins while
the old one runs, and what was taken out under the old one runs on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import take_turn
from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import negotiate
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer, member_id
from reviewapp.library.asking import (
    MOST_NOTE,
    ask_facts,
    send,
    settle,
    subjects_of,
    terms_of,
    terms_through,
)
from reviewapp.library.contents import Content
from reviewapp.library.prolonging import run_on
from reviewapp.library.rules import ASK_REFUSALS, RENEWAL_REFUSALS, RenewalFacts, why_not_renew
from reviewapp.models.library import PermissionAsk
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review
from reviewapp.models.rights import USES, PermissionEntry
from reviewapp.rights import renewals
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.rules import Standing, ends_right
from reviewapp.rights.service import ledger_of, standing_of

Terms = dict[str, Standing[PermissionEntry]]
"""SHA-256 of what a use is allowed for now → its term and the grant behind it."""


def ask_longer(
    session: Session,
    kit: Kit,
    review: Review,
    use: str,
    contents: Sequence[Content],
    *,
    note: str,
    ends_on: date | None,
    by: Doer,
) -> PermissionAsk:
    """Ask whether what of `contents` ends may run through the day `ends_on`; Invalid says why not.

    None: until it is taken back. What reaches as far already, or is not allowed, is left out.
    """
    if use not in USES:
        raise Invalid(fields={"use": ["Choose one use."]})
    if ends_on is not None and ends_on <= clock.now().date():
        raise Invalid(fields={"ends_on": ["A day that is still to come."]})
    session.execute(select(Review.id).where(Review.id == review.id).with_for_update())
    running = _running(session, review, use)
    if code := why_not_longer(session, review, use, contents, ends_on):
        raise Invalid(fields={_field(code): [(ASK_REFUSALS | RENEWAL_REFUSALS)[code]]})
    chosen = [one for one in contents if one.sha256 in _ending(running, contents, ends_on)]
    asked = PermissionAsk(
        shop_id=review.shop_id,
        review_id=review.id,
        use=use,
        subjects=[_named(one, running[one.sha256].grant.hash) for one in chosen],
        language=negotiate(review.locale),
        note=" ".join(note.split())[:MOST_NOTE],
        ends_on=ends_on,
        runs_until=min(filter(None, (running[one.sha256].term.ends_at for one in chosen))),
        member_id=member_id(by),
    )
    session.add(asked)
    session.flush()
    send(session, kit, asked, review, by=by)
    return asked


def why_not_longer(
    session: Session,
    review: Review,
    use: str,
    contents: Sequence[Content],
    ends_on: date | None,
) -> str | None:
    """The first reason against asking, of ASK_REFUSALS or RENEWAL_REFUSALS; None: ask."""
    running = _running(session, review, use)
    ending = _ending(running, contents, ends_on)
    before = session.scalars(
        select(PermissionAsk).where(
            PermissionAsk.review_id == review.id,
            PermissionAsk.use == use,
            PermissionAsk.runs_until.is_not(None),
        )
    ).all()
    told = {one.get("renews") for ask in before for one in ask.subjects}
    renewal = RenewalFacts(
        ending=ending,
        asked=frozenset(one for one in ending if running[one].grant.hash in told),
        declined=any(ask.state == "declined" for ask in before),
        open=any(ask.state == "open" for ask in before),
    )
    return why_not_renew(ask_facts(session, review, use, contents), renewal)


def answer_longer(
    session: Session, asked: PermissionAsk, review: Review, *, granted: bool, act: Act
) -> None:
    """The author's answer, good once; Conflict when it was answered already.

    After the end too: a late yes holds from then on. What they, or somebody in the picture, ended
    in the meantime stays ended.
    """
    take_turn(session, asked.shop_id)  # no other word comes between what stands and the answer
    settle(session, asked, granted=granted)
    subjects = answerable(session, asked)
    if not granted:
        renewals.decline(session, review, asked.use, subjects, act)
        return
    renewals.renew(session, review, asked.use, subjects, act, terms_of(asked))
    for subject in subjects:
        run_on(session, review, asked.use, subject.sha256)


def answerable(session: Session, asked: PermissionAsk) -> list[Subject]:
    """What of a renewal can be answered: no word has ended it since, at most its term has."""
    entries = ledger_of(session, asked.review_id)
    numbers = {entry.hash: entry.number for entry in entries}
    ended = {
        one.subject_sha256: one.number
        for one in entries
        if one.use == asked.use and ends_right(one) and one.kind != "expired"
    }
    return [
        one
        for one in subjects_of(session, asked)
        if ended.get(one.sha256, 0) < numbers.get(one.renews or "", 0)
    ]


def close_moot(session: Session, _kit: Kit, event: OutboxEvent) -> None:
    """After permission.withdrawn: there is nothing left to ask for where a word ended it all."""
    waiting = session.scalars(
        select(PermissionAsk).where(
            PermissionAsk.review_id == UUID(event.payload["review_id"]),
            PermissionAsk.use == event.payload["use"],
            PermissionAsk.runs_until.is_not(None),
            PermissionAsk.state == "open",
        )
    )
    for asked in waiting:
        if not answerable(session, asked):
            session.execute(
                update(PermissionAsk)
                .where(PermissionAsk.id == asked.id, PermissionAsk.state == "open")
                .values(state="moot")
            )


def _running(session: Session, review: Review, use: str) -> Terms:
    session.flush()
    standing = standing_of(session, review.id)
    return {right.subject_sha256: held for right, held in standing.items() if right.use == use}


def _ending(running: Terms, contents: Sequence[Content], ends_on: date | None) -> frozenset[str]:
    """What of `contents` is allowed, and ends before the last day that is asked for."""
    wanted = terms_through(ends_on).ends_at
    return frozenset(
        one.sha256
        for one in contents
        if (held := running.get(one.sha256)) and not held.term.reaches(wanted)
    )


def _field(code: str) -> str:
    return "ends_on" if code == "not_longer" else "use"


def _named(content: Content, renews: str) -> dict[str, str | None]:
    asset_id = str(content.asset_id) if content.asset_id else None
    return {"sha256": content.sha256, "asset_id": asset_id, "renews": renews}

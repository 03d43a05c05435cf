"""Changing the permission ledger: every act on every use is a new row (P1, P2, P3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.review import Review
from reviewapp.models.rights import PermissionEntry
from reviewapp.outbox.messages import emit
from reviewapp.rights.ledger import Act, Grantor, Subject, Terms, append
from reviewapp.rights.rules import (
    OBJECTIONS,
    Right,
    Standing,
    held_until,
    releases_in_force,
    rights_in_force,
    standing_after,
    terms_of,
)
from reviewapp.rights.texts import LicenceText
from reviewapp.rights.wording import text_shown, texts_shown

EXPIRY_BATCH = 100

log = structlog.get_logger()


def record_permissions(
    session: Session,
    review: Review,
    *,
    granted: Collection[str],
    subjects: Sequence[Subject],
    act: Act,
) -> None:
    """The author's answer to every use that was asked: granted for each subject, else declined.

    A use left unticked is written down once, for the words: that it was asked and not given.
    """
    answers = [
        ("granted" if text.use in granted else "declined", subject, text)
        for text in texts_shown(session, review.shop_id, act.language, act.text_version)
        for subject in (subjects if text.use in granted else subjects[:1])
    ]
    append(session, grantor_of(review), answers, act)


def grant(
    session: Session,
    review: Review,
    use: str,
    subjects: Sequence[Subject],
    act: Act,
    terms: Terms | None = None,
) -> None:
    """Allow one use of these subjects; what is in force already is not written again."""
    held = rights_of(session, review.id)
    text = _text(session, review, use, act)
    missing = [
        ("granted", subject, text) for subject in subjects if Right(use, subject.sha256) not in held
    ]
    append(session, grantor_of(review), missing, act, terms)
    if missing:
        tell_given(session, review, use)


def ask(
    session: Session,
    review: Review,
    use: str,
    subjects: Sequence[Subject],
    act: Act,
    terms: Terms | None = None,
) -> None:
    """Note that the author is asked for one use of these subjects; changes no right.

    Where a subject names a grant, it is asked whether that may run longer.
    """
    text = _text(session, review, use, act)
    append(session, grantor_of(review), [("asked", one, text) for one in subjects], act, terms)


def decline(
    session: Session, review: Review, use: str, subjects: Sequence[Subject], act: Act
) -> None:
    """Note that the author does not allow one use of these subjects; ends what they allowed before.

    Between a question and its answer the author may have said yes elsewhere: the no is the last
    word, and every surface is told (P3).
    """
    asked = {Right(use, one.sha256) for one in subjects}
    ended = asked & terms_of(ledger_of(session, review.id)).keys()
    text = _text(session, review, use, act)
    append(session, grantor_of(review), [("declined", one, text) for one in subjects], act)
    _tell_ended(session, grantor_of(review), ended)


def withdraw(
    session: Session,
    review: Review,
    act: Act,
    *,
    use: str | None = None,
    subject_sha256: str | None = None,
    kind: str = "withdrawn",
) -> int:
    """End what stands, all of it or of one use or subject; returns how many rights ended.

    Takes effect at once: `permission.withdrawn` tells every surface (P3). What was allowed for a
    later day ends as well.
    """
    ending = sorted(
        right
        for right in terms_of(ledger_of(session, review.id))
        if use in (None, right.use) and subject_sha256 in (None, right.subject_sha256)
    )
    end(session, grantor_of(review), ending, kind, act)
    return len(ending)


def end(session: Session, grantor: Grantor, ending: Sequence[Right], kind: str, act: Act) -> None:
    """Write that these rights ended, and tell each use once."""
    assets = _assets_by_sha256(session, grantor.review_id)
    texts = texts_shown(session, grantor.shop_id, act.language, act.text_version)
    by_use = {text.use: text for text in texts}
    append(
        session,
        grantor,
        [
            (
                kind,
                Subject(right.subject_sha256, assets.get(right.subject_sha256)),
                by_use[right.use],
            )
            for right in ending
        ],
        act,
    )
    _tell_ended(session, grantor, ending)


def expire_permissions(kit: Kit) -> int:
    """The errand "permissions": write down what ran out; returns how many rights ended.

    The rights themselves ended with their term (`rights_in_force`); this tells the surfaces and
    opens the take-downs.
    """
    ended = 0
    while batch := _expire_batch(kit):
        ended += batch
    if ended:
        log.info("permissions.expired", count=ended)
    return ended


def rights_of(session: Session, review_id: UUID) -> frozenset[Right]:
    """The permissions in force now for one review and its photos."""
    session.flush()
    return rights_in_force(ledger_of(session, review_id), clock.now())


def file_held_until(session: Session, review_id: UUID, asset_id: UUID) -> datetime | None:
    """Until when permissions for one file of a review hold or held; None: none was ever given."""
    entries = [entry for entry in ledger_of(session, review_id) if entry.asset_id == asset_id]
    return held_until(entries, datetime.max.replace(tzinfo=UTC))


def granting_entries(session: Session, review_id: UUID) -> dict[Right, PermissionEntry]:
    """The entry under which each right in force now was given, the one that reaches furthest."""
    return {right: held.grant for right, held in standing_of(session, review_id).items()}


def standing_of(session: Session, review_id: UUID) -> dict[Right, Standing[PermissionEntry]]:
    """The rights in force now for one review, each with its term and the grant behind it."""
    standing = standing_after(ledger_of(session, review_id))
    return {right: held for right, held in standing.items() if held.term.holds(clock.now())}


def releases_of(session: Session, review_id: UUID) -> dict[Right, dict[str, int]]:
    """How many people in the picture, and guardians, agree, by use and file."""
    session.flush()
    return releases_in_force(ledger_of(session, review_id), clock.now())


def ledger_of(session: Session, review_id: UUID) -> Sequence[PermissionEntry]:
    """Every entry about one review, oldest first."""
    return session.scalars(
        select(PermissionEntry)
        .where(PermissionEntry.review_id == review_id)
        .order_by(PermissionEntry.number)
    ).all()


def tell_given(session: Session, review: Review, use: str) -> None:
    """Every surface hears that something more may be shown for this use."""
    emit(
        session,
        "permission.granted",
        shop_id=review.shop_id,
        review_id=review.id,
        use=use,
    )


def grantor_of(review: Review) -> Grantor:
    """Whose content a review is, as the ledger names it."""
    return Grantor(review.shop_id, review.id, review.customer_id)


def _tell_ended(session: Session, grantor: Grantor, ended: Collection[Right]) -> None:
    """Each use of which rights ended, once."""
    for use in sorted({right.use for right in ended}):
        emit(
            session,
            "permission.withdrawn",
            shop_id=grantor.shop_id,
            review_id=grantor.review_id,
            use=use,
        )


def _expire_batch(kit: Kit) -> int:
    now, later = clock.now(), aliased(PermissionEntry)
    with kit.database.transaction(EVERY_SHOP) as session:
        settled = select(later.id).where(
            later.shop_id == PermissionEntry.shop_id,
            later.review_id == PermissionEntry.review_id,
            later.use == PermissionEntry.use,
            later.subject_sha256 == PermissionEntry.subject_sha256,
            later.number > PermissionEntry.number,
            or_(
                and_(
                    later.party == "author",
                    later.kind != "asked",
                    or_(later.kind != "declined", ~later.proof.has_key("renews")),
                ),
                and_(later.party != "author", later.kind.in_(OBJECTIONS)),
            ),
        )
        due = session.scalars(
            select(PermissionEntry)
            .where(
                PermissionEntry.kind == "granted",
                PermissionEntry.party == "author",
                PermissionEntry.ends_at <= now,
                ~settled.exists(),
            )
            .order_by(PermissionEntry.ends_at)
            .limit(EXPIRY_BATCH)
        ).all()
        for entry in due:
            grantor = Grantor(entry.shop_id, entry.review_id, entry.customer_id)
            right = Right(entry.use, entry.subject_sha256)
            end(session, grantor, [right], "expired", Act(entry.text_language, {"action": "term"}))
        return len(due)


def _text(session: Session, review: Review, use: str, act: Act) -> LicenceText:
    return text_shown(session, review.shop_id, use, act.language, act.text_version)


def _assets_by_sha256(session: Session, review_id: UUID) -> dict[str, UUID]:
    rows = session.execute(
        select(PermissionEntry.subject_sha256, PermissionEntry.asset_id).where(
            PermissionEntry.review_id == review_id, PermissionEntry.asset_id.is_not(None)
        )
    )
    return {sha256: asset_id for sha256, asset_id in rows if asset_id is not None}

"""Writing the permission ledger: every act on every use is a new row (P1, P2, P3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.review import Review
from reviewapp.models.rights import USES, PermissionEntry
from reviewapp.outbox.messages import emit
from reviewapp.rights.rules import Right, rights_in_force
from reviewapp.rights.texts import licence_text


@dataclass(frozen=True)
class Subject:
    """What a permission is about: a photo's file, or (without asset) a version of the words."""

    sha256: str
    asset_id: UUID | None = None


@dataclass(frozen=True)
class Act:
    """How something was allowed or taken back: the language it was read in, and the proof."""

    language: str
    proof: dict[str, Any]


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
    for use in USES:
        if use in granted:
            _append(session, review, "granted", use, subjects, act)
        else:
            _append(session, review, "declined", use, subjects[:1], act)


def grant(
    session: Session, review: Review, use: str, subjects: Sequence[Subject], act: Act
) -> None:
    """Allow one use of these subjects; what is in force already is not written again."""
    held = rights_of(session, review.id)
    missing = [subject for subject in subjects if Right(use, subject.sha256) not in held]
    _append(session, review, "granted", use, missing, act)


def withdraw(
    session: Session,
    review: Review,
    act: Act,
    *,
    use: str | None = None,
    subject_sha256: str | None = None,
    kind: str = "withdrawn",
) -> int:
    """End what is in force, all of it or of one use or subject; returns how many rights ended.

    Takes effect at once: `permission.withdrawn` tells every surface (P3).
    """
    ending = sorted(
        right
        for right in rights_of(session, review.id)
        if use in (None, right.use) and subject_sha256 in (None, right.subject_sha256)
    )
    assets = _assets_by_sha256(session, review.id)
    for right in ending:
        subject = Subject(right.subject_sha256, assets.get(right.subject_sha256))
        _append(session, review, kind, right.use, [subject], act)
    for ended in sorted({right.use for right in ending}):
        emit(
            session, "permission.withdrawn", shop_id=review.shop_id, review_id=review.id, use=ended
        )
    return len(ending)


def rights_of(session: Session, review_id: UUID) -> frozenset[Right]:
    """The permissions in force for one review and its photos."""
    session.flush()
    return rights_in_force(ledger_of(session, review_id))


def ledger_of(session: Session, review_id: UUID) -> Sequence[PermissionEntry]:
    """Every entry about one review, oldest first."""
    return session.scalars(
        select(PermissionEntry)
        .where(PermissionEntry.review_id == review_id)
        .order_by(PermissionEntry.id)
    ).all()


def _append(
    session: Session,
    review: Review,
    kind: str,
    use: str,
    subjects: Sequence[Subject],
    act: Act,
) -> None:
    text = licence_text(use, act.language)
    for subject in subjects:
        session.add(
            PermissionEntry(
                shop_id=review.shop_id,
                kind=kind,
                use=use,
                customer_id=review.customer_id,
                review_id=review.id,
                asset_id=subject.asset_id,
                subject_sha256=subject.sha256,
                text_version=text.version,
                text_language=text.language,
                text_sha256=text.sha256,
                proof=act.proof,
            )
        )


def _assets_by_sha256(session: Session, review_id: UUID) -> dict[str, UUID]:
    rows = session.execute(
        select(PermissionEntry.subject_sha256, PermissionEntry.asset_id).where(
            PermissionEntry.review_id == review_id, PermissionEntry.asset_id.is_not(None)
        )
    )
    return {sha256: asset_id for sha256, asset_id in rows if asset_id is not None}

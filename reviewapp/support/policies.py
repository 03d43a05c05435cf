"""Versions of a shop's policies: written, never changed; which one held at a moment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record, take_turn
from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import LANGUAGES
from reviewapp.models.account import Shop
from reviewapp.models.policy import POLICY_KINDS, PolicyVersion

MOST_CHARACTERS = 100_000


def publish_policy(
    session: Session,
    shop: Shop,
    *,
    kind: str,
    language: str,
    body: str,
    url: str,
    in_force_from: datetime | None,
    by: str,
    member_id: UUID | None = None,
) -> PolicyVersion:
    """Keep a new version; the one before stays and held until then.

    It may begin in the past (a policy older than this product), but after the one before it. The
    same text again is no new version. Invalid with a sentence by field.
    """
    body = body.replace("\r\n", "\n").strip()
    _check(kind, language, body, url)
    take_turn(session, shop.id)  # versions are numbered one after another
    last = newest(session, shop.id, kind, language)
    begins = in_force_from or clock.now()
    if last is not None and last.body == body:
        return last
    _check_order(last, begins)
    version = PolicyVersion(
        shop_id=shop.id,
        kind=kind,
        language=language,
        number=1 + (last.number if last else 0),
        body=body,
        url=url or None,
        in_force_from=begins,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        member_id=member_id,
    )
    session.add(version)
    session.flush()
    _log(session, version, by)
    return version


def newest(session: Session, shop_id: UUID, kind: str, language: str) -> PolicyVersion | None:
    """The last version written, in force or soon to be."""
    return session.scalars(
        select(PolicyVersion)
        .where(
            PolicyVersion.shop_id == shop_id,
            PolicyVersion.kind == kind,
            PolicyVersion.language == language,
        )
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    ).first()


def in_force_at(session: Session, shop_id: UUID, at: datetime) -> Sequence[PolicyVersion]:
    """The version of each policy and language that held at `at`, by kind and language."""
    ranked = (
        select(
            PolicyVersion.id,
            func.row_number()
            .over(
                partition_by=(PolicyVersion.kind, PolicyVersion.language),
                order_by=PolicyVersion.number.desc(),
            )
            .label("place"),
        )
        .where(PolicyVersion.shop_id == shop_id, PolicyVersion.in_force_from <= at)
        .subquery()
    )
    return session.scalars(
        select(PolicyVersion)
        .join(ranked, ranked.c.id == PolicyVersion.id)
        .where(ranked.c.place == 1)
        .order_by(PolicyVersion.kind, PolicyVersion.language)
    ).all()


def versions(session: Session, shop_id: UUID) -> Sequence[PolicyVersion]:
    """All versions, by kind and language, the newest first."""
    return session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.shop_id == shop_id)
        .order_by(PolicyVersion.kind, PolicyVersion.language, PolicyVersion.number.desc())
    ).all()


def version_of(session: Session, shop_id: UUID, version_id: UUID) -> PolicyVersion:
    """One version; NotFound for another shop's."""
    found = session.scalar(
        select(PolicyVersion).where(
            PolicyVersion.shop_id == shop_id, PolicyVersion.id == version_id
        )
    )
    if found is None:
        raise NotFound
    return found


def before(session: Session, version: PolicyVersion) -> PolicyVersion | None:
    """The version that held until this one."""
    return session.scalar(
        select(PolicyVersion).where(
            PolicyVersion.shop_id == version.shop_id,
            PolicyVersion.kind == version.kind,
            PolicyVersion.language == version.language,
            PolicyVersion.number == version.number - 1,
        )
    )


def _check_order(last: PolicyVersion | None, begins: datetime) -> None:
    if last is not None and begins <= last.in_force_from:
        raise Invalid(fields={"in_force_from": ["It begins after the version before it."]})


def _log(session: Session, version: PolicyVersion, by: str) -> None:
    record(
        session,
        shop_id=version.shop_id,
        actor=by,
        action="policy.published",
        subject=f"policy:{version.id}",
        kind=version.kind,
        language=version.language,
        number=version.number,
        sha256=version.sha256,
    )


def _check(kind: str, language: str, body: str, url: str) -> None:
    wrong: dict[str, list[str]] = {}
    if kind not in POLICY_KINDS:
        wrong["kind"] = [f"One of {', '.join(POLICY_KINDS)}."]
    if language not in LANGUAGES:
        wrong["language"] = [f"One of {', '.join(LANGUAGES)}."]
    if not body:
        wrong["body"] = ["Paste the text of the policy."]
    elif len(body) > MOST_CHARACTERS:
        wrong["body"] = [f"At most {MOST_CHARACTERS:,} characters."]
    if url and urlsplit(url).scheme not in ("https", "http"):
        wrong["url"] = ["An address that begins with https://."]
    if wrong:
        raise Invalid(fields=wrong)

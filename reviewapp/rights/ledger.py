"""Appending to a shop's permission ledger, and reading it back for proof (P2, P3)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.audit.chain import GENESIS, Break, breaks, entry_hash
from reviewapp.audit.service import take_turn
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, rows_changed
from reviewapp.core.ids import new_id
from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.models.rights import WORLD, PermissionDetail, PermissionEntry, StandingRight
from reviewapp.rights.rules import OBJECTIONS, Term, ends_right, extended
from reviewapp.rights.texts import LicenceText

PROOF_KEPT = timedelta(days=3 * 365)
"""How long address and agent are kept: the usual term of a claim. Ids and times stay."""


@dataclass(frozen=True)
class Subject:
    """What a permission is about: a photo's file, or (without asset) a version of the words."""

    sha256: str
    asset_id: UUID | None = None
    original_sha256: str | None = None
    """Of the file as it came, where `sha256` is of the clean one made of it."""
    renews: str | None = None
    """Hash of the grant whose term is to be made longer; None: it is about no running term."""


@dataclass(frozen=True)
class Terms:
    """How far a permission reaches; the defaults are what the shipped licence texts say."""

    starts_at: datetime | None = None
    """None: now."""
    ends_at: datetime | None = None
    territory: tuple[str, ...] = (WORLD,)
    edits: tuple[str, ...] = ("crop", "resize")
    ai_training: bool = False


@dataclass(frozen=True)
class Origin:
    """What is personal in an act: kept apart from the ledger, for a limited time."""

    address: str | None = None
    agent: str | None = None
    credit_line: str | None = None


@dataclass(frozen=True)
class Act:
    """How something was allowed or taken back: the language it was read in, and the proof."""

    language: str
    proof: dict[str, Any]
    """References only: request id, page version, action, token id, Message-ID."""
    origin: Origin = field(default_factory=Origin)
    party: str = "author"
    text_version: str | None = None
    """Of the licence text that was read, as its page named it; None: the present one."""


@dataclass(frozen=True)
class Grantor:
    """Whose content it is: the review it stands in and the customer who wrote it."""

    shop_id: UUID
    review_id: UUID
    customer_id: UUID | None


def append(
    session: Session,
    grantor: Grantor,
    acts: Sequence[tuple[str, Subject, LicenceText]],
    act: Act,
    terms: Terms | None = None,
) -> list[PermissionEntry]:
    """Write one row for each (kind, subject, text), chained to the shop's last one.

    The chain is taken in turn until the transaction ends, together with the log's.
    """
    if not acts:
        return []
    take_turn(session, grantor.shop_id)
    number, previous = _last(session, grantor.shop_id)
    written = []
    for kind, subject, text in acts:
        number += 1
        entry = _entry(grantor, kind, subject, text, act, terms or Terms())
        entry.number, entry.previous_hash = number, previous
        detail = _detail(entry, act.origin)
        entry.hash = previous = entry_hash(previous, as_mapping(entry))
        session.add(entry)
        session.flush()
        if detail:
            session.add(detail)
        _keep_standing(session, entry)
        written.append(entry)
    return written


def entries(session: Session, shop_id: UUID) -> Iterator[dict[str, Any]]:
    """The shop's ledger in order, as plain mappings; streams."""
    rows = session.scalars(
        select(PermissionEntry)
        .where(PermissionEntry.shop_id == shop_id)
        .order_by(PermissionEntry.number)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield as_mapping(row)


def verify(session: Session, shop_id: UUID) -> list[Break]:
    """Every place where the shop's ledger does not hold; empty: it is as it was written."""
    return breaks(entries(session, shop_id))


def as_mapping(entry: PermissionEntry) -> dict[str, Any]:
    """An entry as it is hashed and exported."""
    return {
        "number": entry.number,
        "id": str(entry.id),
        "shop_id": str(entry.shop_id),
        "at": entry.created_at.isoformat(),
        "kind": entry.kind,
        "use": entry.use,
        "party": entry.party,
        "customer_id": _text(entry.customer_id),
        "review_id": str(entry.review_id),
        "asset_id": _text(entry.asset_id),
        "subject_sha256": entry.subject_sha256,
        "text_version": entry.text_version,
        "text_language": entry.text_language,
        "text_sha256": entry.text_sha256,
        "territory": entry.territory,
        "starts_at": entry.starts_at.isoformat(),
        "ends_at": entry.ends_at.isoformat() if entry.ends_at else None,
        "edits": entry.edits,
        "ai_training": entry.ai_training,
        "proof": entry.proof,
        "proof_sha256": entry.proof_sha256,
        "credit_sha256": entry.credit_sha256,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def salted_sha256(salt: str, value: Any) -> str:
    """SHA-256 in hex over the salt and the canonical JSON of `value`."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical_bytes(value)).hexdigest()


def forget_origins(kit: Kit) -> int:
    """Take out addresses and agents whose time is over; returns of how many entries."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return rows_changed(
            session,
            update(PermissionDetail)
            .where(
                PermissionDetail.kept_until <= clock.now(),
                PermissionDetail.address.is_not(None) | PermissionDetail.agent.is_not(None),
            )
            .values(address=None, agent=None),
        )


def _keep_standing(session: Session, entry: PermissionEntry) -> None:
    """Bring the projection in line with the newest entry, by the rule of `rules.terms_of`."""
    key = {
        "review_id": entry.review_id,
        "subject_sha256": entry.subject_sha256,
        "use": entry.use,
    }
    if entry.kind == "granted" and entry.party == "author":
        if _objected(session, entry):
            return
        term = extended(_running(session, key) if entry.renews else None, entry)
        values = {
            "starts_at": term.starts_at,
            "ends_at": term.ends_at,
            "entry_hash": entry.hash,
        }
        session.execute(
            insert(StandingRight)
            .values(shop_id=entry.shop_id, **key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )
    elif ends_right(entry):
        session.execute(delete(StandingRight).filter_by(**key))


def _running(session: Session, key: dict[str, Any]) -> Term | None:
    held = session.execute(
        select(StandingRight.starts_at, StandingRight.ends_at).filter_by(**key)
    ).first()
    return Term(held.starts_at, held.ends_at) if held else None


def _objected(session: Session, entry: PermissionEntry) -> bool:
    """Whether the last word of anybody in the picture, or of a guardian, is a no."""
    words = session.scalars(
        select(PermissionEntry)
        .where(
            PermissionEntry.review_id == entry.review_id,
            PermissionEntry.use == entry.use,
            PermissionEntry.subject_sha256 == entry.subject_sha256,
            PermissionEntry.party != "author",
            PermissionEntry.kind.in_(("granted", *OBJECTIONS)),
        )
        .order_by(PermissionEntry.number)
    )
    last = {(one.party, one.person): one.kind for one in words}
    return any(kind in OBJECTIONS for kind in last.values())


def _last(session: Session, shop_id: UUID) -> tuple[int, str]:
    last = session.execute(
        select(PermissionEntry.number, PermissionEntry.hash)
        .where(PermissionEntry.shop_id == shop_id)
        .order_by(PermissionEntry.number.desc())
        .limit(1)
    ).first()
    return (last.number, last.hash) if last else (0, GENESIS)


def _entry(
    grantor: Grantor, kind: str, subject: Subject, text: LicenceText, act: Act, terms: Terms
) -> PermissionEntry:
    now = clock.now()
    return PermissionEntry(
        id=new_id(),
        created_at=now,
        shop_id=grantor.shop_id,
        kind=kind,
        use=text.use,
        party=act.party,
        customer_id=grantor.customer_id,
        review_id=grantor.review_id,
        asset_id=subject.asset_id,
        subject_sha256=subject.sha256,
        text_version=text.version,
        text_language=text.language,
        text_sha256=text.sha256,
        territory=list(terms.territory),
        starts_at=terms.starts_at or now,
        ends_at=terms.ends_at,
        edits=list(terms.edits),
        ai_training=terms.ai_training,
        proof=act.proof | _references(subject),
    )


def _references(subject: Subject) -> dict[str, str]:
    """Ties the clean file to the one that was sent, and a renewal to the grant it renews (P2)."""
    told = {"original_sha256": subject.original_sha256, "renews": subject.renews}
    return {name: value for name, value in told.items() if value}


def _detail(entry: PermissionEntry, origin: Origin) -> PermissionDetail | None:
    """The personal part of an entry, which gets the hashes over it; None: there is none."""
    if origin == Origin():
        return None
    salt = secrets.token_hex(32)
    if origin.address or origin.agent:
        shown = {"address": origin.address, "agent": origin.agent}
        entry.proof_sha256 = salted_sha256(salt, shown)
    if origin.credit_line is not None:
        entry.credit_sha256 = salted_sha256(salt, origin.credit_line)
    return PermissionDetail(
        entry_id=entry.id,
        shop_id=entry.shop_id,
        salt=salt,
        credit_line=origin.credit_line,
        address=origin.address,
        agent=origin.agent,
        kept_until=entry.created_at + PROOF_KEPT,
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)

"""Deciding on one photo or film: the words of its review stay as they are (G13, P5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.media import service as media
from reviewapp.media.images import SanitisedImage
from reviewapp.media.redacting import replace_master
from reviewapp.media.render import show_again
from reviewapp.models.media import MediaAsset, MediaDecision, Rendition
from reviewapp.models.review import Review
from reviewapp.moderate.media_rules import media_options
from reviewapp.moderate.rules import WAITING
from reviewapp.moderate.service import LONGEST_NOTE, By
from reviewapp.rights.looking import Look, note_look


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a file. `look` with "check" only, `areas` with "redact" only."""

    action: str
    reason: str | None = None
    note: str = ""
    look: Look = field(default_factory=Look)
    areas: Sequence[dict[str, Any]] | None = None


def the_asset(session: Session, shop_id: UUID, asset_id: UUID) -> tuple[MediaAsset, Review]:
    """A file of one of the shop's reviews, with its review; NotFound for another's."""
    row = session.execute(
        select(MediaAsset, Review)
        .join(Review, Review.id == MediaAsset.review_id)
        .where(MediaAsset.shop_id == shop_id, MediaAsset.id == asset_id)
        .options(selectinload(MediaAsset.renditions), selectinload(Review.product))
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def media_decisions(session: Session, asset_id: UUID) -> list[MediaDecision]:
    """Everything that was decided on a file, newest first."""
    return list(
        session.scalars(
            select(MediaDecision)
            .where(MediaDecision.asset_id == asset_id)
            .order_by(MediaDecision.decided_at.desc(), MediaDecision.id.desc())
        )
    )


def captions_of(asset: MediaAsset) -> list[Rendition]:
    """The captions of a film, by language."""
    found = [one for one in asset.renditions if one.role == "captions"]
    return sorted(found, key=lambda one: one.language or "")


def check_verdict(verdict: Verdict, asset: MediaAsset, review: Review) -> None:
    """Invalid unless this may be done now and says why (G13); Conflict when its time is over."""
    options = options_of(asset, review)
    if verdict.action not in options:
        raise Conflict
    wrong: dict[str, list[str]] = {}
    reasons = options[verdict.action]
    if reasons and verdict.reason not in reasons:
        wrong["reason"] = ["Choose one of the listed reasons."]
    if reasons and not verdict.note.strip():
        wrong["note"] = ["Say in a sentence why."]
    if len(verdict.note) > LONGEST_NOTE:
        wrong["note"] = [f"At most {LONGEST_NOTE} characters."]
    if verdict.action == "redact" and not verdict.areas:
        wrong["left"] = ["Mark the part of the picture to make unreadable."]
    if wrong:
        raise Invalid(fields=wrong)


def options_of(asset: MediaAsset, review: Review) -> dict[str, tuple[str, ...]]:
    """What may be done with the file now."""
    return media_options(
        kind=asset.kind,
        state=asset.state,
        hidden_reason=asset.hidden_reason,
        waiting=review.state in WAITING,
    )


def decide_on_media(
    session: Session,
    asset: MediaAsset,
    review: Review,
    verdict: Verdict,
    *,
    by: By,
    redacted: SanitisedImage | None = None,
) -> MediaDecision:
    """Carry out `verdict`, keep who decided what and why, and tell the rest of the house.

    `redacted` is the new master of a redaction. Nothing here knows the stars (G12).
    """
    check_verdict(verdict, asset, review)
    if verdict.action == "check":
        return note_look(session, asset, verdict.look, by=by.label, member_id=by.member_id)
    row = _row(asset, verdict, by)
    session.add(row)
    _change(session, asset, verdict, redacted)
    session.flush()
    record(
        session,
        shop_id=asset.shop_id,
        actor=by.label,
        action=f"media.{verdict.action}",
        subject=f"media:{asset.id}",
        review=str(review.id),
        decision=row.id,
        reason=row.reason,
        areas=row.areas,
        sha256=row.sha256,
    )
    return row


def _row(asset: MediaAsset, verdict: Verdict, by: By) -> MediaDecision:
    return MediaDecision(
        shop_id=asset.shop_id,
        asset_id=asset.id,
        action=verdict.action,
        reason=verdict.reason,
        note=verdict.note.strip(),
        areas=list(verdict.areas) if verdict.areas else None,
        sha256=asset.sha256,
        actor=by.actor,
        member_id=by.member_id,
        decided_at=clock.now(),
    )


def _change(
    session: Session, asset: MediaAsset, verdict: Verdict, redacted: SanitisedImage | None
) -> None:
    if verdict.action in ("reject", "hide"):
        assert verdict.reason
        media.hide(session, asset, verdict.reason)
    elif verdict.action == "show":
        show_again(session, asset)
    elif verdict.action == "redact":
        assert redacted
        replace_master(session, asset, redacted)

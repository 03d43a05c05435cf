"""Releases of people in a picture and of children's guardians; its focal point (P5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core.errors import Invalid
from reviewapp.library.acting import Doer
from reviewapp.library.contents import Content
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.rights import releases
from reviewapp.rights.ledger import Act, Origin, Subject

PARTIES = ("depicted", "guardian")
LONGEST_NAME, LONGEST_REFERENCE = 100, 120


@dataclass(frozen=True)
class Release:
    """What somebody in a picture, or a child's guardian, agreed to outside of this system."""

    party: str
    """One of PARTIES."""
    name: str
    """Who: personal, kept apart from the ledger."""
    reference: str
    """Where the signed paper lies, such as a file number; stays in the ledger for ever."""
    uses: Collection[str]


def record_release(
    session: Session, review: Review, content: Content, given: Release, *, by: Doer
) -> None:
    """Note a release for one file; Invalid with each field that is wrong."""
    _check(content, given)
    proof = {"action": "release", "reference": given.reference, "noted_by": by.label}
    act = Act("en", proof, Origin(credit_line=given.name), party=given.party)
    releases.record(session, review, given.uses, _subject(content), act)
    _log(session, review, content, "release.recorded", by, party=given.party)


def end_release(
    session: Session, review: Review, content: Content, party: str, *, by: Doer
) -> None:
    """Somebody in the picture, or a guardian, says no: it may not be used anywhere any more."""
    if party not in PARTIES:
        raise Invalid(fields={"party": ["Say whose word it is."]})
    act = Act("en", {"action": "release_ended", "noted_by": by.label}, party=party)
    releases.end_all(session, review, _subject(content), act)
    _log(session, review, content, "release.ended", by, party=party)


def set_focus(session: Session, asset: MediaAsset, focus: tuple[float, float], *, by: Doer) -> None:
    """Keep the point that crops have in view, as parts of width and height; Invalid outside."""
    if not all(0 <= part <= 1 for part in focus):  # also refuses NaN
        raise Invalid(fields={"focus_x": ["Numbers from 0 to 100."]})
    asset.focus_x, asset.focus_y = focus
    record(
        session,
        shop_id=asset.shop_id,
        actor=by.label,
        action="media.focused",
        subject=f"media:{asset.id}",
        focus=[round(part, 4) for part in focus],
    )


def _check(content: Content, given: Release) -> None:
    wrong: dict[str, list[str]] = {}
    if given.party not in PARTIES:
        wrong["party"] = ["Say whose release it is."]
    if not 2 <= len(given.name) <= LONGEST_NAME:
        wrong["name"] = ["Write the name that stands on the paper."]
    if not given.reference or len(given.reference) > LONGEST_REFERENCE:
        wrong["reference"] = ["Say where the signed paper lies, such as a file number."]
    if not given.uses or not set(given.uses) <= set(USES):
        wrong["uses"] = ["Tick what it allows."]
    if content.asset is None:
        wrong["uses"] = ["Words show nobody."]
    if wrong:
        raise Invalid(fields=wrong)


def _subject(content: Content) -> Subject:
    return Subject(content.sha256, content.asset_id)


def _log(
    session: Session, review: Review, content: Content, action: str, by: Doer, *, party: str
) -> None:
    record(
        session,
        shop_id=review.shop_id,
        actor=by.label,
        action=action,
        subject=f"media:{content.asset_id}",
        review=review.id,
        sha256=content.sha256,
        party=party,
    )

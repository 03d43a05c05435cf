"""Taking content out: refused without a permission in force, recorded, made by the worker (P4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.errors import Gone, Invalid, NotFound
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer, member_id
from reviewapp.library.contents import Content, contents_of, quoted_in, seen_in, shop_review
from reviewapp.library.rules import LeaveFacts, why_not_leave
from reviewapp.models.account import Shop
from reviewapp.models.library import Export, ExportItem
from reviewapp.models.review import Review
from reviewapp.models.rights import USES, PermissionEntry
from reviewapp.rights.rules import Right
from reviewapp.rights.service import granting_entries, releases_of

MOST_ITEMS = 60
CENTRE = (0.5, 0.5)


@dataclass(frozen=True)
class Pick:
    """One content that was chosen, and the point crops keep in view."""

    review_id: UUID
    sha256: str
    focus: tuple[float, float] | None = None
    """None: as set for the picture."""
    excerpt: str = ""
    """A passage of the words; empty: all of them."""


@dataclass(frozen=True)
class Plan:
    """What an export is for: the use, the place, the last day."""

    use: str
    place: str
    until: date | None = None

    @property
    def until_at(self) -> datetime | None:
        """The instant after the last day, UTC."""
        if self.until is None:
            return None
        return datetime.combine(self.until + timedelta(days=1), time(), UTC)


@dataclass(frozen=True)
class Checked:
    """A chosen content with what stands in its way."""

    review: Review
    content: Content
    entry: PermissionEntry | None
    refusals: list[str]
    focus: tuple[float, float] = CENTRE


def check(session: Session, shop: Shop, plan: Plan, picks: Sequence[Pick]) -> list[Checked]:
    """Each pick with every reason against its leaving; NotFound for what is not the shop's."""
    return [_checked(session, shop, plan, pick) for pick in picks]


def export(session: Session, shop: Shop, plan: Plan, picks: Sequence[Pick], *, by: Doer) -> Export:
    """Record the export and have it made; Invalid when anything chosen may not leave."""
    _check_plan(plan, picks)
    checked = check(session, shop, plan, picks)
    refused = {one.content.sha256: one.refusals for one in checked if one.refusals}
    if refused:
        raise Invalid("export_refused", fields={f"assets.{key}": refused[key] for key in refused})
    made = Export(
        shop_id=shop.id,
        use=plan.use,
        place=plan.place,
        until=plan.until,
        member_id=member_id(by),
    )
    session.add(made)
    session.flush()
    session.add_all(_item(made, one) for one in checked if one.entry)
    record(
        session,
        shop_id=shop.id,
        actor=by.label,
        action="content.exported",
        subject=f"export:{made.id}",
        use=plan.use,
        subjects=sorted(one.content.sha256 for one in checked),
    )
    ping_after_commit(session, "exports")
    return made


def one_export(session: Session, shop_id: UUID, export_id: UUID) -> Export:
    """An export of the shop with its items; NotFound for any other."""
    found = session.scalars(
        select(Export)
        .where(Export.id == export_id, Export.shop_id == shop_id)
        .options(selectinload(Export.items), selectinload(Export.member))
    ).first()
    if found is None:
        raise NotFound
    return found


def open_bundle(session: Session, kit: Kit, shop: Shop, made: Export) -> BinaryIO:
    """The bundle, while everything in it may still leave; Gone when a permission has ended."""
    if made.state != "made":
        raise NotFound
    if made.key is None or any(one.refusals for one in recheck(session, shop, made)):
        raise Gone("export_ended")
    return kit.storage.open(made.key)


def _check_plan(plan: Plan, picks: Sequence[Pick]) -> None:
    wrong: dict[str, list[str]] = {}
    if plan.use not in USES:
        wrong["use"] = ["Choose where it goes."]
    if not plan.place:
        wrong["place"] = ["Say where it will run, so that it can be taken down there."]
    if plan.until is not None and plan.until < clock.now().date():
        wrong["until"] = ["A day that is still to come."]
    if not picks:
        wrong["assets"] = ["Choose at least one picture, film or text."]
    if len(picks) > MOST_ITEMS:
        wrong["assets"] = [f"At most {MOST_ITEMS} at once."]
    if len({(pick.review_id, pick.sha256) for pick in picks}) < len(picks):
        wrong["assets"] = ["Of one review, choose its words or one excerpt of them."]
    if wrong:
        raise Invalid(fields=wrong)


def _checked(session: Session, shop: Shop, plan: Plan, pick: Pick) -> Checked:
    review = shop_review(session, shop.id, pick.review_id)
    content = next((one for one in contents_of(session, review) if one.sha256 == pick.sha256), None)
    if content is None or (pick.excerpt and quoted_in(review, pick.excerpt) is None):
        raise NotFound
    content = replace(content, excerpt=pick.excerpt)
    right = Right(plan.use, content.sha256)
    entry = granting_entries(session, review.id).get(right)
    facts = LeaveFacts(
        published=review.state == "published",
        state=content.asset.state if content.asset else "ready",
        allowed=entry is not None,
        ends_at=entry.ends_at if entry else None,
        seen=seen_in(session, content),
        agreed=releases_of(session, review.id).get(right, {}),
    )
    focus = pick.focus or (content.asset.focus if content.asset else CENTRE)
    return Checked(review, content, entry, why_not_leave(facts, plan.until_at), focus)


def _item(made: Export, one: Checked) -> ExportItem:
    assert one.entry is not None
    return ExportItem(
        shop_id=made.shop_id,
        export_id=made.id,
        review_id=one.review.id,
        asset_id=one.content.asset_id,
        subject_sha256=one.content.sha256,
        permission_hash=one.entry.hash,
        ends_at=one.entry.ends_at,
        focus=list(one.focus),
        excerpt=one.content.excerpt or None,
    )


def recheck(
    session: Session, shop: Shop, made: Export, longer: Plan | None = None
) -> list[Checked]:
    """How everything in an export stands now; what was erased or changed may not leave.

    With a `longer` plan also whether it may run that long.
    """
    plan = longer or Plan(made.use, made.place)
    found = []
    for item in made.items:
        focus = (item.focus[0], item.focus[1])
        pick = Pick(item.review_id, item.subject_sha256, focus, item.excerpt or "")
        try:
            one = _checked(session, shop, plan, pick)
        except NotFound as error:
            raise Gone("export_ended") from error
        still = [code for code in one.refusals if longer or code != "ends_before"]
        found.append(Checked(one.review, one.content, one.entry, still, one.focus))
    return found

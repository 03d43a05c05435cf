"""Content by the ids programs know: told, taken out, asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.core.errors import Invalid
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer
from reviewapp.library.asking import ask, ask_facts
from reviewapp.library.contents import as_read, chosen, contents_of, shop_review
from reviewapp.library.exporting import Pick, Plan
from reviewapp.library.renewing import ask_longer, why_not_longer
from reviewapp.library.rules import why_not_ask
from reviewapp.models.account import Shop
from reviewapp.models.library import PermissionAsk
from reviewapp.models.library_asset import FOREVER, LibraryAsset
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.models.rights import USES


@dataclass(frozen=True)
class Picked:
    """A chosen content and the id it was named by: of a file, or of a review for its words."""

    id: UUID
    pick: Pick


def picked_by_id(session: Session, shop_id: UUID, ids: Sequence[UUID]) -> list[Picked]:
    """The named contents, each once; Invalid names those that the shop does not have."""
    wanted = list(dict.fromkeys(ids))
    files = session.execute(
        select(MediaAsset.id, MediaAsset.review_id, MediaAsset.sha256).where(
            MediaAsset.shop_id == shop_id,
            MediaAsset.id.in_(wanted),
            MediaAsset.review_id.is_not(None),
        )
    )
    words = session.execute(
        select(Review.id, Review.id, ReviewVersion.sha256)
        .join(ReviewVersion, ReviewVersion.review_id == Review.id)
        .where(
            Review.shop_id == shop_id,
            Review.id.in_(wanted),
            ReviewVersion.version == Review.version,
        )
    )
    found = {
        named: Picked(named, Pick(review_id, sha256))
        for named, review_id, sha256 in [*files, *words]
    }
    unknown = [place for place, named in enumerate(ids) if named not in found]
    if unknown:
        raise Invalid(fields={f"assets.{place}": ["No such asset."] for place in unknown})
    return [found[named] for named in wanted]


def ask_authors(
    session: Session,
    kit: Kit,
    shop: Shop,
    plan: Plan,
    picked: Sequence[Picked],
    *,
    longer: bool = False,
    by: Doer,
) -> tuple[list[PermissionAsk], dict[UUID, str]]:
    """Ask each author once about all that was chosen of theirs; (asked, review → why not).

    For a permission, or (`longer`) whether what they allowed with an end may run until the plan's.
    """
    by_review: defaultdict[UUID, list[str]] = defaultdict(list)
    for one in picked:
        by_review[one.pick.review_id].append(one.pick.sha256)
    asked, refused = [], {}
    for review_id, hashes in by_review.items():
        review = shop_review(session, shop.id, review_id)
        contents = chosen(contents_of(session, review), hashes)
        if longer:
            code = why_not_longer(session, review, plan.use, contents, plan.until)
        else:
            code = why_not_ask(ask_facts(session, review, plan.use, contents))
        if code:
            refused[review_id] = code
            continue
        question = ask_longer if longer else ask
        asked.append(
            question(
                session, kit, review, plan.use, contents,
                note=plan.place, ends_on=plan.until, by=by,
            )
        )  # fmt: skip
    return asked, refused


def told_assets(
    session: Session, shop_id: UUID, rows: Sequence[LibraryAsset]
) -> list[dict[str, Any]]:
    """Rows of the library as the API tells them."""
    reviews = {
        review.id: review
        for review in session.scalars(
            select(Review)
            .where(Review.shop_id == shop_id, Review.id.in_({row.review_id for row in rows}))
            .options(joinedload(Review.product))
        )
    }
    files = {
        asset.id: asset
        for asset in session.scalars(
            select(MediaAsset).where(MediaAsset.id.in_([row.id for row in rows]))
        )
    }
    return [_told(row, reviews[row.review_id], files.get(row.id)) for row in rows]


def _told(row: LibraryAsset, review: Review, file: MediaAsset | None) -> dict[str, Any]:
    untils = ((use, getattr(row, f"{use}_until")) for use in USES)
    return {
        "id": row.id,
        "kind": row.kind,
        "sha256": row.subject_sha256,
        "review": review.id,
        "product": review.product.external_id,
        "rating": review.rating,
        "title": as_read(review, "title"),
        "body": as_read(review, "body"),
        "credit": review.display_name,
        "submitted_at": review.submitted_at,
        "width": file.width if file else None,
        "height": file.height if file else None,
        "duration_ms": file.duration_ms if file else None,
        "rights": [
            {"channel": use, "until": None if until == FOREVER else until}
            for use, until in untils
            if until is not None
        ],
        "used": row.used,
    }

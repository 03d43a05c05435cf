"""Where an author's content is: with its product, in selections, and wherever it was taken to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from reviewapp.models.collection import Collection, CollectionItem
from reviewapp.models.library import RUNS_UNTIL, Export, ExportItem, TakeDown
from reviewapp.models.review import Review
from reviewapp.rights.leaving import free_for
from reviewapp.rights.rules import last_day

SELECTION_USE = "site"
"""The use under which a selection shows it."""


@dataclass(frozen=True)
class Place:
    """One place where content of a review is or was."""

    use: str
    """The use it is there under."""
    name: str
    """As the shop calls it: an advert's campaign, a selection's title."""
    since: datetime | None = None
    until: date | None = None
    """The last day it is to be there; None: until it is taken back."""
    gone_by: date | None = None
    """The permission ended: by then the shop has to take it down."""
    gone_at: datetime | None = None
    """When the shop noted that it is gone."""


def places_of(session: Session, reviews: Sequence[Review]) -> dict[UUID, list[Place]]:
    """Places by review: selections that show it now, then everything taken out, newest first."""
    found: defaultdict[UUID, list[Place]] = defaultdict(list)
    ids = [review.id for review in reviews]
    for review_id, title in _selections(session, reviews):
        found[review_id].append(Place(SELECTION_USE, title))
    rows = session.execute(
        select(ExportItem, Export, TakeDown)
        .join(Export, Export.id == ExportItem.export_id)
        .outerjoin(
            TakeDown,
            and_(TakeDown.export_item_id == ExportItem.id, TakeDown.lifted_at.is_(None)),
        )
        .where(ExportItem.review_id.in_(ids), Export.state != "failed")
        .order_by(
            Export.created_at.desc(),
            TakeDown.done_at.desc().nulls_first(),
            RUNS_UNTIL.desc().nulls_first(),
        )
    ).all()
    seen: set[tuple[UUID, UUID]] = set()
    for item, export, task in rows:
        if (item.review_id, export.id) in seen:
            continue  # another file of the same review, taken to the same place
        seen.add((item.review_id, export.id))
        found[item.review_id].append(_taken(export, item, task))
    return dict(found)


def _taken(export: Export, item: ExportItem, task: TakeDown | None) -> Place:
    """A piece runs no longer than its own permission, whatever the export's last day is."""
    ends = item.ends_at and last_day(item.ends_at)
    return Place(
        use=export.use,
        name=export.place,
        since=export.created_at,
        until=min(filter(None, (export.until, ends)), default=None),
        gone_by=task.due_on if task else None,
        gone_at=task.done_at if task else None,
    )


def _selections(session: Session, reviews: Sequence[Review]) -> list[tuple[UUID, str]]:
    published = [review.id for review in reviews if review.state == "published"]
    shown = free_for(session, published, SELECTION_USE).words
    rows = session.execute(
        select(CollectionItem.review_id, Collection.title)
        .join(Collection, Collection.id == CollectionItem.collection_id)
        .where(CollectionItem.review_id.in_(shown))
        .order_by(Collection.title)
    )
    return [(review_id, title) for review_id, title in rows]

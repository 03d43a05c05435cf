"""Asking for a longer time from where it is missed: all the authors of one export at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.core.errors import Invalid
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer
from reviewapp.library.contents import chosen, contents_of, shop_review
from reviewapp.library.renewing import ask_longer
from reviewapp.models.library import Export


def renew_export(
    session: Session, kit: Kit, made: Export, ends_on: date | None, *, by: Doer
) -> int:
    """Ask each author of what ends in an export; returns how many, Invalid where it is nobody.

    Whoever said no before, or is being asked, is left out.
    """
    by_review: defaultdict[UUID, list[str]] = defaultdict(list)
    for item in made.items:
        by_review[item.review_id].append(item.subject_sha256)
    asked, refused = 0, []
    for review_id, hashes in by_review.items():
        review = shop_review(session, made.shop_id, review_id)
        contents = chosen(contents_of(session, review), hashes)
        try:
            with session.begin_nested():
                ask_longer(
                    session, kit, review, made.use, contents,
                    note=made.place, ends_on=ends_on, by=by,
                )  # fmt: skip
            asked += 1
        except Invalid as error:
            refused.append(error)
    if not asked:
        raise refused[0]
    return asked

"""Keeping what a customer says about the help they got; private for good (G10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.core.ids import new_id
from reviewapp.models.case import Case
from reviewapp.models.case_feedback import CaseFeedback, NpsAnswer

LONGEST_WORDS = 2_000


@dataclass(frozen=True)
class Told:
    """What was chosen; None where nothing was."""

    csat: int | None
    effort: int | None
    nps: int | None
    words: str


def kept_feedback(session: Session, case: Case) -> CaseFeedback | None:
    """What was answered before."""
    return session.scalar(select(CaseFeedback).where(CaseFeedback.case_id == case.id))


def keep_feedback(session: Session, case: Case, told: Told, *, nps: bool) -> None:
    """Keep the answer, in place of an earlier one; the recommendation only where the shop asks.

    Invalid when nothing at all was chosen or written.
    """
    if told.csat is None and told.effort is None and told.nps is None and not told.words:
        raise Invalid(fields={"csat": ["Choose at least one answer."]})
    values = {
        "csat": told.csat,
        "effort": told.effort,
        "words": told.words[:LONGEST_WORDS],
        "member_id": case.assignee_id,
    }
    _put(session, CaseFeedback, case, values)
    if nps and told.nps is not None:
        _put(session, NpsAnswer, case, {"score": told.nps, "customer_id": case.customer_id})


def whole(text: str, least: int, most: int) -> int | None:
    """A choice of a scale; None for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and least <= int(text) <= most else None


def _put(
    session: Session,
    table: type[CaseFeedback | NpsAnswer],
    case: Case,
    values: Mapping[str, object],
) -> None:
    row = {"id": new_id(), "created_at": clock.now(), "shop_id": case.shop_id, "case_id": case.id}
    session.execute(
        insert(table)
        .values(**row, **values)
        .on_conflict_do_update(index_elements=["case_id"], set_=values)
    )

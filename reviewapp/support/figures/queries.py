"""The numbers of a period out of the database: in all, by week, by kind and by person.

Each table is read once; GROUPING SETS add it up in all four ways at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Interval,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from reviewapp.core.db import UTCDateTime
from reviewapp.models.case import Case
from reviewapp.models.case_feedback import CaseFeedback, NpsAnswer
from reviewapp.models.case_solution import CaseSolution
from reviewapp.models.catalog import Order
from reviewapp.support.figures.rules import (
    SETTLED_AFTER,
    Figures,
    Recommendation,
    Scale,
    Share,
    Times,
    Week,
)

ALL, BY_WEEK, BY_ROUTE, BY_PERSON = 0b111, 0b011, 0b101, 0b110
"""What `GROUPING(week, route, person)` answers: a bit is set for what is added up."""


@dataclass(frozen=True)
class Wanted:
    """Which numbers: of these weeks, and of one kind or person where one was chosen."""

    shop_id: UUID
    weeks: Sequence[Week]
    now: datetime
    route: str = ""
    person: UUID | None = None


@dataclass(frozen=True)
class Numbers:
    """The same numbers, added up in four ways."""

    all: Figures
    weeks: Mapping[Week, Figures]
    routes: Mapping[str, Figures]
    people: Mapping[UUID | None, Figures]
    """By member; None: nobody of the team."""


Key = tuple[int, Any]
Found = Mapping[Key, Any]


def numbers(session: Session, wanted: Wanted) -> Numbers:
    """All numbers of a period, counted as `docs/cases-numbers.md` says."""
    parts = [
        _rows(session, each)
        for each in (_answers(wanted), _solutions(wanted), _feedback(wanted), _nps(wanted))
    ]
    orders: dict[int, int] = dict(session.execute(_orders(wanted)).all())
    keys = set().union(*parts)

    def figures(key: Key, placed: int | None = None) -> Figures:
        return _figures([part.get(key) for part in parts], placed)

    everybody = sum(orders.values()) if wanted.person is None else None
    return Numbers(
        all=figures((ALL, None), everybody),
        weeks={
            week: figures((BY_WEEK, place), orders.get(place, 0) if wanted.person is None else None)
            for place, week in enumerate(wanted.weeks, start=1)
        },
        routes={key[1]: figures(key, everybody) for key in keys if key[0] == BY_ROUTE and key[1]},
        people={key[1]: figures(key) for key in keys if key[0] == BY_PERSON},
    )


def _answers(wanted: Wanted) -> Select[Any]:
    """Cases opened in the period and their first answers; a split-off one was opened before."""
    person = func.coalesce(Case.first_responder_id, Case.assignee_id)
    took, due = Case.first_response_seconds, Case.first_response_due_at
    answered = Case.first_responded_at.is_not(None)
    missed = and_(~answered, Case.state != "solved", due < wanted.now)
    return _grouped(
        wanted, Case.opened_at, Case.route, person,
        func.count().label("opened"),
        func.count(took).label("answered"),
        *_times(took, took.is_not(None)),
        func.count().filter(Case.first_responded_at <= due).label("in_time"),
        func.count().filter(or_(answered, missed)).label("owed"),
    ).where(
        Case.shop_id == wanted.shop_id, Case.merged_into_id.is_(None), Case.split_from_id.is_(None)
    )  # fmt: skip


def _solutions(wanted: Wanted) -> Select[Any]:
    """Solutions of the period: those that lasted are timed, those old enough are judged."""
    table = CaseSolution
    lasting = table.reopened_at.is_(None)
    settled = table.solved_at < wanted.now - SETTLED_AFTER
    tried_until = table.solved_at + literal(SETTLED_AFTER, Interval())
    reopened = and_(~lasting, table.reopened_at <= tried_until)
    held = or_(lasting, table.reopened_at > tried_until)
    first = and_(settled, table.number == 1)
    return _grouped(
        wanted, table.solved_at, table.route, table.member_id,
        func.count().label("solved"),
        func.count(table.working_seconds).filter(lasting).label("timed"),
        *_times(table.working_seconds, lasting),
        func.count().filter(lasting, table.solved_at <= table.due_at).label("in_time"),
        func.count(table.due_at).filter(lasting).label("due"),
        func.count().filter(settled).label("settled"),
        func.count().filter(settled, reopened).label("reopened"),
        func.count().filter(first).label("first"),
        func.count().filter(first, table.one_answer, held).label("at_once"),
    ).where(table.shop_id == wanted.shop_id)  # fmt: skip


def _feedback(wanted: Wanted) -> Select[Any]:
    table = CaseFeedback
    return (
        _grouped(
            wanted, table.created_at, Case.route, table.member_id,
            func.count(table.csat).label("answers"),
            func.count().filter(table.csat >= 4).label("satisfied"),
            func.coalesce(func.sum(table.csat), 0).label("csat"),
            func.count(table.effort).label("efforts"),
            func.coalesce(func.sum(table.effort), 0).label("effort"),
        )
        .join(Case, Case.id == table.case_id)
        .where(table.shop_id == wanted.shop_id)
    )  # fmt: skip


def _nps(wanted: Wanted) -> Select[Any]:
    table = NpsAnswer
    return (
        _grouped(
            wanted, table.created_at, Case.route, CaseFeedback.member_id,
            func.count().label("answers"),
            func.count().filter(table.score >= 9).label("promoters"),
            func.count().filter(table.score <= 6).label("detractors"),
        )
        .outerjoin(Case, Case.id == table.case_id)
        .outerjoin(CaseFeedback, CaseFeedback.case_id == table.case_id)
        .where(table.shop_id == wanted.shop_id)
    )  # fmt: skip


def _orders(wanted: Wanted) -> Select[int, int]:
    place = _place(wanted, Order.ordered_at)
    return (
        select(place, func.count())
        .where(Order.shop_id == wanted.shop_id, *_within(wanted, Order.ordered_at))
        .group_by(place)
    )


def _grouped(
    wanted: Wanted, at: InstrumentedAttribute[Any], route: Any, person: Any, *measures: Any
) -> Select[Any]:
    """Measures in all, by week, by kind and by person."""
    place = _place(wanted, at)
    sets = func.grouping_sets(tuple_(), tuple_(place), tuple_(route), tuple_(person))
    found = (
        select(func.grouping(place, route, person), place, route, person, *measures)
        .select_from(at.class_)
        .where(*_within(wanted, at))
        .group_by(sets)
    )
    if wanted.route:
        found = found.where(route == wanted.route)
    return found if wanted.person is None else found.where(person == wanted.person)


def place_among(edges: Sequence[datetime], at: Any) -> ColumnElement[int]:
    """After how many of these instants, in order, one lies: the zone's own rules made them."""
    return func.width_bucket(at, type_coerce(edges, ARRAY(UTCDateTime)))


def _place(wanted: Wanted, at: Any) -> ColumnElement[int]:
    return place_among([week.starts_at for week in wanted.weeks], at)


def _within(wanted: Wanted, at: Any) -> tuple[ColumnElement[bool], ...]:
    return at >= wanted.weeks[0].starts_at, at < wanted.weeks[-1].ends_at


def _times(seconds: Any, counted: Any) -> Iterator[Any]:
    for name, part in (("median", 0.5), ("p90", 0.9)):
        yield func.percentile_disc(part).within_group(seconds).filter(counted).label(name)


def _rows(session: Session, wanted: Select[Any]) -> Found:
    """By what is grouped and its value. Without any row in the period there is still a sum."""
    found = {}
    for row in session.execute(wanted):
        grouping, *values = row[:4]
        value = {BY_WEEK: values[0], BY_ROUTE: values[1], BY_PERSON: values[2]}.get(grouping)
        found[grouping, value] = row
    return found


def _figures(parts: Sequence[Any], orders: int | None) -> Figures:
    answers, solutions, feedback, nps = parts
    told: dict[str, Any] = {"orders": orders}
    if answers:
        told |= {
            "opened": answers.opened,
            "first_answer": Times(answers.answered, answers.median, answers.p90),
            "first_in_time": Share(answers.in_time, answers.owed),
        }
    if solutions:
        told |= {
            "solved": solutions.solved,
            "solving": Times(solutions.timed, solutions.median, solutions.p90),
            "solved_in_time": Share(solutions.in_time, solutions.due),
            "first_contact": Share(solutions.at_once, solutions.first),
            "reopened": Share(solutions.reopened, solutions.settled),
        }
    if feedback:
        told |= {
            "satisfied": Share(feedback.satisfied, feedback.answers),
            "satisfaction": Scale(feedback.answers, feedback.csat),
            "effort": Scale(feedback.efforts, feedback.effort),
        }
    if nps:
        told["recommendation"] = Recommendation(nps.answers, nps.promoters, nps.detractors)
    return Figures(**told)

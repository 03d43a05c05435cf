"""The numbers of a period out of the database: in all, by week, by kind and by person.

Each table is read once and counted by week, kind and person together; the cells are added up here.
Lengths of time come along whole: medians of parts cannot be added up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    Week,
    times_of,
)

Key = tuple[str, Any]
"""How it is added up, and for what: ("all", None), ("week", 3), ("route", "delay"), …"""


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


@dataclass
class _Sums:
    """Counts and lengths of time of several cells."""

    counts: Counter[str] = field(default_factory=Counter)
    answering: list[int] = field(default_factory=list)
    solving: list[int] = field(default_factory=list)

    def add(self, cell: Mapping[str, Any]) -> None:
        for name, value in cell.items():
            if name in ("answering", "solving"):
                getattr(self, name).extend(value or ())
            else:
                self.counts[name] += value

    def figures(self, orders: int | None) -> Figures:
        of = self.counts
        return Figures(
            opened=of["opened"],
            orders=orders,
            first_answer=times_of(self.answering),
            first_in_time=Share(of["answered_in_time"], of["owed"]),
            solved=of["solved"],
            solving=times_of(self.solving),
            solved_in_time=Share(of["solved_in_time"], of["due"]),
            first_contact=Share(of["at_once"], of["first"]),
            reopened=Share(of["reopened"], of["settled"]),
            satisfied=Share(of["satisfied"], of["answers"]),
            satisfaction=Scale(of["answers"], of["csat"]),
            effort=Scale(of["efforts"], of["effort"]),
            recommendation=Recommendation(of["nps"], of["promoters"], of["detractors"]),
        )


def numbers(session: Session, wanted: Wanted) -> Numbers:
    """All numbers of a period, counted as `docs/cases-numbers.md` says."""
    sums: defaultdict[Key, _Sums] = defaultdict(_Sums)
    for cells in (_answers(wanted), _solutions(wanted), _feedback(wanted), _nps(wanted)):
        for place, route, person, cell in _read(session, cells):
            for key in (("all", None), ("week", place), ("route", route), ("person", person)):
                sums[key].add(cell)
    orders = Counter(dict(session.execute(_orders(wanted)).all()))
    # Orders belong to no person: where one was chosen there is nothing to divide by.
    everybody = wanted.person is None
    return Numbers(
        all=sums["all", None].figures(orders.total() if everybody else None),
        weeks={
            week: sums["week", place].figures(orders[place] if everybody else None)
            for place, week in enumerate(wanted.weeks, start=1)
        },
        routes={
            route: one.figures(orders.total() if everybody else None)
            for (way, route), one in sums.items()
            if way == "route" and route
        },
        people={
            person: one.figures(None) for (way, person), one in sums.items() if way == "person"
        },
    )


def _answers(wanted: Wanted) -> Select[Any]:
    """Cases opened in the period and their first answers; a split-off one was opened before."""
    person = func.coalesce(Case.first_responder_id, Case.assignee_id)
    took, due = Case.first_response_seconds, Case.first_response_due_at
    answered = Case.first_responded_at.is_not(None)
    missed = and_(~answered, Case.state != "solved", due < wanted.now)
    return _cells(
        wanted, Case.opened_at, Case.route, person,
        opened=func.count(),
        answering=func.array_agg(took).filter(took.is_not(None)),
        answered_in_time=func.count().filter(Case.first_responded_at <= due),
        owed=func.count().filter(or_(answered, missed)),
    ).where(
        Case.shop_id == wanted.shop_id, Case.merged_into_id.is_(None), Case.split_from_id.is_(None)
    )  # fmt: skip


def _solutions(wanted: Wanted) -> Select[Any]:
    """Solutions of the period: those that lasted are timed, those old enough are judged."""
    table = CaseSolution
    lasting = table.reopened_at.is_(None)
    measured = and_(lasting, table.working_seconds.is_not(None))
    settled = table.solved_at < wanted.now - SETTLED_AFTER
    tried_until = table.solved_at + literal(SETTLED_AFTER, Interval())
    reopened = and_(~lasting, table.reopened_at <= tried_until)
    held = or_(lasting, table.reopened_at > tried_until)
    first = and_(settled, table.number == 1)
    return _cells(
        wanted, table.solved_at, table.route, table.member_id,
        solved=func.count(),
        solving=func.array_agg(table.working_seconds).filter(measured),
        solved_in_time=func.count().filter(lasting, table.solved_at <= table.due_at),
        due=func.count(table.due_at).filter(lasting),
        settled=func.count().filter(settled),
        reopened=func.count().filter(settled, reopened),
        first=func.count().filter(first),
        at_once=func.count().filter(first, table.one_answer, held),
    ).where(table.shop_id == wanted.shop_id)  # fmt: skip


def _feedback(wanted: Wanted) -> Select[Any]:
    table = CaseFeedback
    return (
        _cells(
            wanted, table.created_at, Case.route, table.member_id,
            answers=func.count(table.csat),
            satisfied=func.count().filter(table.csat >= 4),
            csat=func.coalesce(func.sum(table.csat), 0),
            efforts=func.count(table.effort),
            effort=func.coalesce(func.sum(table.effort), 0),
        )
        .join(Case, Case.id == table.case_id)
        .where(table.shop_id == wanted.shop_id)
    )  # fmt: skip


def _nps(wanted: Wanted) -> Select[Any]:
    table = NpsAnswer
    return (
        _cells(
            wanted, table.created_at, Case.route, CaseFeedback.member_id,
            nps=func.count(),
            promoters=func.count().filter(table.score >= 9),
            detractors=func.count().filter(table.score <= 6),
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


def _cells(
    wanted: Wanted, at: InstrumentedAttribute[Any], route: Any, person: Any, **measures: Any
) -> Select[Any]:
    """Measures of each week, kind and person together, as far as they are wanted."""
    place = _place(wanted, at)
    found = (
        select(place, route, person, *(one.label(name) for name, one in measures.items()))
        .select_from(at.class_)
        .where(*_within(wanted, at))
        .group_by(place, route, person)
    )
    if wanted.route:
        found = found.where(route == wanted.route)
    return found if wanted.person is None else found.where(person == wanted.person)


def _read(
    session: Session, cells: Select[Any]
) -> Iterator[tuple[int, str | None, UUID | None, dict[str, Any]]]:
    result = session.execute(cells)
    names = list(result.keys())[3:]
    for place, route, person, *measured in result:
        yield place, route, person, dict(zip(names, measured, strict=True))


def place_among(edges: Sequence[datetime], at: Any) -> ColumnElement[int]:
    """After how many of these instants, in order, one lies: the zone's own rules made them."""
    return func.width_bucket(at, type_coerce(edges, ARRAY(UTCDateTime)))


def _place(wanted: Wanted, at: Any) -> ColumnElement[int]:
    return place_among([week.starts_at for week in wanted.weeks], at)


def _within(wanted: Wanted, at: Any) -> tuple[ColumnElement[bool], ...]:
    return at >= wanted.weeks[0].starts_at, at < wanted.weeks[-1].ends_at

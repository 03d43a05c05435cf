"""Does what happens to a review depend on its stars? Exact tests with a stated error rate (G29).

Pure. Within a calendar quarter, and within a calendar year, the counts so far are tested at a few
looks. Look number k of a window may err with 6/(π²k²) of the window's error rate; these parts sum
to the whole, so however often one looks, at most one fair quarter (and one fair year) in a hundred
raises an alarm. Within a look each star level is compared with all others, and one and two stars
together with the rest, for every measure, by Fisher's exact test; all comparisons of a look share
its part by Holm's step-down method. No independence is needed: only sums of probabilities are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from math import pi
from operator import mul

ERROR_RATE = 0.01
"""Of one window, over all its looks and comparisons together."""
FIRST_LOOK = 20
"""Cases from which a window is looked at for the first time."""
NEXT_LOOK = 1.25
"""… and again each time it has grown by this factor: few looks keep the test sharp."""
STARS = (1, 2, 3, 4, 5)
GROUPS = ((1,), (2,), (3,), (4,), (5,), (1, 2))
"""The star levels that are compared with all others."""
MEASURES = ("refused", "held", "late", "reached")
FOUR_FIFTHS = 0.8
"""How people use the form is their own choice and differs a little by mood: for `reached` a gap
counts only when one rate is below four fifths of the other (29 CFR 1607.4 D)."""
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Outcome:
    """Cases of one star level, and how many of them were hit (refused, held, late, reached)."""

    cases: int
    hits: int

    @property
    def spared(self) -> int:
        """Cases that were not hit."""
        return self.cases - self.hits


@dataclass(frozen=True)
class Gap:
    """Star levels that are hit more or less often than the others, beyond chance."""

    measure: str
    stars: tuple[int, ...]
    rate: float
    rate_of_others: float
    p_value: float


Outcomes = Mapping[str, Mapping[int, Outcome]]
"""Measure → stars → what happened."""


@dataclass(frozen=True)
class Look:
    """One look at a window: which it is, and how many cases there were."""

    number: int
    cases: int


def windows(now: datetime) -> dict[str, datetime]:
    """The quarter and the year that `now` lies in: name → when they began (UTC)."""
    year = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    quarter = year.replace(month=1 + 3 * ((now.month - 1) // 3))
    return {f"{now.year}-Q{(now.month + 2) // 3}": quarter, str(now.year): year}


def due_look(last: Look | None, cases: int) -> Look | None:
    """The look that is due at so many cases; it depends on their number alone."""
    if last is None:
        return Look(1, cases) if cases >= FIRST_LOOK else None
    return Look(last.number + 1, cases) if cases >= last.cases * NEXT_LOOK else None


def error_part(look: int, error_rate: float = ERROR_RATE) -> float:
    """What look number `look` (from 1) of a window may err; all looks together: `error_rate`."""
    return error_rate * 6 / (pi * look) ** 2


def gaps(outcomes: Outcomes, error_rate: float) -> list[Gap]:
    """Where what happens depends on the stars, most striking first; empty: nowhere (Holm)."""
    compared = sorted(
        (_gap(measure, levels, group) for measure, levels in outcomes.items() for group in GROUPS),
        key=lambda gap: gap.p_value,
    )
    found = []
    for place, gap in enumerate(compared):
        if gap.p_value > error_rate / (len(compared) - place):
            break
        if gap.measure != "reached" or _large(gap):
            found.append(gap)
    return found


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """Two-sided p-value of the table [[a, b], [c, d]]: all tables no likelier than this one."""
    row, column, total = a + b, a + c, a + b + c + d
    low = max(0, row + column - total)
    weights = _hypergeometric(row, column, total)
    bound = weights[a - low] * (1 + _TOLERANCE)
    return min(1.0, sum(weight for weight in weights if weight <= bound) / sum(weights))


def _gap(measure: str, outcomes: Mapping[int, Outcome], group: tuple[int, ...]) -> Gap:
    these = _together(outcomes, group)
    others = _together(outcomes, [stars for stars in outcomes if stars not in group])
    return Gap(
        measure=measure,
        stars=group,
        rate=_rate(these),
        rate_of_others=_rate(others),
        p_value=fisher_exact(these.hits, these.spared, others.hits, others.spared),
    )


def _large(gap: Gap) -> bool:
    low, high = sorted((gap.rate, gap.rate_of_others))
    return low < FOUR_FIFTHS * high


def _together(outcomes: Mapping[int, Outcome], stars: Iterable[int]) -> Outcome:
    found = [outcomes[level] for level in stars if level in outcomes]
    return Outcome(sum(one.cases for one in found), sum(one.hits for one in found))


def _rate(outcome: Outcome) -> float:
    return outcome.hits / outcome.cases if outcome.cases else 0.0


def _hypergeometric(row: int, column: int, total: int) -> list[float]:
    """How likely each first cell is beside the likeliest one (1.0), from the least cell on.

    Each from its neighbour, outwards: nothing overflows, and what underflows is next to nothing.
    """
    low, high = max(0, row + column - total), min(row, column)
    mode = min(high, max(low, (row + 1) * (column + 1) // (total + 2)))

    def ratio(x: int) -> float:
        return (column - x) * (row - x) / ((x + 1) * (total - column - row + x + 1))

    up = accumulate((ratio(x) for x in range(mode, high)), mul, initial=1.0)
    down = accumulate((1 / ratio(x) for x in range(mode - 1, low - 1, -1)), mul, initial=1.0)
    return [*reversed([*down][1:]), *up]

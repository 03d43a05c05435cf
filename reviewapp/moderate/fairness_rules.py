"""Does refusing depend on the stars? An exact test with a stated error rate (G29); pure.

Refused against not refused is compared by Fisher's exact test: each star level with all others,
and one and two stars together with the rest. The six comparisons share one error rate by Holm's
step-down method: where refusing does not depend on the stars, at most one check in a hundred
raises an alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, lgamma

ERROR_RATE = 0.01
"""Of one check, over all comparisons together."""
STARS = (1, 2, 3, 4, 5)
GROUPS = ((1,), (2,), (3,), (4,), (5,), (1, 2))
"""The star levels that are compared with all others."""
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Outcome:
    """What became of the reviews of one star level."""

    decided: int
    refused: int

    @property
    def kept(self) -> int:
        """Reviews that were not refused."""
        return self.decided - self.refused


@dataclass(frozen=True)
class Gap:
    """Star levels that are refused more or less often than the others, beyond chance."""

    stars: tuple[int, ...]
    rate: float
    rate_of_others: float
    p_value: float


def refusal_gaps(outcomes: Mapping[int, Outcome], error_rate: float = ERROR_RATE) -> list[Gap]:
    """Where refusing depends on the stars, most striking first; empty: nowhere."""
    gaps = sorted((_gap(outcomes, group) for group in GROUPS), key=lambda gap: gap.p_value)
    found = []
    for place, gap in enumerate(gaps):
        if gap.p_value > error_rate / (len(gaps) - place):
            break
        found.append(gap)
    return found


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """Two-sided p-value of the table [[a, b], [c, d]]: all tables no likelier than this one."""
    row, column, total = a + b, a + c, a + b + c + d
    low, high = max(0, row + column - total), min(row, column)
    observed = _log_probability(a, row, column, total)
    p_value = sum(
        exp(log)
        for x in range(low, high + 1)
        if (log := _log_probability(x, row, column, total)) <= observed + _TOLERANCE
    )
    return min(1.0, p_value)


def _gap(outcomes: Mapping[int, Outcome], group: tuple[int, ...]) -> Gap:
    these = _together(outcomes, group)
    others = _together(outcomes, [stars for stars in outcomes if stars not in group])
    return Gap(
        stars=group,
        rate=_rate(these),
        rate_of_others=_rate(others),
        p_value=fisher_exact(these.refused, these.kept, others.refused, others.kept),
    )


def _together(outcomes: Mapping[int, Outcome], stars: Iterable[int]) -> Outcome:
    found = [outcomes[level] for level in stars if level in outcomes]
    return Outcome(sum(one.decided for one in found), sum(one.refused for one in found))


def _rate(outcome: Outcome) -> float:
    return outcome.refused / outcome.decided if outcome.decided else 0.0


def _log_probability(x: int, row: int, column: int, total: int) -> float:
    """Log of the hypergeometric probability of `x` in the table's first cell."""
    return _log_choose(column, x) + _log_choose(total - column, row - x) - _log_choose(total, row)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

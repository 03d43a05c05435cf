"""Does refusing depend on the stars? An exact test with a stated error rate (G29); pure.

For each star level, refused against not refused is compared with all other levels by Fisher's
exact test; five comparisons share one error rate by Holm's step-down method. Where refusing does
not depend on the stars, at most one check in a hundred raises an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma

ERROR_RATE = 0.01
"""Of one check, over all five star levels together."""
STARS = (1, 2, 3, 4, 5)
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
    """A star level that is refused more or less often than the others, beyond chance."""

    stars: int
    rate: float
    rate_of_others: float
    p_value: float


def refusal_gaps(outcomes: Mapping[int, Outcome], error_rate: float = ERROR_RATE) -> list[Gap]:
    """The star levels where refusing depends on the stars, most striking first; empty: none."""
    gaps = sorted((_gap(outcomes, stars) for stars in outcomes), key=lambda gap: gap.p_value)
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


def _gap(outcomes: Mapping[int, Outcome], stars: int) -> Gap:
    this = outcomes[stars]
    others = Outcome(
        sum(one.decided for level, one in outcomes.items() if level != stars),
        sum(one.refused for level, one in outcomes.items() if level != stars),
    )
    return Gap(
        stars=stars,
        rate=_rate(this),
        rate_of_others=_rate(others),
        p_value=fisher_exact(this.refused, this.kept, others.refused, others.kept),
    )


def _rate(outcome: Outcome) -> float:
    return outcome.refused / outcome.decided if outcome.decided else 0.0


def _log_probability(x: int, row: int, column: int, total: int) -> float:
    """Log of the hypergeometric probability of `x` in the table's first cell."""
    return _log_choose(column, x) + _log_choose(total - column, row - x) - _log_choose(total, row)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

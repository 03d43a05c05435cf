"""The columns of the numbers as a file, with the counts behind every share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reviewapp.support.figures.rules import Figures

COLUMNS: Mapping[str, Callable[[Figures], int | float | None]] = {
    "opened": lambda of: of.opened,
    "orders": lambda of: of.orders,
    "contacts_per_100_orders": lambda of: of.contact_rate,
    "answered": lambda of: of.first_answer.count,
    "first_answer_median_seconds": lambda of: of.first_answer.median,
    "first_answer_p90_seconds": lambda of: of.first_answer.p90,
    "first_answer_in_time": lambda of: of.first_in_time.part,
    "first_answer_owed": lambda of: of.first_in_time.of,
    "solved": lambda of: of.solved,
    "solving_timed": lambda of: of.solving.count,
    "solving_median_seconds": lambda of: of.solving.median,
    "solving_p90_seconds": lambda of: of.solving.p90,
    "solved_in_time": lambda of: of.solved_in_time.part,
    "solved_due": lambda of: of.solved_in_time.of,
    "first_contact": lambda of: of.first_contact.part,
    "first_contact_of": lambda of: of.first_contact.of,
    "reopened": lambda of: of.reopened.part,
    "reopened_of": lambda of: of.reopened.of,
    "satisfied": lambda of: of.satisfied.part,
    "satisfaction_answers": lambda of: of.satisfied.of,
    "satisfaction_mean": lambda of: of.satisfaction.mean,
    "effort_answers": lambda of: of.effort.count,
    "effort_mean": lambda of: of.effort.mean,
    "nps": lambda of: of.recommendation.score,
    "nps_margin": lambda of: of.recommendation.margin,
    "nps_answers": lambda of: of.recommendation.count,
    "nps_promoters": lambda of: of.recommendation.promoters,
    "nps_detractors": lambda of: of.recommendation.detractors,
}

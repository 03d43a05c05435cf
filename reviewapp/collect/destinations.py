"""Where a review can go, and what each place allows beside the invitation (G20, G22)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Destination:
    """A public place for reviews and its policy row."""

    name: str
    help_first_allowed: bool
    incentive_allowed: bool
    question_allowed: bool


@dataclass(frozen=True)
class PageParts:
    """What a page that leads to a destination may hold beside the neutral invitation."""

    question: bool
    help: bool
    incentive: bool


DESTINATIONS = {
    row.name: row
    for row in (
        Destination("own", help_first_allowed=True, incentive_allowed=True, question_allowed=True),
        Destination(
            "google", help_first_allowed=True, incentive_allowed=False, question_allowed=True
        ),
        Destination(
            "trustpilot", help_first_allowed=True, incentive_allowed=False, question_allowed=True
        ),
        Destination(
            "amazon", help_first_allowed=False, incentive_allowed=False, question_allowed=False
        ),
    )
}
"""Policies as published by each place; a place that is not listed allows nothing."""


def page_parts(*names: str) -> PageParts:
    """The parts of a page that leads to these destinations: what each one of them allows."""
    rows = [DESTINATIONS.get(name, Destination(name, False, False, False)) for name in names]
    return PageParts(
        question=all(row.question_allowed for row in rows),
        help=all(row.help_first_allowed for row in rows),
        incentive=all(row.incentive_allowed for row in rows),
    )

"""Routing rules read a case and say what should become of it. Pure.

A rule's conditions all hold, or it does nothing. Rules run in their order; the first word on
a matter stands, tags add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from reviewapp.models.case import PRIORITIES, ROUTES

MOST_WORDS, LONGEST_WORD, MOST_TAGS = 50, 60, 20
MOST_PAUSE_DAYS = 90
CONDITIONS = ("routes", "words", "least_value", "most_value", "order_tags", "tags", "least_cases")
ACTIONS = ("route", "tags", "priority", "owner", "macro", "escalate", "pause_days")


@dataclass(frozen=True)
class Seen:
    """What rules may look at; no rating, no answer, no mood (G1, G12)."""

    route: str
    words: str
    value: Decimal | None = None
    tags: frozenset[str] = frozenset()
    order_tags: frozenset[str] = frozenset()
    cases_lately: int = 1
    """The customer's cases within 90 days, this one included."""


@dataclass(frozen=True)
class Rule:
    """One rule as a value."""

    id: UUID
    name: str
    conditions: Mapping[str, Any]
    actions: Mapping[str, Any]
    stop: bool = False


@dataclass
class Outcome:
    """What the rules say together, and which of them spoke."""

    changes: dict[str, Any] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    @property
    def tags(self) -> list[str]:
        """All tags that any rule adds."""
        return list(self.changes.get("tags", ()))


def outcome(rules: Iterable[Rule], seen: Seen) -> Outcome:
    """What becomes of a case, in the rules' order."""
    found = Outcome()
    for rule in rules:
        if not matches(rule.conditions, seen):
            continue
        found.rules.append(rule)
        for name, value in rule.actions.items():
            if name == "tags":
                found.changes["tags"] = list(dict.fromkeys((*found.tags, *value)))
            else:
                found.changes.setdefault(name, value)
        if rule.stop:
            break
    return found


def matches(conditions: Mapping[str, Any], seen: Seen) -> bool:
    """Whether all conditions hold; a rule without any speaks of every case."""
    return all(_holds(name, told, seen) for name, told in conditions.items())


def _holds(name: str, told: Any, seen: Seen) -> bool:
    if name == "routes":
        return seen.route in told
    if name == "words":
        return any(word.casefold() in seen.words.casefold() for word in told)
    if name in ("least_value", "most_value"):
        value = seen.value
        return value is not None and (value >= told if name == "least_value" else value <= told)
    if name == "order_tags":
        return bool({tag.casefold() for tag in told} & seen.order_tags)
    if name == "tags":
        return bool(set(told) & seen.tags)
    return name == "least_cases" and seen.cases_lately >= int(told)


def problems(conditions: Mapping[str, Any], actions: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a rule, by field; empty when it may be stored."""
    wrong: dict[str, str] = {}
    if not actions:
        wrong["actions"] = "Choose at least one thing that should happen."
    if not set(conditions) <= set(CONDITIONS) or not set(actions) <= set(ACTIONS):
        wrong["actions"] = "Only the conditions and actions in the list."
    if not set(conditions.get("routes", ())) <= set(ROUTES):
        wrong["routes"] = "Kinds of problem in the list."
    for name in ("words", "order_tags", "tags"):
        told = conditions.get(name, ())
        if len(told) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in told):
            wrong[name] = f"At most {MOST_WORDS} lines of {LONGEST_WORD} characters."
    least, most = conditions.get("least_value"), conditions.get("most_value")
    if least is not None and most is not None and least > most:
        wrong["most_value"] = "Not below the least value."
    return wrong | _actions_wrong(actions)


def _actions_wrong(actions: Mapping[str, Any]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if actions.get("route", ROUTES[0]) not in ROUTES:
        wrong["set_route"] = "One of the kinds in the list."
    if actions.get("priority", "normal") not in PRIORITIES:
        wrong["set_priority"] = "One of the four."
    if len(actions.get("tags", ())) > MOST_TAGS:
        wrong["add_tags"] = f"At most {MOST_TAGS} tags."
    if not 1 <= actions.get("pause_days", 1) <= MOST_PAUSE_DAYS:
        wrong["pause_days"] = f"A whole number of days from 1 to {MOST_PAUSE_DAYS}."
    return wrong

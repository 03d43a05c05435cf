"""G1 and G3, statically: what decides about asking is handed facts from an allow-list only."""

from __future__ import annotations

import ast
import inspect
import typing
from types import ModuleType

import pytest

from reviewapp.collect import (
    agenda,
    daytime,
    due,
    eligibility,
    facts,
    planning,
    reminding,
    rules,
    season_rules,
    seasons,
)
from reviewapp.models.shop_settings import ShopSettings

ALLOWED = {
    rules.ProductFacts: {"usage_days", "product_type", "tags", "excluded"},
    rules.LineFacts: {
        "product_id",
        "usage_days",
        "excluded",
        "shipped_at",
        "delivered_at",
        "cancelled_at",
        "lost_at",
        "refunded_at",
        "returned_at",
    },
    rules.OrderFacts: {"order_id", "ordered_at", "promised_at", "unreachable", "lines"},
    agenda.Entry: {"order_id", "plan", "language", "zone"},
    agenda.Asked: {"at", "products", "request_id"},
    season_rules.Season: {"starts_at", "ends_at", "requests"},
    season_rules.Wait: {"reason", "until"},
    eligibility.Facts: {
        "request_id",
        "original_at",
        "responded",
        "plans",
        "history",
        "waits_for",
        "season",
        "zone",
    },
}
SENTIMENT = ("rating", "score", "stars", "sentiment", "mood", "nps", "csat", "answer", "body")
DECIDERS = [
    agenda,
    daytime,
    due,
    eligibility,
    facts,
    planning,
    reminding,
    rules,
    season_rules,
    seasons,
]


@pytest.mark.parametrize("kind", ALLOWED)
def test_the_facts_hold_what_is_allowed_and_nothing_else(kind: type) -> None:
    assert set(typing.get_type_hints(kind)) == ALLOWED[kind]


@pytest.mark.parametrize(
    "rule", [rules.plan_order, agenda.agenda, eligibility.may_send, reminding._next_at]
)
def test_the_rules_are_handed_these_facts_the_shop_s_choices_and_instants(
    rule: typing.Any,
) -> None:
    names = set(inspect.signature(rule).parameters)
    facts_or_instants = {"order", "entries", "history", "facts", "now", "not_before", "kept_keys"}
    assert names <= facts_or_instants | {"settings", "row", "root", "days"}


@pytest.mark.parametrize("module", DECIDERS, ids=lambda module: module.__name__)
def test_no_name_of_a_sentiment_occurs_where_asking_is_decided(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words = {part for name in names for part in name.lower().split("_")}
    assert not words & set(SENTIMENT)


@pytest.mark.parametrize("module", [due, facts, planning, seasons])
def test_no_query_of_asking_reads_answers_reviews_or_what_a_case_is_about(
    module: ModuleType,
) -> None:
    source = inspect.getsource(module)
    read = ("experience_answer", "ExperienceAnswer", " review ", "models.review ", "case_message")
    assert not [word for word in read if word in source]
    assert "Case.route" not in source
    assert "Case.tags" not in source


def test_no_choice_of_a_shop_names_a_sentiment() -> None:
    words = {part for name in typing.get_type_hints(ShopSettings) for part in name.split("_")}
    assert not words & set(SENTIMENT)

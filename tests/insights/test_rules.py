from __future__ import annotations

import pytest

from reviewapp.insights.rules import PLACE_OF_THEME, is_cluster, place_for
from reviewapp.insights.texts import THEMES
from reviewapp.models.insight import PLACES
from reviewapp.themes.rules import theme_names


@pytest.mark.parametrize(
    ("now", "before", "cluster"),
    [(2, 0, False), (3, 0, True), (3, 6, True), (3, 7, False), (50, 100, True), (50, 104, False)],
)
def test_three_alike_stand_out_unless_that_many_are_usual(
    now: int, before: int, cluster: bool
) -> None:
    assert is_cluster(now, before) is cluster


def test_every_theme_has_a_name_and_a_place() -> None:
    assert set(THEMES) == set(PLACE_OF_THEME) == set(theme_names())
    assert set(PLACE_OF_THEME.values()) <= set(PLACES)


def test_what_is_mostly_asked_belongs_into_the_faq() -> None:
    assert place_for("shipping", questions=2, all_mentions=3) == "faq"
    assert place_for("shipping", questions=1, all_mentions=3) == "policy"

"""Topics: words that many reviews share, whatever stars they gave."""

from __future__ import annotations

from reviewapp.core.kit import Kit
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.topics import find_topics, topics_of
from tests.widgets.stories import head, publish, shop_with_product

SAID = [
    "The glaze is even and the handle fits.",
    "Handle too small, glaze chipped.",
    "Der Griff ist schön, die Glasur auch. Glaze!",
    "A lovely mug for tea.",
]


def test_topics_are_counted_by_review_without_empty_words() -> None:
    assert topics_of(SAID) == [{"word": "glaze", "count": 3}]
    assert topics_of([*SAID, "handle handle"], "Stoneware mug") == [
        {"word": "glaze", "count": 3},
        {"word": "handle", "count": 3},
    ]
    assert topics_of(SAID, "Glaze") == []
    assert topics_of([]) == []


def test_the_stars_play_no_part() -> None:
    assert topics_of(SAID) == topics_of(reversed(SAID))


def test_they_reach_the_head_and_never_tell_what_was_taken_out(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(4):
        cut = {"field": "body", "start": 0, "end": 6, "reason": "abusive"}
        publish(
            kit, shop, product, rating=1 + number, title="", body="Idiots made this handle",
            redactions=[cut],
        )  # fmt: skip
    publish_due(kit)
    assert head(kit, shop)["topics"] == []
    assert find_topics(kit) == 1
    publish_due(kit)
    assert head(kit, shop)["topics"] == [{"word": "handle", "count": 4}]
    assert find_topics(kit) == 0

"""No domain gets more than its share."""

from __future__ import annotations

from reviewapp.outbox import pacing
from reviewapp.outbox.pacing import Pacing


class Watch:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_second_takes_its_share_and_domains_do_not_share() -> None:
    watch = Watch()
    pace = Pacing(2, watch)
    assert [pace.wait_seconds("a.example") for _ in range(3)] == [0, 0, 0.5]
    assert pace.wait_seconds("b.example") == 0
    watch.at += 0.5
    assert pace.wait_seconds("a.example") == 0
    assert pace.wait_seconds("a.example") == 0.5


def test_slow_paces_take_one_at_a_time() -> None:
    watch = Watch()
    pace = Pacing(0.1, watch)
    assert pace.wait_seconds("a.example") == 0
    assert pace.wait_seconds("a.example") == 10
    watch.at += 10
    assert pace.wait_seconds("a.example") == 0


def test_zero_means_no_limit() -> None:
    pace = Pacing(0)
    assert {pace.wait_seconds("a.example") for _ in range(1000)} == {0}


def test_only_so_many_domains_are_remembered() -> None:
    pace = Pacing(1, Watch())
    for number in range(pacing.MOST_DOMAINS + 5):
        pace.wait_seconds(f"{number}.example")
    assert len(pace._buckets) == pacing.MOST_DOMAINS
    assert pace.wait_seconds("0.example") == 0

"""How fast one mail domain is written to: a token bucket for each."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_DOMAINS = 10_000


class Pacing:
    """At most `per_second` mails to one domain, in bursts of at most one second's worth.

    Counted in this process alone; 0 or less means no limit.
    """

    def __init__(self, per_second: float, ticking: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._ticking = ticking
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, domain: str) -> float:
        """0 and one token taken, or how long until there is one."""
        if self.per_second <= 0:
            return 0.0
        now, most = self._ticking(), max(1.0, self.per_second)
        tokens, at = self._buckets.pop(domain, (most, now))
        tokens = min(most, tokens + (now - at) * self.per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self.per_second
        self._buckets[domain] = (tokens - (1 if wait == 0 else 0), now)
        if len(self._buckets) > MOST_DOMAINS:
            self._buckets.popitem(last=False)
        return wait

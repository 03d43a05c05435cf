"""Helpful votes that fade with age, and who counts as one reader. Pure.

The weight is kept in forward-decayed form (Cormode, Shkapenyuk, Srivastava, Xu 2009): a vote adds
2^(its instant / HALF_LIFE), and the logarithm of the sum is stored. Nothing has to be worked over
as time passes, and the order of the stored numbers is the order of the faded sums at any time.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import UTC, datetime, timedelta

HALF_LIFE = timedelta(days=180)
"""A vote of half a year ago weighs half of one of today in "most helpful"."""
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SCALE = 1_000_000
NETWORK_VOTES = 3
"""Votes on one thing that count from one address range within the memory of votes."""
IPV4_RANGE, IPV6_READER, IPV6_RANGE = 24, 64, 48
"""Prefix lengths: one IPv6 household has a /64, one customer of a host a /48."""


def added(weight: int, voted_at: datetime) -> int:
    """The stored weight with one more vote."""
    vote = _exponent(voted_at)
    if not weight:
        return round(vote * SCALE)
    known = weight / SCALE
    high, low = max(known, vote), min(known, vote)
    return round((high + math.log1p(math.exp(low - high))) * SCALE)


def taken(weight: int, voted_at: datetime, left: int) -> int:
    """The stored weight without a vote of that instant; `left` votes remain."""
    if left <= 0:
        return 0
    known, vote = weight / SCALE, _exponent(voted_at)
    share = min(math.exp(vote - known), 1 - 1e-9)
    return max(1, round((known + math.log1p(-share)) * SCALE))


def reader_of(address: str) -> str:
    """What one reader's addresses have in common: all of IPv4, the household's part of IPv6."""
    return _network(address, 32, IPV6_READER)


def range_of(address: str) -> str:
    """The address range one operator is likely to hold."""
    return _network(address, IPV4_RANGE, IPV6_RANGE)


def _network(address: str, bits_4: int, bits_6: int) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    bits = bits_4 if parsed.version == 4 else bits_6
    return str(ipaddress.ip_network((parsed, bits), strict=False))


def _exponent(at: datetime) -> float:
    return math.log(2) * ((at - EPOCH) / HALF_LIFE)

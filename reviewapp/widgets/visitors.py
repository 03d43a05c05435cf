"""Telling within one day that a reader comes again, without keeping who it is.

A reader is the keyed digest of an address under a random key of the day. The key lies in Redis
alone and is gone after two days: then nobody, with all tables at hand, can find the address again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import structlog
from redis.exceptions import RedisError

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.widgets.vote_rules import range_of, reader_of

KEY_SECONDS = 2 * 24 * 3600

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visitor:
    """One reader of today, and the address range the reader comes from."""

    reader: str
    network: str


def visitor_of(kit: Kit, address: str) -> Visitor:
    """The reader behind an address; another one tomorrow."""
    key = _key_of_day(kit, clock.now().date())
    return Visitor(_digest(key, reader_of(address)), _digest(key, range_of(address)))


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _key_of_day(kit: Kit, day: date) -> bytes:
    name = f"reviewapp:visitors:{day.isoformat()}"
    redis = kit.queues.redis
    try:
        redis.set(name, secrets.token_bytes(32), nx=True, ex=KEY_SECONDS)
        found = redis.get(name)
    except (RedisError, OSError):
        found = None
    if isinstance(found, bytes):
        return found
    log.warning("visitors.key_lost")
    return _local_key(day)


@lru_cache(maxsize=2)
def _local_key(day: date) -> bytes:
    """While Redis is away each process knows readers by a key of its own."""
    return secrets.token_bytes(32)

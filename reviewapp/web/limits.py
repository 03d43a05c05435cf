"""Rate limits for public writes: a token bucket in Redis; without Redis, one per process."""

from __future__ import annotations

import hashlib
import hmac
import time
from threading import Lock

from flask import request
from redis.exceptions import RedisError

from reviewapp.core.errors import TooMany
from reviewapp.core.ids import digest
from reviewapp.web.session import kit

BUCKET = """
local level = tonumber(redis.call('HGET', KEYS[1], 'level') or ARGV[1])
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or ARGV[3])
level = math.min(ARGV[1], level + (ARGV[3] - at) * ARGV[2])
local allowed = level >= 1
if allowed then level = level - 1 end
redis.call('HSET', KEYS[1], 'level', level, 'at', ARGV[3])
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[1] / ARGV[2]) + 1)
return allowed and math.floor(level) or -1
"""

MOST_AGENT = 300
"""Characters kept of a browser's name for itself."""

_local: dict[str, tuple[float, float]] = {}
_lock = Lock()


def limit(kind: str, who: str, *, burst: int, per_minute: float) -> int:
    """Take one token from `who`'s bucket of this kind; how many are left, or TooMany."""
    key, rate, now = f"reviewapp:limit:{kind}:{digest(who)[:32]}", per_minute / 60, time.time()
    try:
        left = int(kit().queues.redis.eval(BUCKET, 1, key, burst, rate, now))
    except (RedisError, OSError):
        left = _take_locally(key, burst, rate, now)
    if left < 0:
        raise TooMany(retry_after_seconds=max(1, round(1 / rate)))
    return left


def limit_here(kind: str, who: str, *, burst: int, per_minute: float) -> int:
    """As `limit`, counted in this process alone: for reads, where a round trip costs too much."""
    key, rate = f"{kind}:{digest(who)[:32]}", per_minute / 60
    left = _take_locally(key, burst, rate, time.time())
    if left < 0:
        raise TooMany(retry_after_seconds=max(1, round(1 / rate)))
    return left


def client_address() -> str:
    """The caller's address as the configured number of proxies tells it."""
    return request.remote_addr or "unknown"


def client_agent() -> str:
    """The browser's name for itself, as far as it is kept."""
    return request.user_agent.string[:MOST_AGENT]


def address_digest() -> str:
    """What is kept of the caller's address where a quota counts by it: keyed, so no address."""
    key = kit().settings.secret_keys[0].encode()
    return hmac.new(key, b"address:" + client_address().encode(), hashlib.sha256).hexdigest()


def _take_locally(key: str, burst: int, rate: float, now: float) -> int:
    with _lock:
        if len(_local) > 10_000:
            _local.clear()
        level, at = _local.get(key, (float(burst), now))
        level = min(burst, level + (now - at) * rate)
        allowed = level >= 1
        _local[key] = (level - 1 if allowed else level, now)
        return int(level - 1) if allowed else -1

"""Queue transport: pings that wake a worker. Redis may be lost at any time; the tables know."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

QUEUE_NAME = "reviewapp"
"""One queue for all: a worker pops several queues non-atomically, one queue safely."""

RUN_ERRAND = "reviewapp.worker.run_errand"
PING_SECONDS = 10
"""How long a lost ping may hold back the next of its kind."""

log = structlog.get_logger()


class Queues:
    """Sends pings of a kind; one waiting ping of a kind is enough."""

    def __init__(self, redis_url: str) -> None:
        self.redis: Redis = Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=2)
        self.queue = Queue(QUEUE_NAME, connection=self.redis, serializer=JSONSerializer)

    def ping(self, errand: str) -> None:
        """Wake a worker for `errand`. Never raises: the clock asks again within seconds."""
        try:
            if self.redis.set(_flag(errand), 1, nx=True, ex=PING_SECONDS):
                self.queue.enqueue(
                    RUN_ERRAND, errand, job_timeout=600, result_ttl=0, failure_ttl=3600
                )
        except (RedisError, OSError) as error:
            log.warning("queue.ping_lost", errand=errand, error=str(error))

    def taken(self, errand: str) -> None:
        """A worker starts `errand`: whatever changes from now on needs a ping of its own."""
        try:
            self.redis.delete(_flag(errand))
        except (RedisError, OSError):
            log.warning("queue.flag_lost", errand=errand)

    def alive(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self.redis.ping())
        except (RedisError, OSError):
            return False


Ping = Callable[[str], None]


def _flag(errand: str) -> str:
    return f"reviewapp:ping:{errand}"

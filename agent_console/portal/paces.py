"""How often the portal's doors may be tried: `limits`, with windows that move, on Valkey.

Counted are addresses and the hash of a CPF, whether it is anybody's or not. What is counted
is told by a digest: nobody reads a CPF out of Valkey.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final, cast

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

CODES_PER_DOCUMENT: Final = "3 per hour"
ANSWERS_PER_DEBTOR: Final = "15 per day"  # over all his links


class Paces:
    """Errors are those of `redis`: what cannot be counted is not let in."""

    def __init__(self, client: Redis, secret: bytes) -> None:
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="acordo:limits",
            connection_pool=cast(Any, client.connection_pool),  # handed through
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._secret = secret

    async def take(self, limit: str, who: str) -> bool:
        """Count one; False when there were too many."""
        item: RateLimitItem = parse(limit)
        digest = hmac.new(self._secret, who.encode(), hashlib.sha256).hexdigest()[:32]
        return await self._limiter.hit(item, limit, digest)

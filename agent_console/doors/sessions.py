"""Sessions of people, on Valkey: thrown away with it, and then everybody logs in again.

The browser holds 256 random bits, Valkey their digest. What a user may do is not kept
here but read at each request; a session only knows under which epoch of the user it began.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis

from foundation.clock import Clock

PREFIX = "acordo:session:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is logged in."""

    token: str  # what the cookie holds
    user_id: UUID
    epoch: int  # of the user, when it began
    csrf: str  # what unsafe requests must send back
    began_at: float  # seconds since 1970


class Sessions:
    """Begins, finds and ends sessions. Errors are those of `redis`."""

    def __init__(
        self, client: Redis, clock: Clock, *, idle_s: float, longest_s: float
    ) -> None:
        self._client = client
        self._clock = clock
        self._idle = timedelta(seconds=idle_s)
        self._longest_s = longest_s

    async def begin(self, user_id: UUID, epoch: int) -> Session:
        """A new session under a new token, never one that somebody brought along."""
        session = Session(
            token=secrets.token_urlsafe(32),
            user_id=user_id,
            epoch=epoch,
            csrf=secrets.token_urlsafe(32),
            began_at=self._clock.now().timestamp(),
        )
        kept = {
            "user": str(user_id),
            "epoch": epoch,
            "csrf": session.csrf,
            "began_at": session.began_at,
        }
        await self._client.set(_key(session.token), json.dumps(kept), px=self._idle)
        return session

    async def find(self, token: str, *, awake: bool = True) -> Session | None:
        """The session of that token, if it lives. `awake`: this is a sign of life."""
        key = _key(token)
        if awake:
            raw = await self._client.getex(key, px=self._idle)
        else:
            raw = await self._client.get(key)
        if raw is None:
            return None
        kept = json.loads(raw)
        if self._clock.now().timestamp() - kept["began_at"] >= self._longest_s:
            await self._client.delete(key)
            return None
        return Session(
            token=token,
            user_id=UUID(kept["user"]),
            epoch=kept["epoch"],
            csrf=kept["csrf"],
            began_at=kept["began_at"],
        )

    async def end(self, token: str) -> None:
        await self._client.delete(_key(token))


def _key(token: str) -> str:
    return PREFIX + hashlib.sha256(token.encode()).hexdigest()

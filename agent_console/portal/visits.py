"""Visits of debtors, on Valkey: short, and under another token once it is known who it is.

The browser holds 256 random bits, Valkey their digest. A visit that came by a link knows
whose link it is, and shows nothing of it until the question was answered.
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

PREFIX = "acordo:visit:"
IDLE = timedelta(minutes=15)
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One browser. `link`: by which it came, or whose agreement; none: by a code."""

    token: str  # what the cookie holds
    debtor: UUID
    link: UUID | None
    identified: bool
    csrf: str  # what forms must send back
    began_at: float  # seconds since 1970


class Visits:
    """Begins, finds and ends visits. Errors are those of `redis`."""

    def __init__(self, client: Redis, clock: Clock, *, prefix: str = PREFIX) -> None:
        self._client = client
        self._clock = clock
        self._prefix = prefix

    async def begin(self, debtor: UUID, *, link: UUID | None, identified: bool) -> Visit:
        """A new visit under a new token."""
        visit = Visit(
            token=secrets.token_urlsafe(32),
            debtor=debtor,
            link=link,
            identified=identified,
            csrf=secrets.token_urlsafe(32),
            began_at=self._clock.now().timestamp(),
        )
        kept = {
            "debtor": str(debtor),
            "link": str(link) if link else None,
            "identified": identified,
            "csrf": visit.csrf,
            "began_at": visit.began_at,
        }
        await self._client.set(self._key(visit.token), json.dumps(kept), px=IDLE)
        return visit

    async def find(self, token: str) -> Visit | None:
        """The visit of that token, if it lives."""
        raw = await self._client.getex(self._key(token), px=IDLE)
        if raw is None:
            return None
        kept = json.loads(raw)
        if self._clock.now().timestamp() - kept["began_at"] >= LONGEST_S:
            await self.end(token)
            return None
        return Visit(
            token=token,
            debtor=UUID(kept["debtor"]),
            link=UUID(kept["link"]) if kept["link"] else None,
            identified=kept["identified"],
            csrf=kept["csrf"],
            began_at=kept["began_at"],
        )

    async def end(self, token: str) -> None:
        await self._client.delete(self._key(token))

    def _key(self, token: str) -> str:
        return self._prefix + hashlib.sha256(token.encode()).hexdigest()

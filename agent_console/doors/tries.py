"""How long somebody must wait who tried wrong passwords, counted on Valkey.

A try is counted before the password is looked at, so that many at once gain nothing, and
given back when it was right. Counted are the login as written, whether it exists or not,
and the address; the wait doubles with each further try.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 900.0
REMEMBER_S = 3600.0  # tries are forgotten after this long without another

_SPEND = """
local left = redis.call('PTTL', KEYS[2])
if left > 0 then return left end
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local over = count - tonumber(ARGV[1])
if over >= 0 then
  local wait = math.min(tonumber(ARGV[2]) * 2 ^ math.min(over, 30), tonumber(ARGV[3]))
  redis.call('SET', KEYS[2], '1', 'PX', string.format('%d', wait))
end
return 0
"""
_GIVE_BACK = """
redis.call('DEL', KEYS[2])
if redis.call('DECR', KEYS[1]) <= 0 then redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who tries: the login as written, and where from."""

    login: str
    address: str


class Tries:
    """Errors are those of `redis`."""

    def __init__(self, client: Redis, *, per_login: int, per_address: int) -> None:
        self._client = client
        self._limits = {"login": per_login, "address": per_address}
        self._spend = client.register_script(_SPEND)
        self._give_back = client.register_script(_GIVE_BACK)

    async def spend(self, asker: Asker) -> float:
        """Count one try; returns the seconds to wait before the next, 0 to go ahead."""
        for kind, value in (("address", asker.address), ("login", asker.login)):
            arguments = [
                self._limits[kind],
                *map(_ms, (FIRST_WAIT_S, LONGEST_WAIT_S, REMEMBER_S)),
            ]
            left = await self._spend(keys=_keys(kind, value), args=cast(Any, arguments))
            if left:
                return int(left) / 1000
        return 0.0

    async def succeeded(self, asker: Asker) -> None:
        """The password was right: forget the login's tries, give this one back."""
        await self._client.delete(*_keys("login", asker.login))
        await self._give_back(keys=_keys("address", asker.address))


def _keys(kind: str, value: str) -> list[str]:
    """Digests: somebody may have typed the password where the login goes."""
    digest = hashlib.sha256(value.strip().casefold().encode()).hexdigest()[:32]
    return [f"acordo:tries:{kind}:{digest}", f"acordo:wait:{kind}:{digest}"]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

"""The bus between processes: streams with JSON values, hashes, and leases on keys.

Valkey holds nothing that cannot be thrown away. A stream is a short memory (its oldest
entries are trimmed), a consumer is a tail of it: it survives a lost connection, and a
server that came back empty. Delivery is at least once for a publisher that retries, so
commands must be safe to hear twice.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as BusConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as BusTimeout

from foundation.observability import get_logger
from foundation.settings import as_it_stands

COMMANDS = "acordo:commands"  # to the dialer
EVENTS = "acordo:events"  # of the floor
ANSWERS = "acordo:answers"  # who answered a call, by whom listens to it
DECISIONS = "acordo:decisions"  # and the campaign's id: see `decisions_of`
BOARD = "acordo:board"  # hash: endpoint -> {"state", "since"}

KEEP = 10_000  # entries a stream remembers, about
BLOCK_MS = 2_000  # a tail wakes up that often to see whether the server was emptied
BATCH = 500
RETRY_S = (0.1, 2.0)  # first and longest pause after a lost connection
BEGINNING = "0-0"
LOST = (BusConnectionError, BusTimeout, OSError, TimeoutError)

_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a stream. `id` orders entries and names a place to go on from."""

    id: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lease:
    """A key held for a while; only who knows the token can renew or release it."""

    key: str
    token: str


class _Present(CredentialProvider):
    """Name and password as the address says them now."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        now = parse_url(as_it_stands("REDIS_URL", self._url))
        password = str(now.get("password", ""))
        name = now.get("username")
        return (str(name), password) if name else (password,)

    async def get_credentials_async(self) -> tuple[str] | tuple[str, str]:
        return self.get_credentials()


def connect(url: str) -> Redis:
    """Return a client for `redis://...` or `unix:///path?password=...`; connects later.

    Each new connection has the password that is valid then.
    """
    client = Redis.from_url(
        url,
        decode_responses=True,
        protocol=2,
        socket_connect_timeout=3,
        socket_timeout=BLOCK_MS / 1000 + 3,
        health_check_interval=15,
    )
    given = client.connection_pool.connection_kwargs
    if given.get("password"):
        given["credential_provider"] = _Present(url)
        given.pop("username", None)
        given.pop("password")
    return client


def decisions_of(campaign: str) -> str:
    """The stream of a campaign's decisions of the last hour."""
    return f"{DECISIONS}:{campaign}"


class Bus:
    """Streams, hashes and leases on one Valkey. Errors are those of `redis` (see LOST)."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self._renew = client.register_script(_RENEW)
        self._release = client.register_script(_RELEASE)

    async def publish(
        self,
        stream: str,
        fields: Mapping[str, Any],
        *,
        keep: int = KEEP,
        kept_s: float | None = None,
    ) -> str:
        """Append an entry, its values as JSON; return its id. Old entries are trimmed.

        With `kept_s` those older than that are, in the place of those beyond `keep`.
        """
        entry = {
            name: json.dumps(value, ensure_ascii=False) for name, value in fields.items()
        }
        most = keep if kept_s is None else None
        added = await self.client.xadd(
            stream, cast(Any, entry), maxlen=most, approximate=True
        )
        if kept_s is not None:
            oldest = int(str(added).partition("-")[0]) - _milliseconds(kept_s)
            await self.client.xtrim(stream, minid=str(oldest), approximate=True)
            await self.client.pexpire(stream, _milliseconds(kept_s))
        _heed_cancellation()
        return str(added)

    async def newest(
        self, stream: str, *, count: int, before: str | None = None
    ) -> list[Message]:
        """Return the last entries, the newest first; with `before`, of those before it."""
        last = "+" if before is None else f"({before}"
        entries = await self.client.xrevrange(stream, max=last, count=count)
        _heed_cancellation()
        found = [(place, _decoded(stream, place, raw)) for place, raw in cast(Any, entries)]
        return [Message(place, fields) for place, fields in found if fields is not None]

    async def last_id(self, stream: str) -> str:
        """The place after which only new entries come; BEGINNING when there is none."""
        newest = await self.client.xrevrange(stream, count=1)
        _heed_cancellation()
        return str(newest[0][0]) if newest else BEGINNING

    async def consume(
        self, stream: str, since: str | None = None
    ) -> AsyncIterator[Message]:
        """Follow a stream for ever, from after `since` (None: only what comes from now on).

        Lost connections are retried; entries that hold no JSON are reported and left out.
        """
        place = since
        pause_s = RETRY_S[0]
        while True:
            try:
                if place is None:
                    place = await self.last_id(stream)
                entries = await self._read(stream, place)
                if not entries:
                    place = await self._after_silence(stream, place)
            except LOST as error:
                log.warning("bus_lost", stream=stream, why=type(error).__name__)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_S[1])
                continue
            pause_s = RETRY_S[0]
            for place, raw in entries:
                fields = _decoded(stream, place, raw)
                if fields is not None:
                    yield Message(place, fields)

    async def _read(self, stream: str, place: str) -> list[tuple[str, dict[str, str]]]:
        answer = await self.client.xread({stream: place}, count=BATCH, block=BLOCK_MS)
        _heed_cancellation()
        # one stream was asked, in the older protocol: [[name, [(id, fields), ...]]]
        return cast(Any, answer)[0][1] if answer else []

    async def _after_silence(self, stream: str, place: str) -> str:
        """A server that lost its data may count ids from an earlier instant: start over."""
        try:
            info = await self.client.xinfo_stream(stream)
        except ResponseError:  # no such stream (yet, or any more)
            return BEGINNING
        if order_of(str(info["last-generated-id"])) >= order_of(place):
            return place
        log.warning("bus_stream_restarted", stream=stream)
        return BEGINNING

    async def put(self, key: str, values: Mapping[str, Any]) -> None:
        """Set fields of a hash, as JSON."""
        encoded = {name: json.dumps(value) for name, value in values.items()}
        await self.client.hset(key, mapping=cast(Any, encoded))
        _heed_cancellation()

    async def table(self, key: str) -> dict[str, Any]:
        """Return a hash with its JSON values; empty when there is none."""
        raw = await self.client.hgetall(key)
        _heed_cancellation()
        return _decoded(key, "", cast(dict[str, str], raw)) or {}

    async def take(self, key: str, *, lease_s: float) -> Lease | None:
        """Hold a key that nobody holds; None when somebody does."""
        lease = Lease(key, secrets.token_hex(16))
        taken = await self.client.set(key, lease.token, nx=True, px=_milliseconds(lease_s))
        return lease if taken else None

    async def renew(self, lease: Lease, *, lease_s: float) -> bool:
        """Hold it longer; False when the lease ran out, whoever holds the key now."""
        arguments = [lease.token, str(_milliseconds(lease_s))]
        return bool(await self._renew(keys=[lease.key], args=arguments))

    async def release(self, lease: Lease) -> bool:
        """Let go; False when the lease had run out."""
        return bool(await self._release(keys=[lease.key], args=[lease.token]))


def _decoded(where: str, place: str, raw: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        return {name: json.loads(value) for name, value in raw.items()}
    except ValueError:
        log.error("bus_entry_malformed", stream=where, entry=place)
        return None


def _heed_cancellation() -> None:
    """End a task that was cancelled while the client swallowed it.

    Before Python 3.12 `asyncio.wait_for`, by which the client sends, returns its result
    when a cancellation meets it; a loop over the bus would then go on for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def order_of(place: str) -> tuple[int, int]:
    """By which places in a stream are compared."""
    milliseconds, _, number = place.partition("-")
    return int(milliseconds), int(number or 0)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


__all__ = [
    "ANSWERS", "BEGINNING", "BOARD", "COMMANDS", "EVENTS", "LOST", "Bus", "Lease",
    "Message", "RedisError", "connect", "decisions_of", "order_of",
]  # fmt: skip

"""What happens on the floor, told to every page that follows it, as it happens.

One reader of the bus per console process; its events are fanned out to one bounded queue
per follower. A follower first gets a snapshot of what it may see, then each change. One
that does not keep up is dropped: its page connects again and starts from a fresh snapshot.
Holds no permission of its own: what a follower may see is decided by the filter it brings.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from foundation.bus import BOARD, EVENTS, LOST, Bus
from foundation.observability import get_logger

FLOOR = "floor"  # the leader's view of all calls: each one replaces the one before
HEARTBEAT_S = 5.0
WRITE_S = 10.0  # a page that takes nothing for so long is gone
LONGEST_S = 300.0  # then the page connects again, and its right to look is asked again
REREAD_S = 2.0  # the board is read again: heals what a lost bus kept back
BUS_S = 1.5
QUEUE = 2_000  # events; at one a second from each of 200 agents, ten seconds
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy in front must not gather them
}

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """`kind` is the bus event's (agent, call, call_ended), or one of this console's."""

    kind: str
    data: dict[str, Any]


Wanted = Callable[[LiveEvent], bool]


def everything(_event: LiveEvent) -> bool:
    """The filter of somebody who may see the whole floor."""
    return True


def seat_of(endpoint: str) -> Wanted:
    """Make the filter of an agent: what concerns one seat, and nothing else."""
    return lambda event: event.data.get("agent") == endpoint


class _Follower:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(QUEUE)
        self.ended = False

    def give(self, event: LiveEvent) -> None:
        if self.ended:
            return
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            log.warning("slow_follower_dropped", behind=self.queue.qsize())
            self.end()

    def end(self) -> None:
        """What it has not read yet is old; the page begins anew."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)
        self.ended = True


class Live:
    """The one reader. `run` it beside the listener; `follow` it from handlers."""

    def __init__(self, bus: Bus, *, beat_s: float = HEARTBEAT_S) -> None:
        self._bus = bus
        self._beat_s = beat_s
        self._board: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, LiveEvent] = {}
        self._followers: set[_Follower] = set()
        self._up: bool | None = None  # None: not asked yet

    @property
    def up(self) -> bool:
        """Whether the bus answered when it was last asked."""
        return bool(self._up)

    @property
    def board(self) -> dict[str, dict[str, Any]]:
        """Endpoint -> entry, as last seen; old while the bus is away."""
        return dict(self._board)

    def kept(self, kind: str) -> LiveEvent | None:
        """The last kept event of that kind."""
        return self._kept.get(kind)

    def followed(self, kind: str) -> bool:
        """Tell whether anybody wants events of this kind: else nobody need make them."""
        probe = LiveEvent(kind, {})
        return any(follower.wanted(probe) for follower in self._followers)

    async def run(self) -> None:
        """Read for ever; a lost bus is said to all followers, and waited for."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read_board_for_ever())
                tasks.create_task(self._read_events_for_ever())
                tasks.create_task(self._beat_for_ever())
        finally:
            self.close()

    def close(self) -> None:
        """End all streams, so that the listener can stop."""
        for follower in self._followers:
            follower.end()

    def tell(self, event: LiveEvent, *, keep: bool = False) -> None:
        """Give an event to who wants it; a kept one also to those who come later."""
        if keep:
            self._kept[event.kind] = event
        for follower in self._followers:
            if follower.wanted(event):
                follower.give(event)

    async def follow(self, wanted: Wanted) -> AsyncGenerator[LiveEvent]:
        """Yield a snapshot, what was kept, then what happens; ends when too slow."""
        follower = _Follower(wanted)
        self._followers.add(follower)
        try:
            for event in self._beginning(wanted):
                yield event
            while (happened := await follower.queue.get()) is not None:
                yield happened
        finally:
            self._followers.discard(follower)

    def _beginning(self, wanted: Wanted) -> list[LiveEvent]:
        kept = [event for event in self._kept.values() if wanted(event)]
        return [self._snapshot(wanted), *kept]

    def _snapshot(self, wanted: Wanted) -> LiveEvent:
        """The agents that the filter lets through; `bus` false: their state is old."""
        agents = {
            endpoint: entry
            for endpoint, entry in self._board.items()
            if wanted(_agent_event(endpoint, entry))
        }
        return LiveEvent("snapshot", {"bus": self.up, "agents": agents})

    async def _read_board_for_ever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(BUS_S):
                    board = await self._bus.table(BOARD)
            except LOST as error:
                self._lost(type(error).__name__)
            else:
                self._found(board)
            await asyncio.sleep(REREAD_S)

    async def _read_events_for_ever(self) -> None:
        async for message in self._bus.consume(EVENTS):
            fields = dict(message.fields)
            kind = str(fields.pop("kind", ""))
            if kind == "agent":
                self._on_agent(fields)
            elif kind:
                self.tell(LiveEvent(kind, fields), keep=kind == FLOOR)

    async def _beat_for_ever(self) -> None:
        """Something comes at least that often, so that a page knows a dead connection."""
        while True:
            await asyncio.sleep(self._beat_s)
            self._to_all(lambda _: LiveEvent("beat", {}))

    def _on_agent(self, fields: dict[str, Any]) -> None:
        endpoint = str(fields.pop("agent", ""))
        self._board[endpoint] = fields
        self.tell(_agent_event(endpoint, fields))

    def _lost(self, why: str) -> None:
        if self._up is False:
            return
        self._up = False
        log.warning("live_bus_lost", why=why)
        self._to_all(lambda _: LiveEvent("bus", {"up": False}))

    def _found(self, board: dict[str, Any]) -> None:
        """Take the board as it is; after a silence everybody begins anew."""
        seats = {name: entry for name, entry in board.items() if isinstance(entry, dict)}
        if not self._up:
            self._up, self._board = True, seats
            self._to_all(self._snapshot)
            return
        changed = {e: s for e, s in seats.items() if self._board.get(e) != s}
        gone = self._board.keys() - seats.keys()
        self._board = seats
        for endpoint, entry in changed.items():
            self.tell(_agent_event(endpoint, entry))
        if gone:
            self._to_all(self._snapshot)

    def _to_all(self, made: Callable[[Wanted], LiveEvent]) -> None:
        for follower in self._followers:
            follower.give(made(follower.wanted))


async def stream(
    request: web.Request, events: AsyncGenerator[LiveEvent], *, longest_s: float = LONGEST_S
) -> web.StreamResponse:
    """Answer with server-sent events until the page goes, `events` end or time is up.

    In the last case the page is told to begin `again`: that is no trouble worth a word.
    """
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    loop = asyncio.get_running_loop()
    until = loop.time() + longest_s
    async with aclosing(events):
        async for event in events:
            if not await _written(request, response, event):
                break
            if loop.time() >= until:
                await _written(request, response, LiveEvent("again", {}))
                break
    return response


async def _written(
    request: web.Request, response: web.StreamResponse, event: LiveEvent
) -> bool:
    """False when the page went, or reads so slowly that its connection is cut."""
    try:
        async with asyncio.timeout(WRITE_S):
            await response.write(encoded(event))
    except TimeoutError:
        log.warning("slow_follower_dropped")
        if request.transport is not None:
            request.transport.abort()
        return False
    except ConnectionError:
        return False
    return True


def encoded(event: LiveEvent) -> bytes:
    r"""One event of the stream.

    >>> encoded(LiveEvent("bus", {"up": True}))
    b'event: bus\ndata: {"up": true}\n\n'
    """
    data = json.dumps(event.data, ensure_ascii=False)
    return f"event: {event.kind}\ndata: {data}\n\n".encode()


def _agent_event(endpoint: str, entry: Mapping[str, Any]) -> LiveEvent:
    return LiveEvent("agent", {"agent": endpoint, **entry})


LIVE = web.AppKey("live", Live)


def install_live(app: web.Application, bus: Bus) -> None:
    """Have one reader run as long as the application; its streams end before it stops."""
    app[LIVE] = Live(bus)
    app.cleanup_ctx.append(_reading)
    app.on_shutdown.append(_close)


async def _reading(app: web.Application) -> AsyncGenerator[None]:
    reading = asyncio.create_task(app[LIVE].run(), name="live")
    yield
    reading.cancel()
    await asyncio.wait({reading})


async def _close(app: web.Application) -> None:
    app[LIVE].close()

"""Lets a page's SIP through to the switch: one page a seat, watched as long as it lasts.

Copies text messages both ways and reads none of them: who may register is the switch's
matter. Closing the socket ends no call, for sound does not pass through here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from enum import IntEnum

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType, web
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from agent_console.doors.caller import still_in
from agent_console.live import LIVE, LiveEvent
from agent_console.services import CLOCK, DATABASE, SESSIONS, SETTINGS
from agent_console.softphone import credentials
from agent_console.softphone.pace import Bucket
from foundation.observability import get_logger

SUBPROTOCOL = "sip"
LARGEST = 32 * 1024  # bytes; an offer with all its candidates has about 6
BEAT_S = 20.0  # a lost network of some seconds must not close the socket
REACH_S = 3.0
WATCH_S = 5.0
TAKEN = "seat"  # kind of the event that tells who holds a seat now
TALKS = frozenset({"reserved", "talking", "wrap_up"})

log = get_logger(__name__)


class Close(IntEnum):
    """Why a socket ends; softphone.js knows these numbers."""

    SWITCH_AWAY = 1013
    NOT_TEXT = 1003
    SEAT_TAKEN = 4001
    SESSION_OVER = 4003
    TOO_FAST = 4008


@dataclass(frozen=True, slots=True)
class Line:
    """One page's socket and where it leads."""

    request: web.Request
    seat: str
    page: str
    ours: web.WebSocketResponse


async def carry(request: web.Request, seat: str, page: str) -> web.StreamResponse:
    """Serve one page's socket until either side ends it."""
    ours = web.WebSocketResponse(
        protocols=(SUBPROTOCOL,), max_msg_size=LARGEST, heartbeat=BEAT_S
    )
    await ours.prepare(request)
    line = Line(request, seat, page, ours)
    mine = request.app[LIVE].follow(lambda event: _concerns(event, seat))
    async with aclosing(mine) as events:
        await anext(events)  # from here on no change is missed
        if await _holder(line) != page:
            await ours.close(code=Close.SEAT_TAKEN)
            return ours
        try:
            await _through(line, events)
        except (ClientError, OSError, TimeoutError) as error:
            log.warning("switch_unreachable", why=type(error).__name__)
            await ours.close(code=Close.SWITCH_AWAY)
    return ours


async def _through(line: Line, events: AsyncGenerator[LiveEvent]) -> None:
    where = line.request.app[SETTINGS].asterisk
    host = "127.0.0.1" if where.http_host in ("0.0.0.0", "::") else where.http_host  # noqa: S104
    async with ClientSession() as client:
        async with asyncio.timeout(REACH_S):
            switch = await client.ws_connect(
                f"http://{host}:{where.http_port}/ws",
                protocols=(SUBPROTOCOL,),
                max_msg_size=LARGEST,
            )
        async with switch:
            await _until_one_ends(line, switch, events)


async def _until_one_ends(
    line: Line, switch: ClientWebSocketResponse, events: AsyncGenerator[LiveEvent]
) -> None:
    work = {
        asyncio.create_task(_up(line, switch)),
        asyncio.create_task(_down(switch, line.ours)),
        asyncio.create_task(_until_taken(line, events)),
        asyncio.create_task(_until_session_over(line)),
    }
    try:
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in work:
            task.cancel()
        await asyncio.wait(work)
    code = next(iter(done)).result()
    await line.ours.close(code=code)


async def _up(line: Line, switch: ClientWebSocketResponse) -> int:
    bucket = Bucket(time.monotonic())
    async for message in line.ours:
        after = bucket.take(time.monotonic())
        if after is None:
            log.warning("page_too_fast", seat=line.seat)
            return Close.TOO_FAST
        bucket = after
        if message.type is not WSMsgType.TEXT:
            return Close.NOT_TEXT
        await switch.send_str(message.data)
    return line.ours.close_code or 1000


async def _down(switch: ClientWebSocketResponse, ours: web.WebSocketResponse) -> int:
    async for message in switch:
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            data = message.data
            await ours.send_str(data if isinstance(data, str) else data.decode())
    return Close.SWITCH_AWAY


async def _until_taken(line: Line, events: AsyncGenerator[LiveEvent]) -> int:
    """Wait for another page at the seat; told by events, and looked for now and then."""
    async for event in events:
        if event.kind == TAKEN and event.data.get("page") != line.page:
            return Close.SEAT_TAKEN
    await asyncio.Event().wait()  # dropped as too slow: the look below goes on
    raise AssertionError


async def _until_session_over(line: Line) -> int:
    """A session that ends in mid-call is let be until the call is over."""
    app = line.request.app
    while True:
        await asyncio.sleep(WATCH_S)
        try:
            if await _holder(line) not in (line.page, None):
                return Close.SEAT_TAKEN
            if await still_in(line.request, app[DATABASE], app[SESSIONS]):
                continue
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("session_unknown", why=type(error).__name__)
            continue
        if app[LIVE].board.get(line.seat, {}).get("state") not in TALKS:
            return Close.SESSION_OVER


async def _holder(line: Line) -> str | None:
    app = line.request.app
    async with app[DATABASE].connect() as connection:
        return await credentials.holder(connection, line.seat, app[CLOCK].now())


def _concerns(event: LiveEvent, seat: str) -> bool:
    return event.kind == TAKEN and event.data.get("agent") == seat

"""The sound of a call that goes on, as the switch writes it down: about a second late.

Interleaved stereo, 16 bit little-endian, 8 kHz: left what the caller says, right what is
said to him. Nothing joins the call, so nobody in it hears or feels that he is listened to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

BYTES_S = 32_000
FRAME = 4  # bytes of one sample of both sides
BEFORE_S = 1.0  # of what was said before one begins to listen
LOOK_S = 0.25
OVER_S = 2.0  # how often it is asked whether the call goes on
PIECE = 64 * 1024


async def follow(
    request: web.Request, path: Path, goes_on: Callable[[], Awaitable[bool]]
) -> web.StreamResponse:
    """Send what is written from now on, until the call is over or the page goes."""
    response = web.StreamResponse(headers={"Cache-Control": "no-store"})
    response.content_type = "application/octet-stream"
    await response.prepare(request)
    loop = asyncio.get_running_loop()
    place, asked = await asyncio.to_thread(_beginning, path), loop.time()
    try:
        while True:
            piece = await asyncio.to_thread(_after, path, place)
            if piece:
                await response.write(piece)
                place += len(piece)
                continue
            if loop.time() - asked > OVER_S:
                asked = loop.time()
                if not await goes_on():
                    return response
            await asyncio.sleep(LOOK_S)
    except ConnectionError:
        return response  # nobody listens any more


def _beginning(path: Path) -> int:
    """Where to begin, at a whole sample."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:  # not begun, or over and sealed
        return 0
    return max(0, size - round(BEFORE_S * BYTES_S)) // FRAME * FRAME


def _after(path: Path, place: int) -> bytes:
    """What is there from a place on, in whole samples."""
    try:
        with path.open("rb") as file:
            file.seek(place)
            piece = file.read(PIECE)
    except FileNotFoundError:
        return b""
    return piece[: len(piece) // FRAME * FRAME]

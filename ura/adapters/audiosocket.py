"""Asterisk's AudioSocket: one connection a call, which brings what the debtor says.

A frame is a kind (1 byte), a length (2, big endian) and so much content; sound is 16-bit,
8 kHz, little endian. The switch sends nothing while the line carries nothing, so silence is
put in by the clock; and it ends a connection in which nothing was heard for two seconds,
so a little silence is sent to it, where nobody hears it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from foundation.health import bind_failure
from foundation.observability import get_logger
from ura.adapters.incoming import Flood, Incoming, close

HANG_UP, ID, SOUND = 0x00, 0x01, 0x10
RATE_HZ = 8_000
HELLO_S = 3.0  # to say which call it is
CALL_S = 20.0  # at most; the dialplan ends it before
WAKE_S = 0.1  # without a frame: time goes on
LATE_S = 0.3  # sound may come so late before silence is put in its place
ALIVE_S = 1.0
_HELLO = bytes([ID, 0, 16])
_SILENCE = bytes([SOUND]) + (320).to_bytes(2, "big") + bytes(320)

Samples = NDArray[np.float64]
Hears = Callable[[UUID, AsyncIterator[Samples]], Awaitable[None]]

log = get_logger(__name__)


class AudioSocketServer:
    """Gives each connection's sound to `hears`, at most `most` at once."""

    def __init__(self, hears: Hears, most: int) -> None:
        self._hears = hears
        self._most = most
        self._calls: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Listen while the block runs; yields the port.

        Raises PortBusy, AddressUnusable.
        """

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(self._calls) >= self._most:
                log.error("listening_refused", most=self._most)
                writer.close()
                return
            task = asyncio.get_running_loop().create_task(self._call(reader, writer))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

        try:
            server = await asyncio.start_server(accept, host, port)
        except OSError as error:
            raise bind_failure(error, host, port, "AudioSocket") from error
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for task in self._calls:
                task.cancel()
            if self._calls:
                await asyncio.wait(self._calls)

    async def _call(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            call = await self._said(reader)
            if call is not None:
                await self._serve(call, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the call ended
        except TimeoutError:
            log.warning("audiosocket_client_refused", why="the call did not end")
        except Flood as error:
            log.warning("audiosocket_client_refused", why=str(error))
        except Exception:  # the top of a call: the others go on
            log.exception("listening_failed")
        finally:
            with suppress(ConnectionError, RuntimeError):
                writer.write(bytes([HANG_UP, 0, 0]))
            await close(writer)

    async def _said(self, reader: asyncio.StreamReader) -> UUID | None:
        """Which call it is; None: whoever connected is not the switch."""
        try:
            async with asyncio.timeout(HELLO_S):
                return await hello(reader)
        except TimeoutError:
            why = f"said nothing in {HELLO_S:.0f} s"
        except (asyncio.IncompleteReadError, ConnectionError):
            why = "went before it said which call it is"
        except ValueError as error:
            why = str(error)
        log.warning("audiosocket_client_refused", why=why)
        return None

    async def _serve(
        self, call: UUID, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async with asyncio.timeout(CALL_S):
            await self._hears(call, _sound(reader, writer))


async def hello(reader: asyncio.StreamReader) -> UUID:
    """Read which call it is; raises ValueError when something else comes first."""
    head = await reader.readexactly(3)
    if head != _HELLO:
        raise ValueError("began with something else than the id of a call")
    return UUID(bytes=await reader.readexactly(head[2]))


async def _sound(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> AsyncIterator[Samples]:
    """What comes, in step with the clock; ends when the call does. Raises Flood."""
    begun = alive = time.monotonic()
    given = 0  # samples
    incoming = Incoming()
    pending: asyncio.Task[tuple[int, bytes]] | None = None
    try:
        while True:
            pending = pending or asyncio.create_task(frame(reader))
            await asyncio.wait({pending}, timeout=WAKE_S)
            now = time.monotonic()
            if now - alive >= ALIVE_S:
                alive = now
                writer.write(_SILENCE)
            if pending.done():
                kind, content = pending.result()
                pending = None
                if kind == HANG_UP:
                    return
                if kind == SOUND:
                    incoming.count(len(content))
                    sound = _samples(content)
                    given += len(sound)
                    yield sound
                    continue
            behind = round((now - begun - LATE_S) * RATE_HZ) - given
            if behind > 0:
                given += behind
                yield np.zeros(behind)
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        if pending is not None:
            pending.cancel()


async def frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one frame: its kind and its content."""
    head = await reader.readexactly(3)
    return head[0], await reader.readexactly(int.from_bytes(head[1:], "big"))


def _samples(content: bytes) -> Samples:
    whole = content[: len(content) // 2 * 2]
    return np.frombuffer(whole, "<i2").astype(np.float64) / 32768

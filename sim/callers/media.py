"""The sound of one call as RTP: A-law both ways, keys as telephone events (RFC 4733).

A packet leaves every 20 ms whether or not the caller says anything, as from any telephone;
each that comes is kept with the second of its arrival.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from sim.callers.sip import EVENT
from sim.clips import alaw
from ura.ports import RATE_HZ, Samples

FRAME_S = 0.02
FRAME = round(RATE_HZ * FRAME_S)  # samples
PCMA = 8
KEYS = "0123456789*#"
KEY_S, KEY_GAP_S = 0.08, 0.08
_HEAD = struct.Struct("!BBHII")
_VOLUME = 10


def _linear() -> Samples:
    """All 256 bytes of A-law as samples (ITU-T G.711)."""
    value = np.arange(256) ^ 0x55
    exponent, mantissa = (value >> 4) & 7, value & 15
    high = ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    size = np.where(exponent == 0, (mantissa << 4) + 8, high)
    return np.where(value & 0x80, size, -size) / 32768


LINEAR = _linear()


@dataclass(slots=True)
class Media(asyncio.DatagramProtocol):
    """`background` is heard behind everything that the caller says; it repeats."""

    background: Samples = field(default_factory=lambda: np.zeros(FRAME))
    heard: list[tuple[float, Samples]] = field(default_factory=list)
    sent: list[tuple[float, Samples]] = field(default_factory=list)
    _transport: asyncio.DatagramTransport | None = None
    _to: tuple[str, int] | None = None
    _frames: deque[Samples] = field(default_factory=deque)
    _keys: deque[str] = field(default_factory=deque)
    _sequence: int = 0
    _time: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> int:
        """Take a port; returns it."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        return int(self._transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def say(self, samples: Samples) -> None:
        """Speak after what is being said."""
        self._idle.clear()
        count = -(-len(samples) // FRAME)
        whole = np.concatenate([samples, np.zeros(count * FRAME - len(samples))])
        self._frames.extend(whole.reshape(count, FRAME))

    def press(self, keys: str) -> None:
        """Press keys, one after the other; what is being said is not heard meanwhile."""
        self._idle.clear()
        self._keys.extend(keys)

    async def done(self) -> None:
        """Wait until all is said and pressed."""
        await self._idle.wait()

    async def run(self, to: tuple[str, int]) -> None:
        """Send in time, to the end of the call."""
        self._to = to
        clock = asyncio.get_running_loop().time
        begun, count = clock(), 0
        while True:
            if self._keys:
                count += await self._press(self._keys.popleft(), begun, count)
            else:
                self._sound(clock())
                count += 1
            if not self._keys and not self._frames:
                self._idle.set()
            await asyncio.sleep(max(0.0, begun + count * FRAME_S - clock()))

    def _sound(self, now_s: float) -> None:
        behind = np.resize(np.roll(self.background, -self._time), FRAME)
        frame = behind + (self._frames.popleft() if self._frames else 0.0)
        pcm = np.round(np.clip(frame, -1.0, 1.0) * 32767).astype(np.int16)
        self.sent.append((now_s, frame))
        self._packet(PCMA, self._time, alaw(pcm))
        self._time += FRAME

    async def _press(self, key: str, begun: float, count: int) -> int:
        """Send one key as events of one timestamp; return the frames that it took."""
        code, at = KEYS.index(key), self._time
        steps, gap = round(KEY_S / FRAME_S), round(KEY_GAP_S / FRAME_S)
        clock = asyncio.get_running_loop().time
        for step in range(1, steps + 1):
            last = step == steps
            for _ in range(3 if last else 1):
                end = (0x80 if last else 0) | _VOLUME
                event = struct.pack("!BBH", code, end, step * FRAME)
                self._packet(EVENT, at, event, marker=step == 1)
            await asyncio.sleep(max(0.0, begun + (count + step) * FRAME_S - clock()))
        self._time += steps * FRAME
        for step in range(gap):
            self._sound(clock())
            due = begun + (count + steps + step + 1) * FRAME_S
            await asyncio.sleep(max(0.0, due - clock()))
        return steps + gap

    def _packet(self, kind: int, at: int, content: bytes, *, marker: bool = False) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        mark = 0x80 if marker else 0
        head = _HEAD.pack(0x80, kind | mark, self._sequence, at & 0xFFFFFFFF, 0x5EED)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(head + content, self._to)

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        if len(data) > _HEAD.size and data[1] & 0x7F == PCMA:
            now_s = asyncio.get_running_loop().time()
            sound = LINEAR[np.frombuffer(data[_HEAD.size :], np.uint8)]
            self.heard.append((now_s, sound))

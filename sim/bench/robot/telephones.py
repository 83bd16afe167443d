"""The sound of many callers in one socket: what each hears, with the kernel's own time.

A call is known by where its sound comes from and by its RTP source, so one address serves
all calls. The kernel notes when a packet came; how late this process reads it counts not.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.bench.robot.beat import FRAME_S
from sim.bench.robot.rtp import Sender, sequence_and_source

_STAMPED = 35  # SO_TIMESTAMPNS, which Python has no name for
_STAMP = struct.Struct("qq")
_BUFFER = 4 << 20
_LARGEST = 2048
_QUIET_AFTER_S = 0.5  # without sound: the call is over, and is spoken into no more
QUIET = bytes([0xD5, 0x55]) * 80  # A-law, next to silence

Call = tuple[int, int]  # port and RTP source


@dataclass(slots=True)
class Telephone:
    """One call, as its caller heard it. Instants of the machine's clock."""

    sender: Sender
    to: tuple[str, int]
    keys: list[tuple[float, str]]  # seconds from the first sound, and the key
    at_s: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


class Telephones:
    """Use as a context manager. `keys` gives what the next caller presses, and when."""

    def __init__(self, host: str, keys: Callable[[], list[tuple[float, str]]]) -> None:
        self.calls: dict[Call, Telephone] = {}
        self._keys = keys
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        self._socket.setblocking(False)
        self._socket.bind((host, 0))

    def __enter__(self) -> Telephones:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def talk(self, seconds: float) -> None:
        """Hear and speak for so long."""
        end = time.time() + seconds
        tick = time.time()
        while (now := time.time()) < end:
            if now >= tick:
                self._speak(now)
                tick = max(tick + FRAME_S, now)
            rest_s = max(0.0, tick - time.time())
            ready, _, _ = select.select([self._socket], [], [], rest_s)
            if ready:
                self._hear()

    def _hear(self) -> None:
        while True:
            try:
                packet, notes, _, source = self._socket.recvmsg(_LARGEST, 64)
            except BlockingIOError:
                return
            head = sequence_and_source(packet)
            if head is None or not notes:
                continue
            seconds, nanoseconds = _STAMP.unpack(notes[0][2][: _STAMP.size])
            call = (source[1], head[1])
            telephone = self.calls.get(call)
            if telephone is None:
                telephone = self.calls[call] = self._rings(source)
            telephone.at_s.append(seconds + nanoseconds / 1e9)
            telephone.numbers.append(head[0])

    def _rings(self, source: tuple[str, int]) -> Telephone:
        return Telephone(Sender(len(self.calls) + 1, QUIET), source, self._keys())

    def _speak(self, now: float) -> None:
        for telephone in self.calls.values():
            if now - telephone.at_s[-1] > _QUIET_AFTER_S:
                continue
            self._press(telephone, now - telephone.at_s[0])
            self._socket.sendto(telephone.sender.packet(), telephone.to)

    @staticmethod
    def _press(telephone: Telephone, since_s: float) -> None:
        """Press the key that is due; a late one is held as long as any other."""
        if telephone.keys and since_s >= telephone.keys[0][0]:
            _, key = telephone.keys[0]
            if telephone.sender.press(key):
                telephone.keys.pop(0)

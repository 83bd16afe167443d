"""Packets of a telephone: sound in A-law, and keys as RFC 4733 has them. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ALAW, EVENT = 8, 101  # payload types, as the callers' SDP names them
MARKER = 0x80  # on the first packet of a key
SAMPLES = 160  # of a frame
KEYS = "0123456789*#"
KEY_FRAMES = 5  # a key is held for so long
ENDS = 3  # times that its end is told
_HEAD = struct.Struct("!BBHII")
_LOUDNESS = 10


@dataclass(slots=True)
class Sender:
    """One telephone's packets, 20 ms apart; a key stands in the place of sound."""

    source: int
    sound: bytes  # a frame, the same all the time
    number: int = 0
    _keys: list[bytes] = field(default_factory=list)

    def press(self, key: str) -> bool:
        """Have the next packets be this key; False while the last one is still held."""
        if self._keys:
            return False
        self._keys = list(_key(key))
        return True

    def packet(self) -> bytes:
        """The next packet."""
        self.number += 1
        now = self.number * SAMPLES & 0xFFFFFFFF
        if not self._keys:
            return self._head(ALAW, now) + self.sound
        payload = self._keys.pop(0)
        place = KEY_FRAMES + ENDS - len(self._keys) - 1
        begun = (now - place * SAMPLES) & 0xFFFFFFFF
        return self._head(EVENT if place else MARKER | EVENT, begun) + payload

    def _head(self, kind: int, at: int) -> bytes:
        return _HEAD.pack(0x80, kind, self.number & 0xFFFF, at, self.source)


def _key(key: str) -> Iterator[bytes]:
    event = KEYS.index(key)
    for frame in range(1, KEY_FRAMES + ENDS + 1):
        over = 0x80 if frame > KEY_FRAMES else 0
        held = min(frame, KEY_FRAMES) * SAMPLES
        yield struct.pack("!BBH", event, over | _LOUDNESS, held)


def sequence_and_source(packet: bytes) -> tuple[int, int] | None:
    """Number and source of a packet of sound; None for what is none."""
    if len(packet) <= _HEAD.size or packet[0] >> 6 != 2 or packet[1] & 0x7F != ALAW:
        return None
    _, _, number, _, source = _HEAD.unpack_from(packet)
    return number, source

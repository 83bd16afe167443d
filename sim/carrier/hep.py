"""Read HEPv3 packets: copies of SIP messages with their time and direction.

Pure. The switch that plays the network sends one packet for each SIP message that it
sends or receives (draft "HEP3 Network Protocol", revision 36: chunks of vendor, type,
length, payload in network byte order).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_MAGIC = b"HEP3"
_HEADER = struct.Struct("!4sH")
_CHUNK = struct.Struct("!HHH")
_SOURCE_PORT, _TARGET_PORT = 7, 8
_SECONDS, _MICROSECONDS = 9, 10
_PROTOCOL, _PAYLOAD = 11, 15
_SIP = 1


class NotHep(ValueError):
    """A packet is not HEPv3, or is cut off."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One captured message. `at` is epoch seconds by the capturing switch."""

    at: float
    source_port: int
    target_port: int
    payload: bytes


def parse(data: bytes) -> Packet | None:
    """Return the captured SIP message, or None when the packet carries something else."""
    chunks = _chunks(data)
    try:
        if chunks[_PROTOCOL] != bytes([_SIP]):
            return None
        at = int.from_bytes(chunks[_SECONDS]) + int.from_bytes(chunks[_MICROSECONDS]) / 1e6
        return Packet(
            at,
            int.from_bytes(chunks[_SOURCE_PORT]),
            int.from_bytes(chunks[_TARGET_PORT]),
            chunks[_PAYLOAD],
        )
    except KeyError as error:
        raise NotHep(f"chunk {error} is missing") from error


def _chunks(data: bytes) -> dict[int, bytes]:
    if len(data) < _HEADER.size or data[:4] != _MAGIC:
        raise NotHep("no HEP3 header")
    _, total = _HEADER.unpack_from(data)
    if total > len(data):
        raise NotHep(f"{len(data)} of {total} bytes")
    found = {}
    at = _HEADER.size
    while at < total:
        if at + _CHUNK.size > total:
            raise NotHep("cut chunk header")
        vendor, kind, length = _CHUNK.unpack_from(data, at)
        if length < _CHUNK.size or at + length > total:
            raise NotHep("chunk of impossible length")
        if vendor == 0:
            found[kind] = data[at + _CHUNK.size : at + length]
        at += length
    return found

"""Whether the TURN server answers, as metrics of the console that signs for it.

It shows none of its own: a STUN Binding request (RFC 8489, section 5), which it answers to
anybody, is asked now and then. A server that does not answer is a value, not a failure.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.metrics import REGISTRY
from foundation.process import Process

EVERY_S = 10.0
LIMIT_S = 2.0
_REQUEST, _ANSWER, _MAGIC = 0x0001, 0x0101, 0x2112A442
_HEAD = struct.Struct("!HHI12s")


class RelayMetrics(Collector):
    """What was last heard: seconds until the answer, or None."""

    def __init__(self) -> None:
        self.answer_s: float | None = None

    def collect(self) -> Iterator[Metric]:
        up = float(self.answer_s is not None)
        yield GaugeMetricFamily("acordo_turn_up", "1: the TURN server answers", value=up)
        if self.answer_s is not None:
            name, meaning = "acordo_turn_answer_seconds", "Until the TURN server's answer"
            yield GaugeMetricFamily(name, meaning, value=self.answer_s)


async def serve(own: Process, where: str) -> None:
    """Ask `HOST:PORT` until the process is to stop."""
    found = RelayMetrics()
    REGISTRY.register(found)
    try:
        while True:
            found.answer_s = await asyncio.to_thread(asked, where)
            if await own.pause(EVERY_S):
                return
    finally:
        REGISTRY.unregister(found)


def asked(where: str) -> float | None:
    """Seconds until `HOST:PORT` answers; None when it does not."""
    host, _, port = where.rpartition(":")
    mark = os.urandom(12)
    begun = time.monotonic()
    try:
        address = socket.getaddrinfo(host, int(port), socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.settimeout(LIMIT_S)
            wire.connect(address[0][4])
            wire.send(_HEAD.pack(_REQUEST, 0, _MAGIC, mark))
            answer = wire.recv(2048)
    except OSError:
        return None
    head = _HEAD.unpack_from(answer) if len(answer) >= _HEAD.size else None
    if head is None or (head[0], *head[2:]) != (_ANSWER, _MAGIC, mark):
        return None
    return time.monotonic() - begun

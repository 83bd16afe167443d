"""Receive the copies of SIP messages that the network's Asterisk sends to its parent.

UDP on loopback. A thread of its own reads, so that nothing the process does delays it;
the kernel counts what did not fit into the buffer, and a loss is said loudly.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Gauge

from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from sim.carrier import hep
from sim.carrier.recording import Recording
from sim.carrier.truth_log import TruthLog

BUFFER_BYTES = 16 * 1024 * 1024
_SO_RCVBUFFORCE = 33  # Linux
_SO_RXQ_OVFL = 40  # Linux: each packet comes with the number lost so far
_LARGEST = 65_535
_TICK_S = 0.2

LOST = Gauge("acordo_carrier_lost_messages", "SIP copies lost", registry=REGISTRY)

log = get_logger(__name__)


def open_socket() -> socket.socket:
    """Return a bound UDP socket on loopback with a buffer as large as may be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:  # beyond the host's limit, which root alone may pass
        listener.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_BYTES)
    except PermissionError:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    listener.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
    listener.settimeout(_TICK_S)
    listener.bind(("127.0.0.1", 0))
    return listener


@asynccontextmanager
async def recording(truth: TruthLog, sip_port: int) -> AsyncIterator[Recording]:
    """Record until the block ends, and then what is still in the buffer."""
    stop = threading.Event()
    with open_socket() as listener:
        port = int(listener.getsockname()[1])
        work = asyncio.to_thread(_read, listener, truth, sip_port, stop)
        reader = asyncio.create_task(work, name="truth")
        try:
            yield Recording(port, reader)
        finally:
            stop.set()
            await reader


def _read(
    listener: socket.socket, truth: TruthLog, sip_port: int, stop: threading.Event
) -> None:
    lost = 0
    while True:
        try:
            data, extra, _, _ = listener.recvmsg(_LARGEST, socket.CMSG_SPACE(4))
        except TimeoutError:
            truth.flush_if_due()
            if stop.is_set():
                return
            continue
        lost = _watch_losses(extra, lost)
        _record(data, truth, sip_port)
        truth.flush_if_due()


def _record(data: bytes, truth: TruthLog, sip_port: int) -> None:
    try:
        packet = hep.parse(data)
    except hep.NotHep as error:
        log.warning("truth_packet_unreadable", why=str(error))
        return
    if packet is not None:
        text = packet.payload.decode("utf-8", errors="replace")
        truth.add(packet.at, packet.source_port == sip_port, text)


def _watch_losses(extra: list[tuple[int, int, bytes]], before: int) -> int:
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
            lost = int.from_bytes(data, "little")
            if lost > before:
                log.error("truth_messages_lost", lost=lost)
                LOST.set(lost)
            return lost
    return before

"""The truth log as a file: calls that are over are appended, flushed each second."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from prometheus_client import Counter, Gauge

from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from sim.carrier import truth, wire

FLUSH_S = 1.0

CALLS = Counter(
    "acordo_carrier_calls_total", "Calls that are over", ["outcome"], registry=REGISTRY
)
OPEN_CALLS = Gauge("acordo_carrier_open_calls", "Calls that last", registry=REGISTRY)

log = get_logger(__name__)


class TruthLog:
    """Folds what crosses the wire into rows of one file. One thread writes."""

    def __init__(self, path: Path) -> None:
        self.messages = 0
        self._calls = wire.Calls()
        self._flushed_at = time.monotonic()
        self._file = path.open("a", encoding="utf-8")
        if self._file.tell() == 0:
            self._file.write(truth.header())
        path.chmod(0o600)

    def __enter__(self) -> TruthLog:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for call in self._calls.cut_off():
            self._write(call)
        self._file.close()

    def add(self, at: float, from_network: bool, text: str) -> None:
        """Take one SIP message; what is no SIP is reported and left out."""
        self.messages += 1
        try:
            message = wire.parse(text)
        except wire.NotSip as error:
            log.warning("truth_message_unreadable", first_line=str(error))
            return
        call = self._calls.add(at, from_network, message)
        if call is not None:
            self._write(call)

    def flush_if_due(self) -> None:
        if time.monotonic() - self._flushed_at >= FLUSH_S:
            self._flushed_at = time.monotonic()
            self._file.flush()
            OPEN_CALLS.set(len(self._calls.open))

    def _write(self, call: wire.WireCall) -> None:
        self._file.write(truth.line(call))
        CALLS.labels(truth.outcome(call)).inc()

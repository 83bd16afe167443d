"""Processes and servers are killed; the supervisor of the product brings them back."""

from __future__ import annotations

import os
import signal
import time

from foundation.health import CannotRun
from sim.faults.centre import Centre

SERVERS = {
    "kill_asterisk": "asterisk",
    "kill_postgres": "postgres",
    "kill_valkey": "valkey",
}
_KEPT = "appendonlydir"  # where Valkey keeps what it will read again


class NothingToKill(CannotRun):
    """O processo a matar não está no ar."""


def kill(centre: Centre, name: str) -> float:
    """Kill the process as nobody can prevent (SIGKILL); returns when."""
    process = centre.children[name].process
    if process is None or process.returncode is not None:
        raise NothingToKill(f"{name} não está no ar")
    began_at = time.time()
    os.kill(process.pid, signal.SIGKILL)
    return began_at


def kill_and_empty_valkey(centre: Centre) -> float:
    """Its files are put aside first: it writes on in them, and comes back empty."""
    kept = centre.home.valkey / _KEPT
    kept.rename(kept.with_name(f"{_KEPT}.{time.monotonic_ns()}"))
    return kill(centre, "valkey")

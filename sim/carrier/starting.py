"""What both forms of the network do before they take calls."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from foundation.health import CannotRun
from sim.carrier import astdb, trace_file
from sim.carrier.settings import CarrierSettings
from sim.carrier.truth_log import TruthLog
from sim.personas import sounds
from sim.world.trace import BadTrace, TraceRow

NETWORK = "rede telefônica simulada"
_BLIND_S = 10.0
_KNOCK_S = 0.1


class TraceUnusable(CannotRun):
    """O gabarito (trace) não pode ser usado."""


class TruthLogBlind(CannotRun):
    """A rede simulada não envia cópia das mensagens SIP ao registro."""

    def __init__(self) -> None:
        super().__init__("a rede simulada não envia cópia das mensagens SIP ao registro.")


def use_trace(use: Callable[[Iterator[TraceRow]], int], trace: Path | None) -> int:
    """Give the rows of a trace (none without a file) to `use`; raises TraceUnusable."""
    rows = iter(()) if trace is None else trace_file.read(trace)
    try:
        return use(rows)
    except (OSError, BadTrace, astdb.TwoRowsForOneAttempt) as error:
        raise TraceUnusable(f"o gabarito (trace) não pode ser usado: {error}") from error
    except sounds.UnknownSound as error:
        raise TraceUnusable(
            f"o gabarito (trace) usa um som que não existe: {error}"
        ) from error


async def prove_recording(record: TruthLog, settings: CarrierSettings) -> None:
    """Knock at the SIP port until a copy of it arrives; raises TruthLogBlind.

    A network whose truth nobody writes down must not take calls.
    """
    host = "127.0.0.1" if settings.sip_host == "0.0.0.0" else settings.sip_host  # noqa: S104
    knock = (
        f"OPTIONS sip:{host}:{settings.trunk.port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;"
        "branch=z9hG4bKknock\r\nFrom: <sip:knock@127.0.0.1>;tag=knock\r\n"
        f"To: <sip:{host}>\r\nCall-ID: knock\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(int(_BLIND_S / _KNOCK_S)):
            sender.sendto(knock.encode(), (host, settings.trunk.port))
            await asyncio.sleep(_KNOCK_S)
            if record.messages:
                return
    raise TruthLogBlind

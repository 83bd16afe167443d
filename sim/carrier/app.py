"""The process of the simulated telephone network: an Asterisk, and the log of its wire."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

from foundation.embedded.asterisk import Instance
from foundation.health import CannotRun
from foundation.home import Home
from foundation.observability import get_logger
from foundation.process import Process
from sim import switch
from sim.carrier import astdb, hep_listener, trace_file, truth
from sim.carrier.settings import CarrierSettings
from sim.carrier.truth_log import TruthLog
from sim.personas import sounds
from sim.world.trace import BadTrace, TraceRow

NAME = "asterisk-carrier"
TEMPLATES = Path(__file__).with_name("config")
NETWORK = "rede telefônica simulada"
_BLIND_S = 5.0

log = get_logger(__name__)


class TraceUnusable(CannotRun):
    """O arquivo de trace não pode ser usado."""


class TruthLogBlind(CannotRun):
    """O Asterisk da rede não envia cópia das mensagens SIP ao registro."""

    def __init__(self) -> None:
        super().__init__("o Asterisk da rede simulada não envia cópia das mensagens SIP.")


async def run(process: Process, settings: CarrierSettings, trace: Path | None) -> None:
    """Serve calls by the trace until the process is told to stop."""
    process.missing.lacks(NETWORK)
    home = Home(settings.home)
    home.prepare()
    switch.refuse_busy_port(settings.sip_host, settings.trunk.port, "SIP da rede simulada")
    network = await switch.instance(NAME, settings, home)
    network.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = await asyncio.to_thread(_write_trace, network, trace)
    log_file = home.logs / f"{NAME}.log"
    with TruthLog(network.root / truth.FILE) as record:
        async with hep_listener.recording(record, settings.trunk.port) as recording:
            values = _values(settings, recording.port)
            switch.prepare(network, TEMPLATES, values, transmit_silence="yes")
            async with switch.running(network, log_file) as child:
                await _prove_recording(record, settings)
                log.info("network_ready", trace_rows=rows, port=settings.trunk.port)
                process.missing.has(NETWORK)
                ended = switch.died(network, child, log_file)
                await switch.until_stopped(process.stopping, ended, recording.ended())
                process.missing.lacks(NETWORK)


def _write_trace(network: Instance, trace: Path | None) -> int:
    try:
        return astdb.write(
            network.root / "db", _rows(trace), sounds.seconds, sounds.playable
        )
    except (OSError, BadTrace, astdb.TwoRowsForOneAttempt) as error:
        raise TraceUnusable(f"o trace não pode ser usado: {error}") from error
    except sounds.UnknownSound as error:
        raise TraceUnusable(f"o trace usa um som que não existe: {error}") from error


def _rows(trace: Path | None) -> Iterator[TraceRow]:
    return iter(()) if trace is None else trace_file.read(trace)


def _values(settings: CarrierSettings, hep_port: int) -> dict[str, object]:
    return {
        "sip_host": settings.sip_host,
        "sip_port": settings.trunk.port,
        "switch_host": settings.asterisk.sip_host,
        "switch_port": settings.asterisk.sip_port,
        "rtp_start": settings.carrier.rtp_start,
        "rtp_end": settings.carrier.rtp_end,
        "hep_port": hep_port,
        "sounds": str(sounds.AUDIO),
    }


async def _prove_recording(record: TruthLog, settings: CarrierSettings) -> None:
    """Knock at the SIP port until a copy of it arrives; raises TruthLogBlind.

    A network whose truth nobody writes down must not take calls.
    """
    knock = (
        f"OPTIONS sip:{settings.sip_host} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch="
        "z9hG4bKknock\r\nFrom: <sip:knock@127.0.0.1>;tag=knock\r\nTo: <sip:network>\r\n"
        "Call-ID: knock\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\nContent-Length: 0\r\n\r\n"
    )
    host = "127.0.0.1" if settings.sip_host == "0.0.0.0" else settings.sip_host  # noqa: S104
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(int(_BLIND_S / 0.1)):
            sender.sendto(knock.encode(), (host, settings.trunk.port))
            await asyncio.sleep(0.1)
            if record.messages:
                return
    raise TruthLogBlind

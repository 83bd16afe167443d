"""The process of the simulated telephone network: an Asterisk, and the log of its wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from foundation.embedded.asterisk import Instance
from foundation.home import Home
from foundation.observability import get_logger
from foundation.process import Process
from sim import clips, switch
from sim.carrier import astdb, hep_listener, truth
from sim.carrier.settings import CarrierSettings
from sim.carrier.starting import NETWORK, prove_recording, use_trace
from sim.carrier.truth_log import TruthLog
from sim.personas import sounds
from sim.world.trace import TraceRow

NAME = "asterisk-carrier"
SOUNDS = "sounds"
HEARD = "heard"  # <number>-<nth>.raw: left what the person heard, right what they said
TEMPLATES = Path(__file__).with_name("config")

log = get_logger(__name__)


async def run(process: Process, settings: CarrierSettings, trace: Path | None) -> None:
    """Serve calls by the trace until the process is told to stop."""
    process.missing.lacks(NETWORK)
    home = Home(settings.home)
    home.prepare()
    switch.refuse_busy_port(settings.sip_host, settings.trunk.port, "SIP da rede simulada")
    network = await switch.instance(NAME, settings, home)
    network.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (network.root / HEARD).mkdir(mode=0o700, exist_ok=True)
    rows = await asyncio.to_thread(_write_trace, network, trace)
    log_file = home.logs / f"{NAME}.log"
    with TruthLog(network.root / truth.FILE) as record:
        async with hep_listener.recording(record, settings.trunk.port) as recording:
            await asyncio.to_thread(clips.encode_all, network.root / SOUNDS)
            values = _values(settings, network, recording.port)
            switch.prepare(network, TEMPLATES, values, transmit_silence="yes")
            async with switch.running(network, log_file) as child:
                await prove_recording(record, settings)
                log.info("network_ready", trace_rows=rows, port=settings.trunk.port)
                process.missing.has(NETWORK)
                ended = switch.died(network, child, log_file)
                await switch.until_stopped(process.stopping, ended, recording.ended())
                process.missing.lacks(NETWORK)


def _write_trace(network: Instance, trace: Path | None) -> int:
    folder = network.root / "db"

    def write(rows: Iterator[TraceRow]) -> int:
        source = astdb.sources(trace)
        there = astdb.rows_made_from(folder, source)
        if there is not None:
            return there
        return astdb.write(folder, rows, sounds.seconds, sounds.playable, source)

    return use_trace(write, trace)


def _values(
    settings: CarrierSettings, network: Instance, hep_port: int
) -> dict[str, object]:
    return {
        "sip_host": settings.sip_host,
        "sip_port": settings.trunk.port,
        "switch_host": settings.asterisk.sip_host,
        "switch_port": settings.asterisk.sip_port,
        "rtp_start": settings.carrier.rtp_start,
        "rtp_end": settings.carrier.rtp_end,
        "hep_port": hep_port,
        "sounds": switch.plain(network.root / SOUNDS),
        "heard": switch.plain(network.root / HEARD) if settings.carrier.listens else "",
    }

"""SIPp in the place of the network's Asterisk: all SIP codes, pure load, no voices.

Its message log goes through a named pipe into the same truth log, so nothing grows on
disk and nothing is lost: SIPp waits when we are slow.
"""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foundation.embedded import tools
from foundation.embedded.errors import ServerProblem
from foundation.embedded.program import Program, popen_options
from foundation.health import CannotRun
from foundation.home import Home
from foundation.observability import get_logger
from foundation.process import Process
from sim import switch
from sim.carrier import truth
from sim.carrier.recording import Recording
from sim.carrier.settings import CarrierSettings
from sim.carrier.sipp.message_log import MessageLog
from sim.carrier.sipp.table import REASONS, lines
from sim.carrier.starting import NETWORK, prove_recording, use_trace
from sim.carrier.truth_log import TruthLog
from sim.world.trace import TraceRow

FOLDER = "asterisk-carrier"  # the network's, whichever form it has
TEMPLATE = "network.xml.j2"
PIPE, TABLE, SCENARIO, ERRORS = "messages", "table.csv", "network.xml", "sipp-errors.log"
_CHUNK = 65_536
_TICK_S = 0.2
_STOP_S = 4.0

log = get_logger(__name__)


class SippUnusable(CannotRun):
    """O SIPp não pode ser usado nesta máquina."""


class SippDied(CannotRun):
    """O SIPp terminou sozinho."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"o SIPp terminou sozinho (status {status}): {why}")


async def run(process: Process, settings: CarrierSettings, trace: Path | None) -> None:
    """Serve calls by the trace until the process is told to stop."""
    process.missing.lacks(NETWORK)
    home = Home(settings.home)
    home.prepare()
    switch.refuse_busy_port(settings.sip_host, settings.trunk.port, "SIP da rede simulada")
    command = await asyncio.to_thread(_command, settings)
    folder = home.switch(FOLDER)
    rows = await asyncio.to_thread(_prepare, folder, trace)
    with TruthLog(folder / truth.FILE) as record:
        async with (
            recording(folder / PIPE, record) as reading,
            running(command, settings, folder) as child,
        ):
            await prove_recording(record, settings)
            log.info("network_ready", trace_rows=rows, port=settings.trunk.port, by="sipp")
            process.missing.has(NETWORK)
            ended = _died(child, folder)
            await switch.until_stopped(process.stopping, ended, reading.ended())
            process.missing.lacks(NETWORK)


def _command(settings: CarrierSettings) -> list[str]:
    def say(line: str) -> None:
        log.info("sipp_unpacking", step=line)

    try:
        return tools.program("sipp", settings, say)
    except ServerProblem as problem:
        raise SippUnusable(str(problem)) from problem


def _prepare(folder: Path, trace: Path | None) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scenario = templates.get_template(TEMPLATE).render(refusals=REASONS.items())
    (folder / SCENARIO).write_text(scenario, "utf-8")
    (folder / ERRORS).unlink(missing_ok=True)
    (folder / PIPE).unlink(missing_ok=True)
    os.mkfifo(folder / PIPE, 0o600)

    def write(rows: Iterator[TraceRow]) -> int:
        count = 0
        with (folder / TABLE).open("w", encoding="ascii") as file:
            for count, line in enumerate(lines(rows)):  # noqa: B007
                file.write(line + "\n")
        return count

    return use_trace(write, trace)


@asynccontextmanager
async def recording(pipe: Path, record: TruthLog) -> AsyncIterator[Recording]:
    """Record what SIPp writes into the pipe, until it has ended and the pipe is empty.

    We hold the pipe open for writing too, or it would end before SIPp has opened it.
    """
    writer = os.open(pipe, os.O_RDWR)
    reader = asyncio.create_task(asyncio.to_thread(_read, pipe, record), name="truth")
    try:
        yield Recording(0, reader)
    finally:
        os.close(writer)  # SIPp has ended before: the reader sees the end of the file
        await reader


def _read(pipe: Path, record: TruthLog) -> None:
    messages = MessageLog()
    with pipe.open("rb", buffering=0) as file:
        while True:
            waiting, _, _ = select.select([file], [], [], _TICK_S)
            if waiting:
                data = file.read(_CHUNK)
                if not data:
                    return
                for entry in messages.feed(data):
                    record.add(entry.at, entry.sent, entry.text)
            record.flush_if_due()


@asynccontextmanager
async def running(
    command: list[str], settings: CarrierSettings, folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run SIPp until the block ends."""
    options = popen_options(
        Program(
            name="sipp",
            argv=(*command, *_arguments(settings)),
            ready=lambda: True,
            env={"TZ": "UTC", "TERM": "dumb"},
        )
    )
    process = await asyncio.create_subprocess_exec(
        *command,
        *_arguments(settings),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        **options,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _arguments(settings: CarrierSettings) -> tuple[str, ...]:
    host = settings.sip_host
    return (
        *("-sf", SCENARIO, "-inf", TABLE, "-infindex", TABLE, "0"),
        *("-i", host, "-mi", host, "-p", str(settings.trunk.port)),
        *("-mp", str(settings.carrier.rtp_start), "-rtp_echo"),
        *("-trace_msg", "-message_file", PIPE),
        *("-trace_err", "-error_file", ERRORS),
        *("-aa", "-nostdin"),
    )


async def _died(child: asyncio.subprocess.Process, folder: Path) -> CannotRun:
    status = await child.wait()
    errors = await asyncio.to_thread(_last_error, folder / ERRORS)
    return SippDied(status, errors)


def _last_error(path: Path) -> str:
    if not path.exists():
        return "sem mensagem"
    return " ".join(path.read_text("utf-8", errors="replace").split())[-300:]

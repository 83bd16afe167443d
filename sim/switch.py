"""Run one more Asterisk (the network's, the phones') as the child of this process."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from foundation.embedded import asterisk
from foundation.embedded.asterisk import Instance
from foundation.embedded.errors import ServerProblem
from foundation.embedded.program import popen_options
from foundation.health import CannotRun, bind_failure
from foundation.home import Home
from foundation.observability import get_logger
from foundation.settings import ProcessSettings

_PLAIN_PATH = re.compile(r"[\w/.+@~-]+")
BOOT_LIMIT_S = 60.0
STOP_LIMIT_S = 4.0
_POLL_S = 0.1

log = get_logger(__name__)


class SwitchUnusable(CannotRun):
    """O Asterisk não pode ser usado nesta máquina."""


class SwitchDied(CannotRun):
    """O Asterisk terminou sozinho."""

    def __init__(self, name: str, status: int, tail: str) -> None:
        super().__init__(f"{name} terminou sozinho (status {status}): {tail}")


class SwitchDidNotBoot(CannotRun):
    """O Asterisk não ficou pronto no prazo."""

    def __init__(self, name: str, tail: str) -> None:
        super().__init__(f"{name} não ficou pronto em {BOOT_LIMIT_S:.0f} s: {tail}")


async def instance(name: str, settings: ProcessSettings, home: Home) -> Instance:
    """Return an instance of the unpacked Asterisk; raises SwitchUnusable."""

    def say(line: str) -> None:
        log.info("asterisk_unpacking", step=line)

    try:
        prefix = await asyncio.to_thread(asterisk.unpacked, settings, say)
    except ServerProblem as problem:
        raise SwitchUnusable(str(problem)) from problem
    return Instance(name, home, prefix)


def prepare(
    switch: Instance, templates: Path, values: Mapping[str, object], **options: str
) -> None:
    """Make the folders and render the configuration; raises SwitchUnusable."""
    switch.prepare(options)
    (switch.spool / "outgoing").mkdir(mode=0o700, exist_ok=True)
    try:
        asterisk.render(templates, switch.root, values)
    except ServerProblem as problem:
        raise SwitchUnusable(str(problem)) from problem


def plain(path: Path) -> str:
    """Return a path that the dialplan can hold; `,` `&` `$` and blanks are its syntax."""
    if _PLAIN_PATH.fullmatch(str(path)) is None:
        raise SwitchUnusable(f"o Asterisk não aceita esta pasta: {path}")
    return str(path)


def refuse_busy_port(host: str, port: int, purpose: str) -> None:
    """Raise PortBusy or AddressUnusable for a UDP port; Asterisk would go on without it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            raise bind_failure(error, host, port, purpose) from error


@asynccontextmanager
async def running(
    switch: Instance, log_file: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a prepared instance until the block ends; its output goes to `log_file`.

    Enters the block when all modules are up. Raises SwitchDied, SwitchDidNotBoot.
    """
    # an Asterisk 22.10.1 that is told to end while its modules load forgets it, and would
    # hold our ports for ever; a simulated one keeps nothing that a kill could spoil
    program = replace(switch.program(), orphan_signal=signal.SIGKILL)
    with log_file.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *program.argv, stdout=output, stderr=output, **popen_options(program)
        )
    try:
        await _boot(switch, process, log_file)
        yield process
    finally:
        await _stop(process)


async def until_stopped(
    stopping: asyncio.Event, *ends: Coroutine[Any, Any, CannotRun]
) -> None:
    """Wait for the order to stop; raises the error of what ended by itself before it."""
    stop = asyncio.create_task(stopping.wait(), name="stop")
    watched = [asyncio.create_task(end) for end in ends]
    try:
        await asyncio.wait({stop, *watched}, return_when=asyncio.FIRST_COMPLETED)
        for end in watched:
            if end.done() and not stop.done():
                raise end.result()
    finally:
        for task in (stop, *watched):
            task.cancel()


async def died(
    switch: Instance, process: asyncio.subprocess.Process, log_file: Path
) -> CannotRun:
    """Wait until the switch ends by itself, and say so."""
    status = await process.wait()
    return SwitchDied(switch.name, status, _tail(log_file))


async def _boot(
    switch: Instance, process: asyncio.subprocess.Process, log_file: Path
) -> None:
    deadline = asyncio.get_running_loop().time() + BOOT_LIMIT_S
    while not await asyncio.to_thread(switch.is_booted):
        if process.returncode is not None:
            raise SwitchDied(switch.name, process.returncode, _tail(log_file))
        if asyncio.get_running_loop().time() > deadline:
            raise SwitchDidNotBoot(switch.name, _tail(log_file))
        await asyncio.sleep(_POLL_S)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_LIMIT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _tail(log_file: Path) -> str:
    lines = log_file.read_text("utf-8", errors="replace").splitlines()
    return " | ".join(lines[-3:])

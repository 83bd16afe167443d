"""`acordo up`: the whole centre on one machine, in the foreground, until Ctrl-C.

Prepares first, in this thread, what may download or refuse; then supervises.
"""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from foundation import plan, preflight, status
from foundation.cli import Failure
from foundation.db.engine import connect
from foundation.db.migrate import DatabaseFromNewerVersion
from foundation.db.prepare import prepare
from foundation.embedded.errors import ServerProblem
from foundation.embedded.program import Program, popen_options
from foundation.health import CannotRun
from foundation.home import Home, StateFromNewerVersion
from foundation.plan import UpSettings
from foundation.process import read_settings
from foundation.process_log import ProcessLog
from foundation.reach import reach_database
from foundation.routes import simulated
from foundation.supervision import NeverServed, Supervisor

Stage = Sequence[Program]
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Interrupted(BaseException):
    """A signal came while we were still preparing."""


@click.command()
@click.option("--demo", is_flag=True, help="Com operadora, devedores e agentes simulados.")
def up(demo: bool) -> None:
    """Sobe tudo nesta máquina e fica em primeiro plano; Ctrl-C para."""
    settings = read_settings(UpSettings)
    if demo and not simulated(settings):
        raise Failure("--demo recusa uma rota que não é simulada (ACORDO_TRUNK__SIMULATED)")
    home = Home(settings.home)
    try:
        home.prepare()
        with preflight.only_one(home):
            _run_all(settings, home, demo=demo)
    except (StateFromNewerVersion, DatabaseFromNewerVersion) as error:
        raise Failure(f"{type(error).__doc__} ({error})") from None
    except (ServerProblem, CannotRun) as error:
        raise Failure(str(error)) from None
    except NeverServed as error:
        raise Failure(
            f"{error} não ficou pronto; veja {home.logs / str(error)}.log"
        ) from None
    except OSError as error:
        raise Failure(f"{error.filename or settings.home}: {error.strerror}") from None
    except _Interrupted:
        raise Failure("interrompido antes de subir") from None


def _run_all(settings: UpSettings, home: Home, *, demo: bool) -> None:
    log = ProcessLog(home.logs)
    file = status.StatusFile(home)
    try:
        with _interruptible():
            _refuse_or_clear(settings, home, log, demo=demo)
            servers = plan.servers(settings)
            stages = (
                plan.main_switch(settings, log.say),
                *plan.stages(settings, demo=demo),
            )
            supervisor = Supervisor(log, file.write)
            centre = _Centre(settings, supervisor, log)
            asyncio.run(centre.run(servers, stages, demo=demo))
    finally:
        file.remove()
        log.close()


def _refuse_or_clear(
    settings: UpSettings, home: Home, log: ProcessLog, *, demo: bool
) -> None:
    for name in status.end_leftovers(home):
        log.say(f"{name} sobrou de uma execução interrompida; encerrado")
    for folder in (home.root, settings.cache):
        preflight.require_room(folder)
    preflight.require_ports(plan.ports(settings, demo=demo))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Until the event loop takes the signals over, they end what we are preparing."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise _Interrupted

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Centre:
    """One run of everything, from the first server to the last."""

    def __init__(
        self, settings: UpSettings, supervisor: Supervisor, log: ProcessLog
    ) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._log = log

    async def run(self, servers: Stage, stages: Sequence[Stage], *, demo: bool) -> None:
        """Bring everything up, keep it until a signal comes, bring it down."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, stopping.set)
        work = asyncio.create_task(self._bring_up(servers, stages, demo=demo))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        self._log.say("parando")
        for task in (work, stop):
            task.cancel()
        await asyncio.wait({work, stop})
        await self._supervisor.stop()
        if not work.cancelled():
            work.result()

    async def _bring_up(
        self, servers: Stage, stages: Sequence[Stage], *, demo: bool
    ) -> None:
        for program in servers:
            await self._supervisor.start(program)
        await self._upgrade()
        if demo:
            await self._once(plan.one_shot(self._settings, "demo", "prepare"))
        for stage in stages:
            await self._supervisor.start(*stage)
        if demo:
            await self._once(plan.one_shot(self._settings, "demo", "start"))
        for line in status.table(status.seen_now(self._supervisor.children)):
            self._log.say(line)
        await self._tell_how_to_come_in(demo=demo)
        self._log.say("tudo pronto; Ctrl-C para")
        await self._supervisor.keep()

    async def _tell_how_to_come_in(self, *, demo: bool) -> None:
        """On the terminal alone: passwords do not go into the files of the log."""
        arguments = ("demo", "logins") if demo else ("users", "first")
        output = await self._output(plan.one_shot(self._settings, *arguments))
        for line in output.decode("utf-8", errors="replace").splitlines():
            self._log.show(line)
        console = self._settings.console
        self._log.say(f"entre em http://{console.host}:{console.port}")

    async def _upgrade(self) -> None:
        engine = connect(self._settings)
        try:
            await reach_database(engine)
        finally:
            await engine.dispose()
        await prepare(self._settings)

    async def _once(self, program: Program) -> None:
        self._log.feed(program.name, await self._output(program))
        self._log.end(program.name)

    async def _output(self, program: Program) -> bytes:
        """What a command of ours prints; Failure, with that on the log, when it fails."""
        process = await asyncio.create_subprocess_exec(
            *program.argv, stdout=PIPE, stderr=STDOUT, **popen_options(program)
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            self._log.feed(program.name, output)
            self._log.end(program.name)
            raise Failure(f"{program.name} terminou com {process.returncode}")
        return output

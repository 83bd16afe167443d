"""`acordo up`: the whole centre on one machine, in the foreground, until Ctrl-C.

Prepares first, in this thread, what may download or refuse; then supervises.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

import click

from foundation import plan, preflight, status
from foundation.cli import CannotRun, Failure
from foundation.db.prepared import DatabaseFromNewerVersion, is_prepared
from foundation.embedded.errors import ServerProblem
from foundation.embedded.program import Program
from foundation.home import RESTORING, Home, StateFromNewerVersion
from foundation.plan import UpSettings
from foundation.process_log import ProcessLog
from foundation.routes import simulated
from foundation.settings_reading import read_settings
from foundation.steps import Do, output_of, stepwise
from foundation.supervision import NeverServed, Supervisor
from foundation.system_reasons import reason

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
        raise Failure(f"{error.filename or settings.home}: {reason(error)}") from None
    except _Interrupted:
        raise Failure("interrompido antes de subir") from None


def _run_all(settings: UpSettings, home: Home, *, demo: bool) -> None:
    log = ProcessLog(home.logs)
    file = status.StatusFile(home)
    try:
        with _interruptible():
            _refuse_or_clear(settings, home, log, demo=demo)
            if settings.database_url is None and not home.postgres.exists():
                log.say("criando o PostgreSQL desta instalação (só na primeira vez)")
            servers = plan.servers(settings)
            switch = plan.main_switch(settings, log.say)
            supervisor = Supervisor(log, file.write)
            centre = _Centre(settings, supervisor, log)
            asyncio.run(centre.run(servers, switch, demo=demo))
    finally:
        file.remove()
        log.close()


def _refuse_or_clear(
    settings: UpSettings, home: Home, log: ProcessLog, *, demo: bool
) -> None:
    if (home.root / RESTORING).exists():
        raise Failure(
            f"uma restauração foi interrompida em {home.root}; rode acordo restore de novo"
        )
    for name in status.end_leftovers(home):
        log.say(f"{name} sobrou de uma execução interrompida; encerrado")
    for folder in (home.root, settings.cache):
        preflight.require_room(folder)
    preflight.require_ports(plan.ports(settings, demo=demo))
    audio = plan.audio_ports(settings, demo=demo)
    preflight.require_audio(audio, preflight.taken_udp_ports())


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

    async def run(self, servers: Stage, switch: Stage, *, demo: bool) -> None:
        """Bring everything up, keep it until a signal comes, bring it down."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, stopping.set)
        work = asyncio.create_task(self._bring_up(servers, switch, demo=demo))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        self._log.say("parando")
        for task in (work, stop):
            task.cancel()
        await asyncio.wait({work, stop})
        await self._supervisor.stop()
        Home(self._settings.home).clear_sockets()
        if not work.cancelled():
            work.result()

    async def _bring_up(self, servers: Stage, switch: Stage, *, demo: bool) -> None:
        start = self._supervisor.start
        *calling, others = plan.stages(self._settings, demo=demo)
        async with self._demonstration(wanted=demo) as demonstrate:
            await start(*servers)
            await self._prepare_database()
            # the processes read the clock that the demonstration moves, so it comes first
            await _together(start(*switch), demonstrate("prepare"))
            await _together(*(start(*stage) for stage in calling))
            await _together(start(*others), demonstrate("start"))
        for line in status.table(status.seen_now(self._supervisor.children)):
            self._log.say(line)
        await self._tell_how_to_come_in(demo=demo)
        self._log.say("tudo pronto; Ctrl-C para")
        await self._supervisor.keep()

    async def _tell_how_to_come_in(self, *, demo: bool) -> None:
        """On the terminal alone: passwords do not go into the files of the log."""
        arguments = ("demo", "logins") if demo else ("users", "first")
        output = await output_of(plan.one_shot(self._settings, *arguments), self._log)
        for line in output.decode("utf-8", errors="replace").splitlines():
            self._log.show(line)
        console = self._settings.console
        self._log.say(f"entre em http://{console.host}:{console.port}")
        self._log.say(f"para ver os logins de novo: .venv/bin/acordo {' '.join(arguments)}")

    async def _prepare_database(self) -> None:
        if self._settings.database_url is None and await is_prepared(
            Home(self._settings.home)
        ):
            return
        self._log.say("preparando o banco de dados")
        from foundation.db.prepare import prepare

        await prepare(self._settings)

    @asynccontextmanager
    async def _demonstration(self, *, wanted: bool) -> AsyncIterator[Do]:
        """What prepares and starts the demonstration; nothing when none is wanted."""
        if wanted:
            program = plan.one_shot(self._settings, "demo", "follow")
            async with stepwise(program, self._log) as do:
                yield do
        else:
            yield _nothing


async def _nothing(_step: str) -> None:
    """There is no demonstration to prepare or to start."""


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """Do all at once, begun in this order; the first failure ends the others."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for each in work:
                tasks.create_task(each)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None

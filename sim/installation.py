"""Everything up for a while: our servers, the switch, and the processes asked for.

Where it stands and listens was decided before, by `sim.throw_away`; nothing is left
running when the block ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from foundation import plan
from foundation.db.prepare import prepare
from foundation.embedded.program import Program
from foundation.health import CannotRun
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.process_log import ProcessLog
from foundation.supervision import Child, NeverServed, Supervisor

Say = Callable[[str], None]
Fill = Callable[[], Awaitable[None]]
Alter = Callable[[Program], Program]


class DidNotServe(CannotRun):
    """Um processo não ficou pronto."""


def _as_it_is(program: Program) -> Program:
    return program


@asynccontextmanager
async def installation(
    settings: UpSettings,
    needed: Collection[str],
    fill: Fill,
    say: Say,
    alter: Alter = _as_it_is,
) -> AsyncIterator[Sequence[Child]]:
    """Run it until the block ends; `needed` names our processes.

    `fill` puts in the data, when the database serves and before our processes start;
    `alter` may give a process of ours other settings than the rest.
    Raises ServerProblem, DidNotServe, CannotRun, and what `fill` raises.
    """
    home = Home(settings.home)
    home.prepare()
    log = ProcessLog(home.logs, None)
    supervisor = Supervisor(log, lambda _children: None)
    try:
        say("subindo PostgreSQL e Valkey")
        await supervisor.start(*await asyncio.to_thread(plan.servers, settings))
        await prepare(settings)
        await fill()
        say("subindo o Asterisk e " + ", ".join(sorted(needed)))
        await supervisor.start(
            *await asyncio.to_thread(plan.main_switch, settings, log.say)
        )
        await _start(supervisor, settings, needed, alter)
        yield supervisor.children
    except NeverServed as error:
        said = _tail(home, str(error))
        raise DidNotServe(f"{error} não ficou pronto: {said}") from error
    finally:
        await supervisor.stop()
        log.close()


async def _start(
    supervisor: Supervisor, settings: UpSettings, needed: Collection[str], alter: Alter
) -> None:
    """Start our own processes, all at once, as `acordo up` does."""
    try:
        async with asyncio.TaskGroup() as tasks:
            outside = "outside" in needed
            for stage in plan.stages(settings, demo=True, outside=outside):
                wanted = [alter(one) for one in stage if one.name in needed]
                tasks.create_task(supervisor.start(*wanted))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _tail(home: Home, name: str) -> str:
    try:
        lines = (home.logs / f"{name}.log").read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return "sem registro"
    return " | ".join(lines[-3:])

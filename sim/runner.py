"""Run the whole thing for a while and collect both sides' stories.

A throw-away installation: its own state folder, its own ports, real servers, the real
dialer, the simulated network and simulated agents. One campaign over debtors from a CSV
file, for so many seconds; then it stops, drains, and both stories are handed back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dialer.calls.store import AttemptRow
from dialer.campaigns.service import look
from foundation import plan
from foundation.bus import BOARD, Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.program import popen_options
from foundation.embedded.valkey import redis_url
from foundation.health import CannotRun
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.supervision import Child
from sim import scenarios, traces
from sim.carrier import trace_file, truth
from sim.demo import write_csv
from sim.installation import Say, installation
from sim.throw_away import throw_away
from sim.world.compare import OPEN, Seen

CAMPAIGN, CREDITOR, PORTFOLIO = "Fumaça", "Credor de fumaça", "Fumaça"
NEEDED = ("carrier", "dialer", "ura", "worker", "phones")  # of our own processes
RING_S = 6  # the dialer gives up then; the scenario's rings are shorter
WRAP_UP_S = 10  # at most; the scenario's agents are quicker
SEATED_S = 60.0
DRAIN_S = 120.0
LIST_S = 600.0
_POLL_S = 0.25

Look = Callable[[UpSettings], Awaitable[None]]
Disturb = Callable[[UpSettings, Sequence[Child]], Coroutine[None, None, None]]


class SmokeFailed(CannotRun):
    """O ensaio não chegou ao fim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What is to be run."""

    scenario: Path
    engine: str  # asterisk | sipp
    agents: int
    debtors: int
    seconds: float | None  # None: until every debtor had his turn
    keep: bool = False  # leave the state folder for a look
    ring_s: int = RING_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """Each side's calls, and the campaign's own figures."""

    dialer: list[Seen]
    carrier: list[Seen]
    campaign: dict[str, Any]


async def run(
    rehearsal: Rehearsal,
    say: Say,
    look: Look | None = None,
    disturb: Disturb | None = None,
) -> Stories:
    """Run it; raises SmokeFailed, ServerProblem, CannotRun.

    `look` sees the installation after the campaign, while everything is still up.
    `disturb` runs beside the campaign, with the children that a supervisor keeps; the
    campaign counts as run when both are done.
    """
    place = throw_away(processes=NEEDED, more=roles(rehearsal), keep=rehearsal.keep)
    with place as home:
        settings = UpSettings()

        async def filling() -> None:
            await fill(settings, rehearsal, say)

        async with installation(settings, NEEDED, filling, say) as children:
            async with _beside(disturb and disturb(settings, children)):
                told, figures = await _campaign(settings, rehearsal, say)
            if look is not None:
                await look(settings)
        seen = truth.seen(truth.read(home.switch("asterisk-carrier") / truth.FILE))
        return Stories(dialer=told, carrier=seen, campaign=figures)


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None] | None) -> AsyncIterator[None]:
    """Run the work beside the block, which ends when both are done."""
    if work is None:
        yield
        return
    task = asyncio.create_task(work)
    try:
        yield
        await task
    finally:
        task.cancel()
        await asyncio.wait({task})


def roles(rehearsal: Rehearsal) -> dict[str, str]:
    """Settings that say who plays what; the trace lies where `carrier` looks by itself."""
    return {
        "ASTERISK__ENDPOINTS": str(rehearsal.agents),
        "CARRIER__ENGINE": rehearsal.engine,
        "PHONES__AGENTS": str(rehearsal.agents),
        "PHONES__SCENARIO": str(rehearsal.scenario.absolute()),
    }


async def fill(settings: UpSettings, rehearsal: Rehearsal, say: Say) -> None:
    """Import the debtors from a CSV file, make the seats, draw the trace."""
    csv_file = settings.home / "devedores.csv"
    write_csv(csv_file, rehearsal.debtors)
    say(f"importando {rehearsal.debtors} devedores")
    creditor = ("--creditor", CREDITOR, "--portfolio", PORTFOLIO)
    await acordo(settings, "import", "debtors", str(csv_file), *creditor)
    await acordo(settings, "agents", "create", str(rehearsal.agents))
    engine = connect(settings, pool_size=1)
    try:
        numbers = await traces.numbers_of_database(engine)
    finally:
        await engine.dispose()
    trace = Home(settings.home).demo_trace
    trace.parent.mkdir(mode=0o700)
    scenario = scenarios.load(rehearsal.scenario)
    await asyncio.to_thread(trace_file.write, trace, traces.trace_of(scenario, numbers))


async def create_campaign(settings: UpSettings, rehearsal: Rehearsal) -> None:
    """Make the campaign over all debtors; it does not run yet."""
    ring = ("--ring", str(rehearsal.ring_s))
    options = ("--creditor", CREDITOR, "--retries", "none", *ring)
    await acordo(
        settings, "campaign", "create", CAMPAIGN, *options, "--wrap-up", str(WRAP_UP_S)
    )


async def _campaign(
    settings: UpSettings, rehearsal: Rehearsal, say: Say
) -> tuple[list[Seen], dict[str, Any]]:
    """Run one campaign and return what the dialer says of it."""
    await create_campaign(settings, rehearsal)
    await seated(settings, rehearsal.agents)
    say(f"{rehearsal.agents} agentes sentados; discando")
    await acordo(settings, "campaign", "start", CAMPAIGN)
    if rehearsal.seconds is None:
        figures = await until(settings, lambda f: f["status"] == "finished", LIST_S)
        return await _attempts(settings), figures
    await asyncio.sleep(rehearsal.seconds)
    await acordo(settings, "campaign", "stop", CAMPAIGN)
    say("parada; esperando as chamadas em curso")
    figures = await until(settings, lambda f: f["open"] == 0, DRAIN_S)
    return await _attempts(settings), figures


async def seated(settings: UpSettings, agents: int, within_s: float = SEATED_S) -> None:
    """Wait until so many agents are idle; raises SmokeFailed."""
    client = connect_bus(redis_url(settings))
    try:
        async with asyncio.timeout(within_s):
            while True:
                board = await Bus(client).table(BOARD)
                idle = sum(entry["state"] == "idle" for entry in board.values())
                if idle >= agents:
                    return
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise SmokeFailed(f"só {idle} de {agents} agentes disponíveis") from None
    finally:
        await client.aclose()


async def until(
    settings: UpSettings, is_so: Callable[[dict[str, Any]], bool], limit_s: float
) -> dict[str, Any]:
    """Wait until the campaign's figures are so; return them."""
    figures: dict[str, Any] = {}
    engine = connect(settings, pool_size=1)
    try:
        async with asyncio.timeout(limit_s):
            while True:
                async with engine.connect() as connection:
                    figures = await look(connection, CAMPAIGN)
                if is_so(figures):
                    return figures
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise SmokeFailed(f"sem fim depois de {limit_s:.0f} s: {figures}") from None
    finally:
        await engine.dispose()


async def _attempts(settings: UpSettings) -> list[Seen]:
    engine = connect(settings, pool_size=1)
    query = select(AttemptRow.number, AttemptRow.placed_at, AttemptRow.outcome).where(
        AttemptRow.direction == "outbound"
    )
    try:
        async with engine.connect() as connection:
            return [
                Seen(number.removeprefix("+"), placed_at.timestamp(), outcome or OPEN)
                for number, placed_at, outcome in await connection.execute(query)
            ]
    finally:
        await engine.dispose()


async def acordo(settings: UpSettings, *arguments: str) -> str:
    """Run one of our commands to its end; raises SmokeFailed with what it said."""
    program = plan.one_shot(settings, *arguments)
    process = await asyncio.create_subprocess_exec(
        *program.argv,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **popen_options(program),
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        said = errors.decode(errors="replace").strip()
        raise SmokeFailed(f"acordo {' '.join(arguments[:2])}: {said[-300:]}")
    return output.decode()

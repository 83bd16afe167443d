"""The demonstration's floor: debtors, a network that knows them, seats, one campaign.

What is there already is used again. On old state the simulated clock moves to ten in
the morning of the next business day, and that day gets a campaign of its own, so that
every start has people to call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.debts.store import ContractRow
from cobranca.people.service import create_seats
from dialer.campaigns import service
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.service import NewCampaign
from foundation.clock import SAO_PAULO
from foundation.db.contact_clock import contact_clock, move_to_next_business_day
from foundation.db.engine import connect
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.demo import CREDITOR, DEBTORS, load
from sim.demo_terms import ensure_terms

Tell = Callable[[str], None]

SEATS = 12
NAMED = "Demonstração "  # and the simulated day
SCENARIO = "demo.toml"
# a demonstration's talks are short, so are its wrap-ups
WRAP_UP_S = 15.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` found or made."""

    new_debtors: int
    trace: Path


async def prepare(settings: ProcessSettings, tell: Tell) -> Prepared:
    """Make sure of debtors, seats and a trace; move the clock on old state.

    `tell` hears, in words for people, of what takes its time.
    """
    engine = connect(settings, pool_size=1)
    try:
        old = await _is_loaded(engine)
        if not old:
            tell(f"criando {DEBTORS} devedores de demonstração (só na primeira vez)")
        new_debtors = 0 if old else (await load(settings)).counts.new_debtors
        async with engine.begin() as connection:
            await create_seats(connection, SEATS)
            await ensure_terms(connection)
            await _pause_running(connection, Home(settings.home).demo_paused)
            if old:
                await move_to_next_business_day(connection, settings)
            else:
                await contact_clock(connection, settings)
        path = Home(settings.home).demo_trace
        if new_debtors or not path.exists():
            tell("sorteando o que a rede simulada faz com cada chamada")
            await _write_trace(engine, path)
        return Prepared(new_debtors, path)
    finally:
        await engine.dispose()


async def start(settings: ProcessSettings) -> str:
    """Start the campaign of the simulated day, and again what ran before; returns its name.

    Demonstrations of earlier days are stopped.
    """
    engine = connect(settings, pool_size=1)
    try:
        async with engine.begin() as connection:
            clock = await contact_clock(connection, settings)
            day = clock.now().astimezone(SAO_PAULO).date()
            name = f"{NAMED}{day.isoformat()}"
            await _start_or_create(connection, name)
            await _go_on(connection, Home(settings.home).demo_paused)
        Home(settings.home).demo_paused.unlink(missing_ok=True)
        return name
    finally:
        await engine.dispose()


async def _pause_running(connection: AsyncConnection, kept: Path) -> None:
    """Nobody dials before the network is there; what goes on then is written down first."""
    running = [
        name for name, status in await service.names(connection) if status == "running"
    ]
    own = [name for name in running if not name.startswith(NAMED)]
    _keep(kept, own)
    for name in running:
        await service.set_status(connection, name, "paused" if name in own else "stopped")


async def _go_on(connection: AsyncConnection, kept: Path) -> None:
    """Start what the people of this installation had running, if it is still paused."""
    before = _kept(kept)
    for name, status in await service.names(connection):
        if name in before and status == "paused":
            await service.set_status(connection, name, "running")


def _keep(path: Path, names: list[str]) -> None:
    """Write them beside those of a start that did not come to its end."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text("".join(f"{name}\n" for name in {*_kept(path), *names}), "utf-8")


def _kept(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


async def _start_or_create(connection: AsyncConnection, name: str) -> None:
    known = dict(await service.names(connection))
    if name not in known:
        new = NewCampaign(
            name=name, creditor=CREDITOR, policy={}, retries={}, wrap_up_s=WRAP_UP_S
        )
        await service.create(connection, new)
    if known.get(name) == "finished":
        raise CampaignError(f"Campanha «{name}» já terminou.")
    await service.set_status(connection, name, "running")


async def _is_loaded(engine: AsyncEngine) -> bool:
    query = (
        select(func.count())
        .select_from(ContractRow)
        .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
        .where(CreditorRow.name == CREDITOR)
    )
    async with engine.connect() as connection:
        return (await connection.execute(query)).scalar_one() > 0


async def _write_trace(engine: AsyncEngine, path: Path) -> None:
    from sim import scenarios, traces
    from sim.carrier import trace_file

    numbers = await traces.numbers_of_database(engine)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name("draft.csv")
    scenario = scenarios.load(scenarios.FOLDER / SCENARIO)
    trace_file.write(draft, traces.trace_of(scenario, numbers))
    draft.replace(path)

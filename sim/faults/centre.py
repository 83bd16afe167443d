"""The centre that faults are done to: everything real, throw-away, under load.

Ours are the places where something can be cut: between dialer and switch (AMI), and
between the browser and everything else. What is not cut passes unchanged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.db.engine import connect
from foundation.embedded import asterisk
from foundation.embedded.asterisk import Instance
from foundation.embedded.program import Program
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.supervision import Child
from sim import runner
from sim.carrier import app as carrier
from sim.carrier import truth
from sim.faults import disk
from sim.faults.ami_proxy import AmiProxy
from sim.faults.network import Network, Sound, bytes_relayed, sip_relayed
from sim.installation import Say, installation
from sim.scenarios import FOLDER
from sim.throw_away import free_port, throw_away
from sim.world.compare import Seen

AGENTS = 8
NEEDED = ("carrier", "dialer", "ura", "worker", "phones", "console")
LOGIN, PASSWORD = "falhas", "uma senha de ensaio 4711"
PATIENCE_S = 600.0  # for a start on a machine that has much else to do
SCENARIO = FOLDER / "faults.toml"


@dataclass(slots=True)
class Centre:
    """What stands, and the handles on it."""

    settings: UpSettings
    home: Home
    children: dict[str, Child]
    engine: AsyncEngine
    ami: AmiProxy
    network: Network  # of the browser
    console: str  # address of the console, through that network
    carrier: Instance
    say: Say
    told: list[Seen]  # the carrier's truth, once all has stopped

    @property
    def heard(self) -> Path:
        """Where the network records what people hear."""
        return self.carrier.root / carrier.HEARD


@asynccontextmanager
async def standing(
    debtors: int, needs: Collection[str], say: Say, *, keep: bool
) -> AsyncIterator[Centre]:
    """Have it stand, dialling, until the block ends. `needs` as in `kinds`."""
    rehearsal = runner.Rehearsal(
        scenario=SCENARIO,
        engine="asterisk",
        agents=AGENTS,
        debtors=debtors,
        seconds=None,
        keep=keep,
    )
    more = runner.roles(rehearsal) | {
        "CARRIER__LISTENS": "true",
        "CONSOLE__PORT": str(free_port()),
        "CONSOLE__REQUESTS_PER_S": "1000",
    }
    async with AsyncExitStack() as stack:
        home = stack.enter_context(throw_away(processes=NEEDED, more=more, keep=keep))
        settings = UpSettings()
        home.prepare()
        told: list[Seen] = []
        stack.callback(_read_truth, home, told)
        if "disk" in needs:
            stack.enter_context(disk.small(home.recordings_clear))
        ami = AmiProxy(settings.ami.port, remembers=False)
        await stack.enter_async_context(ami.serving())
        network = Network()
        sip = await stack.enter_async_context(
            sip_relayed(Sound(network), settings.asterisk.http_port)
        )

        async def fill() -> None:
            await runner.fill(settings, rehearsal, say)
            await _a_person(settings)

        def alter(program: Program) -> Program:
            return _through_ours(program, ami.port, sip)

        children = await stack.enter_async_context(
            installation(settings, NEEDED, fill, say, alter)
        )
        where = (settings.console.host, settings.console.port)
        address = await stack.enter_async_context(bytes_relayed(network, where))
        engine = connect(settings, pool_size=3)
        stack.push_async_callback(engine.dispose)
        await _campaign(settings, rehearsal, say)
        prefix = asterisk.unpacked(settings, say)
        yield Centre(
            settings=settings,
            home=home,
            children=_named(children),
            engine=engine,
            ami=ami,
            network=network,
            console=address,
            carrier=Instance(carrier.NAME, home, prefix),
            say=say,
            told=told,
        )


def _read_truth(home: Home, told: list[Seen]) -> None:
    """The network writes what is still open when it ends; nothing, when it never began."""
    with suppress(FileNotFoundError):
        told.extend(truth.seen(truth.read(home.switch(carrier.NAME) / truth.FILE)))


def _named(children: Sequence[Child]) -> dict[str, Child]:
    return {child.program.name: child for child in children}


def _through_ours(program: Program, ami: int, sip: int) -> Program:
    """What may be cut is reached through a port of ours."""
    more = {
        "dialer": {"ACORDO_AMI__PORT": str(ami)},
        "console": {"ACORDO_ASTERISK__HTTP_PORT": str(sip)},
    }.get(program.name, {})
    env = {**program.env, **more}
    return replace(program, env=env, start_limit_s=PATIENCE_S)


async def _a_person(settings: UpSettings) -> None:
    """An agent who will sit in a browser."""
    engine, passwords = connect(settings, pool_size=1), Passwords()
    try:
        async with engine.begin() as connection:
            await users.create(
                connection,
                login=LOGIN,
                name="Atendente de ensaio",
                role=Role.AGENT,
                password_hash=await passwords.hash(PASSWORD),
                seat_pool=settings.asterisk.endpoints,
            )
    finally:
        passwords.close()
        await engine.dispose()


async def _campaign(settings: UpSettings, rehearsal: runner.Rehearsal, say: Say) -> None:
    await runner.create_campaign(settings, rehearsal)
    await runner.seated(settings, rehearsal.agents, PATIENCE_S)
    say(f"{rehearsal.agents} atendentes sentados; discando")
    await runner.acordo(settings, "campaign", "start", runner.CAMPAIGN)

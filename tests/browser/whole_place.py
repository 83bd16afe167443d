"""The whole first desk on real processes: what `make run` starts, on ports of its own.

Two simulated agents work beside whoever sits down in a browser. One place serves the
tests of a file, so each makes a campaign of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, Page
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.roles import Role
from foundation.bus import BOARD, Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.plan import UpSettings
from sim import browser
from sim.carrier import truth
from sim.carrier.app import NAME as CARRIER
from sim.carrier.wire import WireCall
from sim.installation import installation
from sim.runner import CREDITOR, Rehearsal, acordo, fill, roles
from sim.throw_away import free_port, throw_away
from tests.people import PASSWORD, a_user, quick_passwords

NEEDED = ("carrier", "dialer", "phones", "console")
REHEARSAL = Rehearsal(
    scenario=Path(__file__).with_name("lively.toml"),
    engine="asterisk",
    agents=2,
    debtors=80,
    seconds=None,
)
PATIENCE_MS = 60_000  # of a page on a machine that runs everything at once
SEAT = "web001"  # of the only agent who is a person


@dataclass(frozen=True, slots=True)
class WholePlace:
    """Everything that runs, and how to look at it from outside."""

    settings: UpSettings
    engine: AsyncEngine
    bus: Bus
    truth_log: Path

    @asynccontextmanager
    async def person(
        self, chromium: Browser, login: str, place: str
    ) -> AsyncIterator[Page]:
        """Somebody who came in through the door, in a browser of his own."""
        context = await chromium.new_context(
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            viewport={"width": 1366, "height": 768},
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        console = self.settings.console
        base = f"http://{console.host}:{console.port}"
        await browser.log_in(page, base, login, PASSWORD, place)
        yield page
        await context.close()

    @asynccontextmanager
    async def campaign(self, name: str) -> AsyncIterator[None]:
        """A campaign over all debtors, that runs until the block ends."""
        options = ("--creditor", CREDITOR, "--retries", "none", "--wrap-up", "120")
        await acordo(self.settings, "campaign", "create", name, *options)
        await acordo(self.settings, "campaign", "start", name)
        yield
        await acordo(self.settings, "campaign", "stop", name)

    async def call_in_hand(self) -> UUID:
        """The call that the floor shows at the person's seat."""
        board = await self.bus.table(BOARD)
        return UUID(str(board[SEAT]["call"]))

    async def one(self, query: str, **values: Any) -> Any:
        """The only row that a query finds; None when there is none yet."""
        async with self.engine.connect() as connection:
            return (await connection.execute(text(query), values)).one_or_none()

    def wire(self) -> list[WireCall]:
        """What the network saw of calls that are over."""
        return list(truth.read(self.truth_log))


@asynccontextmanager
async def a_whole_place() -> AsyncIterator[WholePlace]:
    more = roles(REHEARSAL) | {"CONSOLE__PORT": str(free_port())}
    with throw_away(processes=NEEDED, more=more) as home:
        settings = UpSettings()
        engine, client = connect(settings), connect_bus(redis_url(settings))
        passwords = quick_passwords()

        async def filling() -> None:
            await fill(settings, REHEARSAL, print)
            await a_user(engine, passwords, "ana")
            await a_user(engine, passwords, "sol", Role.SUPERVISOR)

        try:
            async with installation(settings, NEEDED, filling, print):
                log = home.switch(CARRIER) / truth.FILE
                yield WholePlace(settings, engine, Bus(client), log)
                await engine.dispose()
        finally:
            passwords.close()
            await client.aclose()
            await engine.dispose()

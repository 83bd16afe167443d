"""The portal with all that stands behind it: worker, simulated bank and providers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.debts.store import ContractRow, DebtRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.plan import UpSettings
from sim.outside import messages
from sim.outside.bank import demonstration
from sim.outside.inbox import Arrived, read
from sim.throw_away import free_port
from tests.builders.portfolio import a_campaign
from tests.builders.processes import ACORDO, Processes
from tests.builders.visits import an_owing_person

PORTS = ("BANK__WEBHOOK", "CONSOLE_", "OUTSIDE__BANK", "OUTSIDE__PAYER", "OUTSIDE__MAIL",
         "OUTSIDE__SMS", "OUTSIDE__SMPP", "OUTSIDE__PAGES", "OUTSIDE__BOUNCES",
         "OUTSIDE__REPORTS")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PortalPlace:
    """Everything that runs for one debtor, and how to look at it from outside."""

    environment: Mapping[str, str]
    settings: UpSettings
    engine: AsyncEngine
    home: Home
    debtor: UUID
    debt: UUID

    async def link(self) -> str:
        """A fresh link, as `acordo portal link` prints it."""
        process = await asyncio.create_subprocess_exec(
            *(ACORDO, "portal", "link", str(self.debtor)),
            env={**os.environ, **self.environment},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode().strip()

    def payer(self) -> str:
        """Where debtors pay at the simulated bank."""
        return f"http://127.0.0.1:{self.settings.outside.payer_port}/"

    def arrived(self) -> list[Arrived]:
        return list(read(messages.inbox_file(self.home)))

    async def one(self, query: str, **values: Any) -> Any:
        """The only row that a query finds; None when there is none yet."""
        async with self.engine.connect() as connection:
            return (await connection.execute(text(query), values)).one_or_none()


@asynccontextmanager
async def a_portal_place(
    engine: AsyncEngine, home: Home, processes: Processes, environment: Mapping[str, str]
) -> AsyncIterator[PortalPlace]:
    """Run it until the test ends; processes end with `processes`."""
    messages.inbox_file(home).unlink(missing_ok=True)  # of another test
    ports = {f"ACORDO_{name}_PORT": str(free_port()) for name in PORTS}
    settings = _up(home, ports)
    told = {**demonstration.environment(settings), **messages.environment(settings)}
    more = {**ports, **told}
    async with engine.begin() as connection:
        debtor = await an_owing_person(connection, Keys.of(home))
        await a_campaign(connection)
        query = select(DebtRow.id).join(ContractRow, ContractRow.id == DebtRow.contract_id)
        found = await connection.execute(query.where(ContractRow.debtor_id == debtor))
        debt: UUID = found.scalar_one()
        waits = NewMessage(debtor=debtor, debt=debt, template="reminder", key="later",
                           facts={"day": "12/03/2027"},
                           due_at=datetime.now(UTC) + timedelta(hours=2))  # fmt: skip
        await put(connection, waits)
    await processes.serving("outside", **more)
    others = [await processes.start(name, **more) for name in ("worker", "console")]
    for started in others:
        await started.ready()
    yield PortalPlace({**environment, **more}, settings, engine, home, debtor, debt)


def _up(home: Home, ports: Mapping[str, str]) -> UpSettings:
    sections: dict[str, dict[str, Any]] = {}
    for name, port in ports.items():
        section, _, field = name.removeprefix("ACORDO_").lower().partition("__")
        sections.setdefault(section, {})[field] = int(port)
    return UpSettings.model_validate({"home": home.root, **sections})

"""An agent sends his caller to the robot, on a real line, to pay; the dialer may die."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import payment_errands
from cobranca.contacts.payment_errands import Errand, Progress
from foundation.bus import COMMANDS, Bus
from foundation.settings import ProcessSettings
from tests.builders.portfolio import some_seats
from tests.builders.processes import Processes, Started
from tests.integration.conversations.calls import a_ura
from tests.integration.conversations.persons import Person, persons
from tests.real_switch import RealSwitch, eventually

pytestmark = pytest.mark.timeout(300)
AGENT, OURS, TALKS = "agent001", "551130000177", "551140041098"
SMS, PERSON = "1", "0"
CALL = "SELECT id FROM attempt WHERE direction = 'inbound' AND outcome IS NULL"
SEAT = """SELECT data->>'state', data->>'held' FROM call_event
           WHERE kind = 'agent' ORDER BY id DESC LIMIT 1"""
TALK = """SELECT kind FROM call_event WHERE attempt_id = :call
             AND kind IN ('joined', 'parted', 'paying', 'robot_over', 'back_to_floor')
           ORDER BY id"""


class Scene:
    """One agent, one caller who is a debtor, a robot, and a dialer that may be killed."""

    def __init__(self, switch: RealSwitch, engine: AsyncEngine, wire: Bus) -> None:
        self.switch, self.engine, self.wire = switch, engine, wire
        self.call = UUID(int=0)

    async def wish(self, *verbs: str) -> None:
        for verb in verbs:
            await self.wire.publish(COMMANDS, {"do": verb, "agent": AGENT})

    async def ask(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]

    async def until(self, query: str, wanted: list[tuple[Any, ...]], **values: Any) -> None:
        found: list[tuple[Any, ...]] = []

        async def is_so() -> bool:
            nonlocal found
            found = await self.ask(query, **values)
            return found == wanted

        try:
            await eventually(is_so)
        except TimeoutError:
            pytest.fail(f"{found} and not {wanted}: {query}")

    async def story(self, *kinds: str) -> None:
        await self.until(TALK, [(kind,) for kind in kinds], call=self.call)

    async def answered(self) -> None:
        """Somebody calls, and the agent has him."""
        self.switch.far.cli(f"channel originate PJSIP/{OURS}@switch extension s@told")
        await self.until(SEAT, [("talking", "false")])
        await self.takes_keys()
        ((self.call,),) = await self.ask(CALL)

    async def sends(self, person: Person) -> None:
        """The agent sends him to pay one of his debts."""
        query = """SELECT d.id, (SELECT id FROM agent WHERE endpoint = :seat)
                     FROM debt d JOIN contract k ON k.id = d.contract_id
                    WHERE k.debtor_id = :debtor AND d.status = 'open'"""
        rows = await self.ask(query, debtor=person.debtor, seat=AGENT)
        debt, agent = rows[0]
        errand = Errand(attempt=self.call, debtor=person.debtor, agent=agent, debt=debt)
        async with self.engine.begin() as connection:
            await payment_errands.send(connection, errand, datetime.now(UTC))
        await self.wish("to_robot")

    async def takes_keys(self) -> None:
        """Wait until the caller's phone has emptied what an earlier one was told."""

        async def is_so() -> bool:
            rows = self.switch.far.cli("core show channels concise").splitlines()
            steps = [row.split("!")[3] for row in rows if row.split("!")[1:2] == ["told"]]
            return any(int(step) > 1 for step in steps)

        await eventually(is_so)

    def types(self, keys: str) -> None:
        self.switch.far.cli(f"dialplan set global SAYS {keys}")

    async def progress(self) -> Progress:
        async with self.engine.connect() as connection:
            found = await payment_errands.progress(connection, self.call)
        assert found is not None
        return found

    async def asked(self, state: str) -> None:
        """Wait until the robot has an answer of that question in its last errand."""
        errand = (await self.progress()).id
        query = "SELECT state FROM robot_turn WHERE call_id = :errand"
        await self.until(query, [(state,)], errand=errand)

    async def over(self, outcome: str) -> None:
        """Wait until the robot's last errand has ended so."""

        async def is_so() -> bool:
            return (await self.progress()).outcome == outcome

        await eventually(is_so)


async def a_dialer(scene: Scene, processes: Processes) -> Started:
    return await processes.serving(
        "dialer",
        ACORDO_AMI__PORT=str(scene.switch.settings.ami.port),
        ACORDO_CLOCK__START="2026-03-10T10:00",
    )


async def staffed(
    scene: Scene, settings: ProcessSettings, processes: Processes, *numbers: str
) -> tuple[Person, Started]:
    """A debtor on file, a robot at these numbers, a dialer, and the agent, who is free."""
    (person,) = await persons(scene.engine, settings, 1)
    async with scene.engine.begin() as connection:
        await some_seats(connection)
    await a_ura(processes, scene.switch, *numbers)
    dialer = await a_dialer(scene, processes)
    await scene.wish("log_in", "available")
    return person, dialer


async def test_the_robot_sends_what_to_pay_with_and_gives_the_caller_back(
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
    wire: Bus,
) -> None:
    scene = Scene(real_switch, engine, wire)
    person, dialer = await staffed(scene, settings, processes, TALKS)
    await scene.answered()

    await scene.sends(person)
    await scene.story("joined", "parted", "paying")
    assert await scene.ask(SEAT) == [("talking", "true")]
    scene.types(SMS)
    await scene.asked("pay_by")
    scene.types(PERSON)
    await scene.story("joined", "parted", "paying", "robot_over", "joined")
    await scene.until(SEAT, [("talking", "false")])
    told = await scene.progress()
    assert (told.outcome, told.paid_at, told.read_out) == ("person", None, False)
    assert [one.template for one in told.messages] == ["portal_link"]  # there is no bank

    await scene.sends(person)
    await scene.wish("leave_to_robot")
    await scene.until(SEAT, [("wrap_up", "false")])
    await dialer.kill()
    scene.types(PERSON * 2)  # while nobody leads
    await scene.over("person")
    await a_dialer(scene, processes)
    await scene.wish("wrap_up_done")
    await scene.until(SEAT, [("talking", "false")])
    await scene.wish("hang_up")
    await scene.until(CALL, [])
    ended = "SELECT outcome, endpoint FROM attempt JOIN agent ON agent.id = agent_id"
    assert await scene.ask(ended) == [("answered", AGENT)]

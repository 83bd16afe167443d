"""The dialer is killed in mid-call: nothing of it, and nothing that is asked, is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import ContactPointRow
from dialer.adapters.asked import DONE
from foundation.bus import COMMANDS, Bus
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats
from tests.builders.processes import Processes, Started
from tests.real_switch import RealSwitch, eventually
from tests.sound import stereo, timeline

pytestmark = pytest.mark.timeout(300)
AGENT, AGENT_HZ = "agent001", 1000
LAST = "SELECT data FROM call_event WHERE kind = 'agent' ORDER BY id DESC LIMIT 1"
SINCE_LUNCH = """SELECT data->>'state' FROM call_event WHERE kind = 'agent' AND id > (
    SELECT max(id) FROM call_event
     WHERE kind = 'agent' AND data->>'pause_code' = 'lunch' AND data->>'state' = 'paused')
    ORDER BY id"""
ENDED = "SELECT outcome, endpoint FROM attempt JOIN agent ON agent.id = agent_id"


class Scene:
    """One agent's phone, one debtor, and a dialer that a test may kill."""

    def __init__(self, switch: RealSwitch, engine: AsyncEngine, wire: Bus) -> None:
        self.switch, self.engine, self.wire = switch, engine, wire
        self.number = switch.number("01")

    async def wish(self, *verbs: str) -> None:
        for verb in verbs:
            await self.wire.publish(COMMANDS, {"do": verb, "agent": AGENT})

    async def call(self) -> None:
        async with self.engine.begin() as connection:
            await a_portfolio(connection, debtors=1)
            await connection.execute(
                update(ContactPointRow).values(value=f"+{self.number}")
            )
            await a_campaign(connection)

    async def wish_of(self, call: str, **wish: str) -> None:
        await self.wire.publish(COMMANDS, {"agent": AGENT, "call": call, **wish})

    async def ask(self, query: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def last(self) -> dict[str, Any]:
        """What the agent's last fact says."""
        ((fact,),) = await self.ask(LAST)
        return dict(fact)

    async def on_hold_again(self, before: str) -> bool:
        """Whether the agent has his debtor on hold with another leg than before."""
        now = await self.last()
        return now["leg"] not in (None, before) and now["held"]

    async def over(self) -> bool:
        """Whether the only call ended as this agent's."""
        return await self.ask(ENDED) == [("answered", AGENT)]

    def end_leg(self) -> None:
        listed = self.switch.main.cli("core show channels concise").splitlines()
        (name,) = [
            line.split("!")[0] for line in listed if line.startswith(f"PJSIP/{AGENT}-")
        ]
        self.switch.main.cli(f"channel request hangup {name}")

    async def heard(self, ending: str) -> None:
        """Wait until what the debtor heard ends like that (tests.sound.timeline)."""

        recorded = self.switch.heard / f"{self.number}.raw"

        async def is_so() -> bool:
            if not recorded.exists():
                return False
            heard, _ = stereo(recorded)
            return timeline(heard, AGENT_HZ).endswith(ending)

        await eventually(is_so)


@pytest_asyncio.fixture
async def scene(
    real_switch: RealSwitch, engine: AsyncEngine, wire: Bus
) -> AsyncIterator[Scene]:
    async with engine.begin() as connection:
        await some_seats(connection)
    yield Scene(real_switch, engine, wire)
    real_switch.main.cli("channel request hangup all")


async def a_dialer(scene: Scene, processes: Processes) -> Started:
    return await processes.serving(
        "dialer",
        ACORDO_AMI__PORT=str(scene.switch.settings.ami.port),
        ACORDO_CLOCK__START="2026-03-10T10:00",
    )


@pytest.mark.parametrize("leg", ["stands", "fell too"])
async def test_who_was_on_hold_when_the_dialer_died_is_taken_up_again(
    scene: Scene, processes: Processes, leg: str
) -> None:
    dialer = await a_dialer(scene, processes)
    await scene.wish("log_in", "available")
    await scene.call()
    await scene.heard("ttt")
    await scene.wish("hold")
    await scene.heard("mmm")
    before = await scene.last()
    assert (before["state"], before["held"]) == ("talking", True)
    await dialer.kill()
    if leg == "fell too":
        scene.end_leg()

    await a_dialer(scene, processes)
    if leg == "fell too":
        await eventually(lambda: scene.on_hold_again(before["leg"]))
    await scene.heard("mmm")
    await scene.wish("resume")
    await scene.heard("ttt")
    await scene.wish("hang_up")
    await eventually(scene.over)


async def test_what_is_asked_while_no_dialer_runs_is_done_by_the_next(
    scene: Scene, processes: Processes
) -> None:
    dialer = await a_dialer(scene, processes)
    await scene.wish("log_in", "available")
    await scene.call()
    await scene.heard("ttt")
    ((call,),) = await scene.ask("SELECT id::text FROM attempt")
    await dialer.kill()

    await scene.wish_of("00000000-0000-7000-8000-000000000000", do="hold")  # of no call
    await scene.wire.publish(COMMANDS, {"do": "pause", "agent": AGENT, "code": "lunch"})
    await scene.wish_of(call, do="hang_up")
    dialer = await a_dialer(scene, processes)
    await eventually(scene.over)

    async def done() -> bool:
        return await scene.wire.client.get(DONE) == await scene.wire.last_id(COMMANDS)

    await scene.wish_of(call, do="wrap_up_done")
    await eventually(done)
    await dialer.kill()
    at_lunch = await scene.last()
    assert (at_lunch["state"], at_lunch["pause_code"]) == ("paused", "lunch")

    await scene.wish("available")  # and what was done is not done again
    await a_dialer(scene, processes)
    await eventually(done)
    found = await scene.ask(SINCE_LUNCH)
    assert [state for (state,) in found][-1] == "idle"
    assert "paused" not in {state for (state,) in found}

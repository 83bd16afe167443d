"""An order to take a caller from the robot, heard again by a leader who was away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import HUNG_UP, Arrived, Over
from dialer.adapters.scripted import Party
from dialer.shell.commands import Command
from foundation.settings import ProcessSettings
from tests.builders.call_record import cel_line
from tests.integration.dialer.office import OUTCOMES, office, seat_or
from tests.integration.dialer.test_recovery import attempts_of_a_dead_leader

LAST = "SELECT outcome, hands_over FROM robot_call"


async def cut_off_while_wanted(engine: AsyncEngine, call: str, at: datetime) -> None:
    """He was sent for, and then the robot's line was cut: by us or by himself."""
    arrived = Arrived(
        call=UUID(call), channel=call, flow="active", caller="+5511900000000",
        called="551130000100", at=at,
    )  # fmt: skip
    ended = Over(outcome=HUNG_UP, hands_over=False, state="x", at=at, turns=())
    async with engine.begin() as connection:
        await robot_calls.begin(connection, arrived)
        assert await robot_calls.take(connection, arrived.call, None, at) is not None
        await robot_calls.end(connection, arrived.call, ended)


@pytest.mark.parametrize(
    ("taken", "told"),
    [(True, ("taken", True)), (False, ("hung_up", False))],
    ids=["taken", "gone_before"],
)
async def test_the_switchs_record_says_whether_he_was_taken_while_nobody_led(
    engine: AsyncEngine,
    settings: ProcessSettings,
    tmp_path: Path,
    taken: bool,
    told: tuple[str, bool],
) -> None:
    (call,) = await attempts_of_a_dead_leader(engine, 1)
    at = datetime.now(UTC) - timedelta(seconds=20)
    await cut_off_while_wanted(engine, call, at)
    words = ["CHAN_START", "ANSWER", *(["TAKEN"] if taken else []), "HANGUP"]
    cel = tmp_path / "Master.csv"
    cel.write_text("".join(cel_line(word, at, call) for word in words))
    again = Command(do="take", agent="agent001", call=call)
    async with office(engine, settings, seat_or(Party()), cel=cel, early=[again]) as floor:
        await floor.until(OUTCOMES, [("answered", 1)])
        await floor.leader.obeyed()
        facts = await floor.ask("SELECT data FROM call_event WHERE kind = 'taken'")
        assert facts == ([({"source": "cel"},)] if taken else [])
        await floor.until(LAST, [told])
    assert await floor.ask(LAST) == [told]  # the leader has no more to do

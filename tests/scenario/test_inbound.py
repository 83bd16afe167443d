"""A debtor calls in: the URA greets, an agent takes the call, both are heard."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.db.engine import connect
from foundation.plan import UpSettings
from sim import scenarios
from sim.carrier.inbound import Persona, call_in
from sim.carrier.settings import CarrierSettings
from sim.personas import sounds
from sim.runner import Rehearsal, run
from sim.world.trace import Timed
from tests.real_switch import eventually

pytestmark = pytest.mark.timeout(300)

CALLER, CENTRE = "+5511900088888", "+551130000000"


class Inbound:
    """The inbound attempt, once it is over and sealed."""

    row: Any

    async def look(self, settings: UpSettings) -> None:
        engine = connect(settings, pool_size=1)
        says = tuple(Timed(2.0 + 4 * n, sounds.ids("turn")[n]) for n in range(4))
        persona = Persona(talk_s=20, says=says)
        try:
            call_in(CarrierSettings(), CALLER, CENTRE, persona)
            await eventually(lambda: self._is_over(engine), within_s=90)
        finally:
            await engine.dispose()

    async def _is_over(self, engine: AsyncEngine) -> bool:
        query = """
            SELECT a.number, a.outcome, a.bridged_at, a.abandoned, g.endpoint, r.seconds
              FROM attempt a
              JOIN recording r ON r.attempt_id = a.id
              LEFT JOIN agent g ON g.id = a.agent_id
             WHERE a.direction = 'inbound' AND a.outcome IS NOT NULL"""
        async with engine.connect() as connection:
            self.row = (await connection.execute(text(query))).first()
        return self.row is not None


async def test_an_inbound_call_reaches_an_agent_and_is_recorded() -> None:
    rehearsal = Rehearsal(
        scenario=scenarios.FOLDER / "every_outcome.toml",
        engine="asterisk",
        agents=2,
        debtors=2,
        seconds=None,
    )
    inbound = Inbound()
    await run(rehearsal, print, inbound.look)
    row = inbound.row
    assert (row.number, row.outcome, row.abandoned) == (CALLER, "answered", False)
    assert row.bridged_at is not None
    assert row.endpoint in ("agent001", "agent002")
    assert row.seconds > 0.5  # this scenario's agents are brief

"""A supervisor pauses a campaign in the console and calls stop; they go on when he resumes.

On the real stack. The carrier's own log tells when each call reached the network.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.app import application
from agent_console.settings import ConsoleSettings
from cobranca.people.roles import Role
from foundation.bus import Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.plan import UpSettings
from foundation.supervision import Child
from sim.runner import run
from sim.world.compare import compare
from tests.builders.rehearsed import a_rehearsal
from tests.people import Browser, a_user, log_in, quick_passwords
from tests.real_switch import eventually

pytestmark = pytest.mark.timeout(400)

AGENTS, DEBTORS, FIRST, MORE = 6, 30, 8, 4
STILL_S = 8.0  # idle agents are given calls within a second while a campaign runs


class Pausing:
    """Pauses and resumes through the console's interface, and remembers when."""

    paused_s: float
    resumed_s: float
    placed_meanwhile: int

    async def disturb(self, settings: UpSettings, _children: Sequence[Child]) -> None:
        engine, client = connect(settings), connect_bus(redis_url(settings))
        passwords = quick_passwords()
        app = application(ConsoleSettings(), engine, Bus(client), passwords)
        try:
            await a_user(engine, passwords, "sol", Role.SUPERVISOR)
            async with TestClient(TestServer(app)) as browser:
                await self._pause(engine, await log_in(browser, "sol"))
        finally:
            passwords.close()
            await client.aclose()
            await engine.dispose()

    async def _pause(self, engine: AsyncEngine, sol: Browser) -> None:
        async def placed(least: int) -> bool:
            return await _attempts(engine) >= least

        await eventually(lambda: placed(FIRST), within_s=120)
        (campaign,) = (await (await sol.get("/api/v1/campaigns")).json())["campaigns"]
        at = f"/api/v1/campaigns/{campaign['id']}"
        assert (await sol.send("POST", f"{at}/pause")).status == 200
        self.paused_s = time.time()
        before = await _attempts(engine)
        await asyncio.sleep(STILL_S)
        self.placed_meanwhile = await _attempts(engine) - before
        self.resumed_s = time.time()
        assert (await sol.send("POST", f"{at}/start")).status == 200
        await eventually(lambda: placed(before + MORE), within_s=120)


async def _attempts(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM attempt")) or 0)


async def test_no_call_leaves_while_a_campaign_is_paused() -> None:
    pausing = Pausing()
    rehearsal = a_rehearsal("smoke", AGENTS, DEBTORS)
    stories = await run(rehearsal, print, disturb=pausing.disturb)

    # what was committed just before may still be on its way to the network
    meanwhile = [
        call
        for call in stories.carrier
        if pausing.paused_s + 1.0 < call.at < pausing.resumed_s
    ]
    assert pausing.placed_meanwhile == 0
    assert meanwhile == []
    assert any(call.at < pausing.paused_s for call in stories.carrier)
    assert any(call.at > pausing.resumed_s for call in stories.carrier)
    # calls in progress ended as they would: both sides tell the same of every one
    assert compare(stories.dialer, stories.carrier).differences == ()

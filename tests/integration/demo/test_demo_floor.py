"""What a start of the demonstration does to campaigns that people made themselves."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.campaigns import service
from dialer.campaigns.service import NewCampaign
from foundation.settings import ProcessSettings
from sim import demo_floor
from sim.demo import load
from tests.builders.portfolio import a_portfolio


async def statuses(engine: AsyncEngine) -> dict[str, str]:
    async with engine.connect() as connection:
        return dict(await service.names(connection))


async def test_own_campaigns_wait_for_the_network_and_go_on(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        for name in ("Minha", "Parada"):
            new = NewCampaign(name=name, creditor="Loja", policy={}, retries={})
            await service.create(connection, new)
        await service.set_status(connection, "Minha", "running")
    await load(settings, debtors=3)
    for _ in range(2):  # the first start was cut off before the network was there
        await demo_floor.prepare(settings, lambda _: None)
        assert await statuses(engine) == {"Minha": "paused", "Parada": "draft"}
    day = await demo_floor.start(settings)
    assert await statuses(engine) == {
        "Minha": "running", "Parada": "draft", day: "running"
    }  # fmt: skip
    await demo_floor.prepare(settings, lambda _: None)
    assert await statuses(engine) == {
        "Minha": "paused", "Parada": "draft", day: "stopped"
    }  # fmt: skip


async def test_what_somebody_stopped_meanwhile_stays_so(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        new = NewCampaign(name="Minha", creditor="Loja", policy={}, retries={})
        await service.create(connection, new)
        await service.set_status(connection, "Minha", "running")
    await load(settings, debtors=3)
    await demo_floor.prepare(settings, lambda _: None)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE campaign SET status = 'stopped'"))
    await demo_floor.start(settings)
    assert (await statuses(engine))["Minha"] == "stopped"

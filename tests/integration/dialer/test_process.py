"""The process `acordo dialer` on a real switch: ready, refused, resigning."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.builders.processes import Processes
from tests.real_switch import RealSwitch, eventually


@pytest.fixture
def ami(real_switch: RealSwitch) -> dict[str, str]:
    return {"ACORDO_AMI__PORT": str(real_switch.settings.ami.port)}


async def test_it_leads_and_is_ready_and_resigns_when_told_to_stop(
    engine: AsyncEngine, processes: Processes, ami: dict[str, str]
) -> None:
    dialer = await processes.serving("dialer", **ami)
    await dialer.stop()
    assert dialer.process.returncode == 0
    async with engine.connect() as connection:
        query = "SELECT expires_at < clock_timestamp() FROM leadership"
        assert (await connection.execute(text(query))).scalars().all() == [True]


async def test_a_wrong_ami_password_is_one_clear_line(
    processes: Processes, ami: dict[str, str]
) -> None:
    dialer = await processes.start("dialer", **ami, ACORDO_AMI__SECRET="wrong")
    assert await dialer.refusal() == (
        "acordo: dialer: o Asterisk recusou usuário ou senha do AMI "
        "(ACORDO_AMI__USERNAME, ACORDO_AMI__SECRET)"
    )


async def test_a_simulated_clock_on_a_real_route_is_refused(
    processes: Processes, ami: dict[str, str]
) -> None:
    real = {"ACORDO_TRUNK__SIMULATED": "false", "ACORDO_CLOCK__START": "2026-03-10T10:00"}
    dialer = await processes.start("dialer", **ami, **real)
    assert "só vale em rota simulada" in await dialer.refusal()


async def test_a_second_dialer_stands_by_and_waits_for_no_lease_of_a_dead_one(
    engine: AsyncEngine, processes: Processes, ami: dict[str, str]
) -> None:
    async def epoch() -> int | None:
        async with engine.connect() as connection:
            query = "SELECT epoch FROM leadership WHERE expires_at > clock_timestamp()"
            found: int | None = (await connection.execute(text(query))).scalar_one_or_none()
            return found

    patient = {"ACORDO_DIALER__LEASE_S": "600"}
    first = await processes.serving("dialer", **ami, **patient)
    second = await processes.start("dialer", **ami, **patient)
    await second.until(HTTPStatus.SERVICE_UNAVAILABLE)
    assert await epoch() == 1
    await first.kill()

    async def second_leads() -> bool:
        return await epoch() == 2

    await eventually(second_leads)

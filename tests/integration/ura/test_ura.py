"""The process `acordo ura`: ready when it listens, in step with the compliance clock."""

from __future__ import annotations

import socket

import pytest

from sim.throw_away import free_port
from tests.builders.processes import Processes
from tests.integration.ura.scripted_switch import ScriptedSwitch


@pytest.mark.parametrize(
    ("clock", "decided"),
    [("2026-03-10T10:00", "agent"), ("2026-03-10T22:00", "closed")],
)
async def test_a_call_is_decided_by_the_compliance_clock(
    processes: Processes, clock: str, decided: str
) -> None:
    agi = free_port()
    settings = {"ACORDO_AGI__PORT": str(agi), "ACORDO_CLOCK__START": clock}
    ura = await processes.serving("ura", **settings)

    switch = await ScriptedSwitch.connect(agi)
    switch.begin()
    assert await switch.hear() == f'SET VARIABLE ACORDO_NEXT "{decided}"'
    await switch.close()
    said = await ura.stop()

    assert ura.process.returncode == 0
    assert "process_stopped" in said
    assert "5511900012345" not in said


async def refusal(processes: Processes, **settings: str) -> str:
    settings = {"ACORDO_AGI__PORT": str(free_port()), **settings}
    return await (await processes.start("ura", **settings)).refusal()


async def test_a_busy_fastagi_port_is_one_clear_line(processes: Processes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        line = await refusal(processes, ACORDO_AGI__PORT=str(port))

    assert line == f"acordo: a porta {port} em 127.0.0.1 (FastAGI) já está em uso."


async def test_unreadable_hours_are_one_clear_line(processes: Processes) -> None:
    line = await refusal(processes, ACORDO_URA__SATURDAY="manhã")

    assert line.startswith("acordo: configuração: ACORDO_URA__SATURDAY")


async def test_a_simulated_clock_on_a_real_route_is_refused(processes: Processes) -> None:
    line = await refusal(
        processes, ACORDO_TRUNK__SIMULATED="false", ACORDO_CLOCK__START="2026-03-10T10:00"
    )

    assert "só vale em rota simulada" in line

"""The switch shows monitoring how it is, on the listener of the browsers' sockets."""

from __future__ import annotations

from aiohttp import ClientSession

from tests.real_switch import RealSwitch


async def test_the_switch_counts_its_calls_for_monitoring(real_switch: RealSwitch) -> None:
    ours = real_switch.settings.asterisk
    url = f"http://{ours.http_host}:{ours.http_port}/metrics"
    async with ClientSession() as session, session.get(url) as answer:
        told = (await answer.text()).splitlines()
    assert answer.status == 200
    assert any(line.startswith("asterisk_calls_count") for line in told)
    assert any(line.startswith("asterisk_core_uptime_seconds") for line in told)

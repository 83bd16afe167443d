"""The health listener says alive, ready or what is missing, and its metrics."""

from __future__ import annotations

import socket

import aiohttp
import pytest

from foundation.health import AddressUnusable, Missing, PortBusy, serve
from tests.unit.foundation.listener import TestListener

ANY_PORT = TestListener()


async def test_ready_only_when_nothing_is_missing() -> None:
    missing = Missing("banco de dados", "telefonia")
    async with serve(ANY_PORT, missing) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}"

        async with session.get(f"{url}/healthz") as answer:
            assert answer.status == 200
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 503
            assert await answer.json() == {"missing": ["banco de dados", "telefonia"]}
        missing.has("banco de dados")
        missing.has("telefonia")
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 200
            assert await answer.json() == {}
        missing.lacks("telefonia")
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 503


async def test_metrics_tell_of_this_process_alone() -> None:
    async with (
        serve(ANY_PORT, Missing()) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        text = await answer.text()

    assert "process_cpu_seconds_total" in text
    assert "process_resident_memory_bytes" in text


async def test_a_busy_port_is_an_error_and_not_another_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            PortBusy, match=f"a porta {port} em 127.0.0.1 .* já está em uso"
        ):
            async with serve(TestListener(port), Missing()):
                pytest.fail("it must not serve")


async def test_a_foreign_address_is_named() -> None:
    with pytest.raises(AddressUnusable, match=r"192\.0\.2\.1:9101"):
        async with serve(TestListener(9101, "192.0.2.1"), Missing()):
            pytest.fail("it must not serve")

"""The process `acordo dialer` on a real switch: ready, refused, resigning."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.real_switch import RealSwitch, eventually


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def dialer(
    environment: dict[str, str], switch: RealSwitch, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "foundation", "dialer",
        env=os.environ
        | environment
        | {"ACORDO_AMI__PORT": str(switch.settings.ami.port)}
        | more,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _status(port: int) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


async def test_it_leads_and_is_ready_and_resigns_when_told_to_stop(
    engine: AsyncEngine, settings_env: dict[str, str], real_switch: RealSwitch
) -> None:
    port = free_port()
    more = {"ACORDO_DIALER__HEALTH_PORT": str(port)}
    async with dialer(settings_env, real_switch, **more) as process:

        async def is_ready() -> bool:
            return await asyncio.to_thread(_status, port) == HTTPStatus.OK

        await eventually(is_ready, within_s=30)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    async with engine.connect() as connection:
        query = "SELECT expires_at < clock_timestamp() FROM leadership"
        assert (await connection.execute(text(query))).scalars().all() == [True]


async def test_a_wrong_ami_password_is_one_clear_line(
    engine: AsyncEngine, settings_env: dict[str, str], real_switch: RealSwitch
) -> None:
    more = {
        "ACORDO_AMI__SECRET": "wrong",
        "ACORDO_DIALER__HEALTH_PORT": str(free_port()),
    }
    async with dialer(settings_env, real_switch, **more) as process:
        _, errors = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 1
        assert errors.decode().splitlines()[-1] == (
            "acordo: dialer: o Asterisk recusou usuário ou senha do AMI "
            "(ACORDO_AMI__USERNAME, ACORDO_AMI__SECRET)"
        )


async def test_a_simulated_clock_on_a_real_route_is_refused(
    engine: AsyncEngine, settings_env: dict[str, str], real_switch: RealSwitch
) -> None:
    more = {
        "ACORDO_TRUNK__SIMULATED": "false",
        "ACORDO_CLOCK__START": "2026-03-10T10:00",
        "ACORDO_DIALER__HEALTH_PORT": str(free_port()),
    }
    async with dialer(settings_env, real_switch, **more) as process:
        _, errors = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 1
        assert "só vale em rota simulada" in errors.decode().splitlines()[-1]


async def test_a_second_dialer_stands_by_and_takes_over(
    engine: AsyncEngine, settings_env: dict[str, str], real_switch: RealSwitch
) -> None:
    first_port, second_port = free_port(), free_port()
    first_more = {"ACORDO_DIALER__HEALTH_PORT": str(first_port)}
    second_more = {"ACORDO_DIALER__HEALTH_PORT": str(second_port)}

    async def epoch() -> int | None:
        async with engine.connect() as connection:
            query = "SELECT epoch FROM leadership WHERE expires_at > clock_timestamp()"
            found: int | None = (await connection.execute(text(query))).scalar_one_or_none()
            return found

    async with dialer(settings_env, real_switch, **first_more) as first:

        async def first_leads() -> bool:
            return await asyncio.to_thread(_status, first_port) == HTTPStatus.OK

        await eventually(first_leads, within_s=30)
        async with dialer(settings_env, real_switch, **second_more):

            async def second_stands_by() -> bool:
                status = await asyncio.to_thread(_status, second_port)
                return status == HTTPStatus.SERVICE_UNAVAILABLE

            async def second_leads() -> bool:
                return await epoch() == 2

            await eventually(second_stands_by, within_s=30)
            assert await epoch() == 1
            first.kill()
            await first.wait()
            await eventually(second_leads, within_s=30)

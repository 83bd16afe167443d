"""A floor that takes real calls, and a browser whose microphone hums."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent_console.settings import ConsoleSettings
from cobranca.people.passwords import Passwords
from foundation.home import Home
from tests.browser.calls import calling
from tests.browser.calls.calling import FAKE_CONSENT, FAKE_DEVICE, Floor, chromium_with
from tests.builders.processes import Processes
from tests.people import a_user
from tests.real_switch import RealSwitch


@pytest_asyncio.fixture
async def db_url(switch_database_url: str) -> AsyncIterator[str]:
    """The database that the switch reads too, emptied."""
    engine = create_async_engine(switch_database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER only_added")
        await connection.exec_driver_sql(
            "TRUNCATE user_account, agent, creditor, debtor, leadership, call_event,"
            " campaign, attempt, contact_clock CASCADE"
        )
        await connection.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER only_added")
    await engine.dispose()
    yield switch_database_url


@pytest.fixture
def switch_socket(real_switch: RealSwitch) -> int:
    """Port of the WebSocket that the console brings pages to."""
    return real_switch.settings.asterisk.http_port


@pytest.fixture
def console_settings(
    db_url: str, valkey_url: str, home: Home, real_switch: RealSwitch, switch_socket: int
) -> ConsoleSettings:
    asterisk = real_switch.settings.asterisk.model_dump()
    return ConsoleSettings.model_validate(
        {
            "home": home.root,
            "database_url": db_url,
            "redis_url": valkey_url,
            "console": {"requests_per_s": 10_000},
            "asterisk": asterisk | {"http_port": switch_socket},
        }
    )


@pytest_asyncio.fixture
async def floor(
    real_switch: RealSwitch,
    engine: AsyncEngine,
    console: str,
    passwords: Passwords,
    processes: Processes,
) -> AsyncIterator[Floor]:
    """Everything up, an agent with a seat, nobody called yet."""
    await a_user(engine, passwords, "ana")
    await processes.serving(
        "dialer",
        ACORDO_AMI__PORT=str(real_switch.settings.ami.port),
        ACORDO_CLOCK__START="2026-03-10T10:00",
    )
    yield Floor(real_switch, engine, console)
    real_switch.main.cli("channel request hangup all")


@pytest.fixture(scope="session")
def tone_flag(tmp_path_factory: pytest.TempPathFactory) -> str:
    return calling.microphone(tmp_path_factory.mktemp("microphone") / "tone.wav")


@pytest_asyncio.fixture
async def caller(chromium: str, tone_flag: str) -> AsyncIterator[BrowserContext]:
    """A browser whose microphone hums."""
    flags = (FAKE_DEVICE, FAKE_CONSENT, tone_flag)
    async with chromium_with(chromium, *flags) as context:
        yield context


@pytest_asyncio.fixture
async def page(caller: BrowserContext) -> Page:
    return await caller.new_page()

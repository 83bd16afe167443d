"""Browsers' passwords come from the database, expire, and calls do not depend on it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from aiohttp import ClientSession
from sqlalchemy import delete, insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from agent_console.softphone import credentials
from agent_console.softphone.credentials import Credential
from cobranca.people.store import AgentRow
from foundation.db.engine import connect
from foundation.db.prepare import prepare
from foundation.db.switch_role import SwitchHasNoRole, admit_switch, switch_database
from foundation.embedded import asterisk, postgres, switch
from foundation.embedded.program import Program, running
from foundation.home import Home
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.raw_ami import RawAmi, raw_ami
from tests.real_switch import RealSwitch, eventually, free_ports, switch_settings
from tests.sip_over_websocket import Registration

ECHO = {
    "Channel": "Local/echo@headset",
    "Context": "headset",
    "Exten": "echo",
    "Priority": "1",
    "Async": "true",
}
PG_DOWN = "Failed to connect database"


@asynccontextmanager
async def browser(
    settings: ProcessSettings, seat: str, password: str
) -> AsyncIterator[Registration]:
    """One open WebSocket straight to the switch."""
    address = f"http://127.0.0.1:{settings.asterisk.http_port}/ws"
    async with (
        ClientSession() as client,
        client.ws_connect(address, protocols=("sip",)) as socket,
    ):
        yield Registration(socket, seat, password)


async def registers(settings: ProcessSettings, seat: str, password: str) -> int:
    async with browser(settings, seat, password) as registration:
        return await registration.register()


@pytest_asyncio.fixture
async def seats(switch_database_url: str) -> AsyncIterator[AsyncConnection]:
    """The switch's database with seats web001 and web002."""
    engine = create_async_engine(switch_database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        # it is shared: others' attempts would hold on to their agents
        await connection.exec_driver_sql("TRUNCATE agent CASCADE")
        yield connection
    await engine.dispose()


async def seat(connection: AsyncConnection, name: str, now: datetime) -> Credential:
    """A new seat of that name with a password issued at `now`."""
    agent = uuid7()
    row = {"id": agent, "name": name, "endpoint": name, "active": True}
    await connection.execute(delete(AgentRow).where(AgentRow.endpoint == name))
    await connection.execute(insert(AgentRow).values(row))
    return await credentials.take(connection, agent, now)


async def test_a_password_is_taken_while_it_is_valid(
    real_switch: RealSwitch, seats: AsyncConnection
) -> None:
    now = datetime.now(UTC)
    fresh = await seat(seats, "web001", now)
    stale = await seat(seats, "web002", now - credentials.LIFE)
    settings = real_switch.settings
    assert await registers(settings, "web001", fresh.password) == 200
    assert await registers(settings, "web001", fresh.password[::-1]) == 401
    assert await registers(settings, "web002", stale.password) == 401


async def test_an_expired_password_refuses_the_next_register(
    real_switch: RealSwitch, seats: AsyncConnection
) -> None:
    made = await seat(seats, "web001", datetime.now(UTC))
    async with browser(real_switch.settings, "web001", made.password) as registration:
        assert await registration.register() == 200
        await seats.exec_driver_sql("UPDATE sip_credential SET expires_at = now()")
        assert await registration.register() == 401


async def test_a_seat_that_is_taken_over_knows_only_the_new_password(
    real_switch: RealSwitch, seats: AsyncConnection
) -> None:
    first = await seat(seats, "web001", datetime.now(UTC))
    second = await seat(seats, "web001", datetime.now(UTC))
    assert await registers(real_switch.settings, "web001", first.password) == 401
    assert await registers(real_switch.settings, "web001", second.password) == 200


async def test_phones_have_their_passwords_in_the_file(real_switch: RealSwitch) -> None:
    password = real_switch.home.derived_secret("sip", "agent003")
    shown = real_switch.main.cli("pjsip show auth agent003")
    assert f"password                 : {password}" in shown


# -- the switch's role ------------------------------------------------------------------


@pytest_asyncio.fixture
async def as_the_switch(
    real_switch: RealSwitch,
) -> AsyncIterator[asyncpg.Connection]:
    address = real_switch.settings.asterisk.database_url
    assert address is not None
    url = make_url(address.get_secret_value())
    connection = await asyncpg.connect(
        host=url.query["host"], user=url.username, password=url.password,
        database=url.database,
    )  # fmt: skip
    yield connection
    await connection.close()


async def test_the_role_reads_the_view_and_no_table(
    as_the_switch: asyncpg.Connection, seats: AsyncConnection
) -> None:
    tables = await seats.exec_driver_sql(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
        "WHERE table_schema IN ('public', 'switch')"
    )
    readable = []
    for table in [name for (name,) in tables]:
        try:
            await as_the_switch.fetch(f"SELECT * FROM {table} LIMIT 1")  # noqa: S608
            readable.append(table)
        except asyncpg.InsufficientPrivilegeError:
            pass
    assert readable == ["switch.ps_auths"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM switch.ps_auths",
        "UPDATE switch.ps_auths SET password = 'x'",
        "CREATE TABLE switch.x (y int)",
        "CREATE TABLE public.x (y int)",
        "CREATE ROLE x",
        "SET ROLE acordo",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
async def test_the_role_may_do_nothing_else(
    as_the_switch: asyncpg.Connection, statement: str
) -> None:
    with pytest.raises(
        (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)
    ):
        await as_the_switch.execute(statement)


async def test_an_owner_who_may_not_make_roles_says_what_to_do(
    seats: AsyncConnection, home: Home, switch_database_url: str
) -> None:
    await seats.exec_driver_sql("CREATE ROLE poor LOGIN")
    try:
        await seats.exec_driver_sql("SET ROLE poor")
        other = make_url(switch_database_url).set(username="nobody_yet")
        with pytest.raises(SwitchHasNoRole, match="ACORDO_ASTERISK__DATABASE_URL"):
            await admit_switch(seats, other)
    finally:
        await seats.exec_driver_sql("RESET ROLE")
        await seats.exec_driver_sql("DROP ROLE poor")


# -- without the database ---------------------------------------------------------------


@dataclass(slots=True)
class Pair:
    """A switch and a database that a test may end."""

    settings: ProcessSettings
    main: asterisk.Instance
    database: Program
    log: Path
    servers: ExitStack

    def start_database(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(running(self.database, self.log))
        return stack

    def messages(self) -> str:
        return (self.main.log / "messages.log").read_text()


@pytest.fixture(params=["socket", "tcp"])
def pair(
    request: pytest.FixtureRequest, fresh_home: Home, asterisk_prefix: Path
) -> Iterator[Pair]:
    """Both prepared, neither running: over the Unix socket, and over TCP."""
    fresh_home.prepare()
    postgres.prepare(fresh_home)
    options = dict(postgres.WITHOUT_DURABILITY)
    address = None
    if request.param == "tcp":
        (port,) = free_ports(1)
        options |= {"listen_addresses": "127.0.0.1", "port": str(port)}
        password = fresh_home.secret("postgres")
        address = f"postgresql+asyncpg://acordo:{password}@127.0.0.1:{port}/acordo"
    owner = ProcessSettings.model_validate(
        {"home": fresh_home.root, "database_url": address}
    )
    reads = switch_database(owner).render_as_string(hide_password=False)
    settings = switch_settings(fresh_home.root, reads)
    settings = settings.model_copy(update={"database_url": owner.database_url})
    with ExitStack() as servers:
        main = switch.main_instance(settings, asterisk_prefix)
        program = postgres.program(fresh_home, options)
        if request.param == "tcp":
            program = _ready_by_tcp(program, port)
        yield Pair(settings, main, program, fresh_home.logs / "postgres.log", servers)


def _ready_by_tcp(program: Program, port: int) -> Program:
    def answers() -> bool:
        # the port answers before the database does: it still says that it is starting
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0 and program.ready()

    return replace(program, ready=answers)


async def _talk(session: RawAmi, number: int) -> bool:
    session.send("CoreShowChannels")
    while (message := await session.read()).get("Event") != "CoreShowChannelsComplete":
        pass
    return message["ListItems"] == str(number)


async def test_the_switch_starts_and_goes_on_without_the_database(pair: Pair) -> None:
    phone = pair.main.home.derived_secret("sip", "agent001")
    with running(pair.main.program(), pair.main.home.logs / "asterisk.log"):
        assert await registers(pair.settings, "agent001", phone) == 200
        assert await registers(pair.settings, "web001", "any") == 500
        assert PG_DOWN in pair.messages()
        ami = pair.settings.ami
        secret = pair.main.home.secret("ami")
        async with raw_ami(ami.port, ami.username, secret) as session:
            with pair.start_database():
                made = await _first_seat(pair.settings)
                assert await registers(pair.settings, "web001", made.password) == 200
                await session.ask("Originate", **ECHO)
                await eventually(lambda: _talk(session, 2))
            assert await registers(pair.settings, "web001", made.password) == 500
            assert await registers(pair.settings, "agent001", phone) == 200
            with pair.start_database():
                assert await registers(pair.settings, "web001", made.password) == 200
            # the call that was there before the database died is there after it
            assert await _talk(session, 2)


async def _first_seat(settings: ProcessSettings) -> Credential:
    await prepare(settings)
    engine = connect(settings, pool_size=1)
    async with engine.begin() as connection:
        made = await seat(connection, "web001", datetime.now(UTC))
    await engine.dispose()
    return made


def test_a_life_is_renewed_twice() -> None:
    assert timedelta() < credentials.RENEW_AFTER * 2 < credentials.LIFE

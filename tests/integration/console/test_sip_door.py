"""A page's SIP goes through the console to the real switch, one page a seat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent_console.app import application
from agent_console.services import SESSIONS
from agent_console.settings import ConsoleSettings
from agent_console.softphone import proxy
from agent_console.softphone.pace import BURST
from agent_console.softphone.proxy import Close
from cobranca.people.passwords import Passwords
from foundation.bus import BOARD, COMMANDS, Bus
from tests.people import Browser, Client, a_user, log_in
from tests.real_switch import RealSwitch
from tests.sip_over_websocket import Registration

CREDENTIALS = "/api/v1/softphone/credentials"
ORDERS = "/api/v1/softphone/orders"


@pytest_asyncio.fixture
async def engine(switch_database_url: str) -> AsyncIterator[AsyncEngine]:
    """The database that the switch reads too."""
    engine = create_async_engine(switch_database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def console_settings(real_switch: RealSwitch) -> ConsoleSettings:
    asterisk = real_switch.settings.asterisk.model_dump()
    return ConsoleSettings.model_validate(
        {
            "home": real_switch.home.root,
            "asterisk": asterisk,
            "turn": {"urls": ["turn:relay.example:3478"], "secret": "common"},
        }
    )


@pytest.fixture
def app(
    console_settings: ConsoleSettings, engine: AsyncEngine, wire: Bus, passwords: Passwords
) -> web.Application:
    return application(console_settings, engine, wire, passwords)


@pytest_asyncio.fixture
async def agent(client: Client, engine: AsyncEngine, passwords: Passwords) -> Browser:
    """A logged-in agent; the switch has three seats, and each test's user needs one."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE agent CASCADE")
    login = f"ana{uuid4().hex[:8]}"
    await a_user(engine, passwords, login)
    return await log_in(client, login)


async def credentials(agent: Browser, page: str | None = None) -> dict[str, Any]:
    answer = await agent.send("POST", CREDENTIALS, {"page": page})
    assert answer.status == 200, await answer.text()
    made: dict[str, Any] = await answer.json()
    return made


@asynccontextmanager
async def open_socket(
    client: Client, page: str, **headers: str
) -> AsyncIterator[ClientWebSocketResponse]:
    origin = str(client.make_url("/")).rstrip("/")
    async with client.ws_connect(
        f"/sip?page={page}", protocols=("sip",), headers={"Origin": origin, **headers}
    ) as socket:
        yield socket


async def closed_with(socket: ClientWebSocketResponse) -> int:
    """Read until the console closes; the code it gave."""
    while True:
        message = await socket.receive(timeout=10)
        if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
            assert socket.close_code is not None
            return socket.close_code


async def test_a_page_registers_through_the_console(agent: Browser) -> None:
    made = await credentials(agent)
    async with open_socket(agent.client, made["page"]) as socket:
        assert socket.protocol == "sip"
        registration = Registration(socket, made["seat"], made["password"])
        assert await registration.register() == 200
        again = await credentials(agent, made["page"])
        assert again["page"] == made["page"]
        assert again["password"] != made["password"]
        assert await registration.register() == 401  # the old one is over at once
        registration.password = again["password"]
        assert await registration.register() == 200


async def test_a_page_is_told_of_the_relay_and_how_to_be_let_in(agent: Browser) -> None:
    made = await credentials(agent)
    (relay,) = made["relays"]
    assert relay["urls"] == ["turn:relay.example:3478"]
    assert relay["username"].endswith(f":{made['page']}")
    assert relay["credential"]


async def test_a_second_page_takes_the_seat_and_the_first_is_told(agent: Browser) -> None:
    first = await credentials(agent)
    async with open_socket(agent.client, first["page"]) as one:
        second = await credentials(agent)
        assert await closed_with(one) == Close.SEAT_TAKEN
        async with open_socket(agent.client, second["page"]) as two:
            answer = await agent.send("POST", CREDENTIALS, {"page": first["page"]})
            assert answer.status == 409
            assert (await answer.json())["code"] == "seat_taken"
            registration = Registration(two, second["seat"], second["password"])
            assert await registration.register() == 200
    async with open_socket(agent.client, first["page"]) as late:
        assert await closed_with(late) == Close.SEAT_TAKEN


async def test_another_consoles_page_is_noticed_without_an_event(
    agent: Browser, monkeypatch: pytest.MonkeyPatch, engine: AsyncEngine
) -> None:
    monkeypatch.setattr(proxy, "WATCH_S", 0.05)
    made = await credentials(agent)
    async with open_socket(agent.client, made["page"]) as socket:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE sip_credential SET page = 'other'")
        assert await closed_with(socket) == Close.SEAT_TAKEN


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://evil.example"}, 403), ({"Origin": ""}, 403)],
)
async def test_a_foreign_page_gets_no_socket(
    agent: Browser, headers: dict[str, str], status: int
) -> None:
    made = await credentials(agent)
    with pytest.raises(WSServerHandshakeError) as refused:
        async with open_socket(agent.client, made["page"], **headers):
            pass
    assert refused.value.status == status


async def test_who_is_not_logged_in_gets_no_socket(
    agent: Browser, app: web.Application
) -> None:
    made = await credentials(agent)
    agent.client.session.cookie_jar.clear()
    with pytest.raises(WSServerHandshakeError) as refused:
        async with open_socket(agent.client, made["page"]):
            pass
    assert refused.value.status == 401
    assert (await agent.send("POST", CREDENTIALS, {})).status == 401


async def test_a_flood_is_cut(agent: Browser) -> None:
    made = await credentials(agent)
    async with open_socket(agent.client, made["page"]) as socket:
        for _ in range(int(BURST) * 3):
            await socket.send_str("\r\n\r\n")
        assert await closed_with(socket) == Close.TOO_FAST


@pytest.mark.parametrize(
    ("data", "code"), [("x" * (proxy.LARGEST + 1), 1009), (b"\x00", Close.NOT_TEXT)]
)
async def test_what_is_no_sip_is_cut(agent: Browser, data: str | bytes, code: int) -> None:
    made = await credentials(agent)
    async with open_socket(agent.client, made["page"]) as socket:
        if isinstance(data, str):
            await socket.send_str(data)
        else:
            await socket.send_bytes(data)
        assert await closed_with(socket) == code


@pytest.mark.parametrize(("state", "open_still"), [("talking", True), ("idle", False)])
async def test_a_session_that_ends_closes_the_socket_but_not_in_a_call(
    agent: Browser,
    app: web.Application,
    wire: Bus,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    open_still: bool,
) -> None:
    monkeypatch.setattr(proxy, "WATCH_S", 0.05)
    made = await credentials(agent)
    await wire.put(BOARD, {made["seat"]: {"state": state}})
    async with open_socket(agent.client, made["page"]) as socket:
        cookies = agent.client.session.cookie_jar.filter_cookies(agent.client.make_url("/"))
        await app[SESSIONS].end(cookies["acordo_session"].value)
        if not open_still:
            assert await closed_with(socket) == Close.SESSION_OVER
            return
        registration = Registration(socket, made["seat"], made["password"])
        for _ in range(3):
            assert await registration.register() == 200
        await wire.put(BOARD, {made["seat"]: {"state": "idle"}})
        assert await closed_with(socket) == Close.SESSION_OVER


async def test_without_the_switch_the_page_is_told(
    agent: Browser, console_settings: ConsoleSettings, monkeypatch: pytest.MonkeyPatch,
    app: web.Application,
) -> None:  # fmt: skip
    made = await credentials(agent)
    closed = console_settings.asterisk.model_copy(update={"http_port": 1})
    monkeypatch.setitem(console_settings.__dict__, "asterisk", closed)
    async with open_socket(agent.client, made["page"]) as socket:
        assert await closed_with(socket) == Close.SWITCH_AWAY


async def test_orders_go_to_the_floor_for_ones_own_seat(agent: Browser, wire: Bus) -> None:
    made = await credentials(agent)
    before = await wire.last_id(COMMANDS)
    for verb in ("hold", "resume", "reattach"):
        assert (await agent.send("POST", ORDERS, {"do": verb})).status == 204
    assert (await agent.send("POST", ORDERS, {"do": "log_out"})).status == 422
    seen = []
    async for message in wire.consume(COMMANDS, before):
        seen.append(message.fields)
        if len(seen) == 3:
            break
    expected = [
        {"do": verb, "agent": made["seat"], "code": "", "call": None}
        for verb in ("hold", "resume", "reattach")
    ]
    assert seen == expected

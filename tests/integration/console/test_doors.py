"""Coming in and going out: sessions, forged requests, waits, and what nobody may learn."""

from __future__ import annotations

import json
import re

import pytest
from aiohttp import ClientResponse, web
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.doors.sessions import PREFIX
from agent_console.services import SETTINGS
from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.store import AuditRow
from foundation.bus import Bus
from tests.people import (
    PASSWORD,
    SEATS,
    Browser,
    Client,
    a_user,
    door,
    log_in,
    try_password,
)

SHOWN = {"Accept": "text/html"}


async def code(answer: ClientResponse) -> str:
    return str((await answer.json(content_type=None))["code"])


async def form(client: Client, path: str = "/login") -> dict[str, str]:
    """The hidden fields of the login page."""
    html = await (await client.get(path)).text()
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)
    return dict(fields)


async def submit(client: Client, **fields: str) -> ClientResponse:
    return await client.post("/login", data=fields, headers=SHOWN, allow_redirects=False)


async def test_the_page_lets_in_and_leads_on(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    before = await client.get("/desk?x=1", headers=SHOWN, allow_redirects=False)
    assert before.status == 303
    assert before.headers["Location"] == "/login?next=/desk?x%3D1"

    hidden = await form(client, before.headers["Location"])
    answer = await submit(client, **hidden, login="ANA", password=PASSWORD)

    assert answer.status == 303
    assert answer.headers["Location"] == "/desk?x=1"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("acordo_session=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert (await client.get("/desk")).status == 200


async def test_a_wrong_password_is_said_on_the_page_and_keeps_the_login(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    hidden = await form(client)
    answer = await submit(client, **hidden, login='ana"><b>', password="errada")
    html = await answer.text()

    assert answer.status == 401
    assert "Login ou senha não conferem." in html
    assert 'aria-describedby="trouble"' in html
    assert "<b>" not in html
    assert "errada" not in html


async def test_a_form_from_elsewhere_logs_nobody_in(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    hidden = await form(client)
    forged = {**hidden, "csrf": "0" * 64, "login": "ana", "password": PASSWORD}
    assert (await submit(client, **forged)).status == 403
    elsewhere = {"Origin": "https://evil.example"}
    right = {**hidden, "login": "ana", "password": PASSWORD}
    answer = await client.post("/login", data=right, headers=elsewhere)
    assert await code(answer) == "foreign_origin"
    body = {"login": "ana", "password": PASSWORD}
    assert await code(await client.post("/api/v1/session", json=body)) == "csrf"
    assert (await client.get("/api/v1/desk/figures")).status == 401


async def test_a_session_somebody_brings_along_is_not_taken(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    planted = "A" * 43
    client.session.cookie_jar.update_cookies({"acordo_session": planted})
    await log_in(client, "ana")
    held = {c.key: c.value for c in client.session.cookie_jar}
    assert held["acordo_session"] != planted


async def test_a_new_login_ends_the_session_before(agent: Browser, wire: Bus) -> None:
    before = await sessions(wire.client)
    await log_in(agent.client, "ana")
    after = await sessions(wire.client)
    assert len(before) == len(after) == 1
    assert before != after


async def test_going_out_ends_the_session(agent: Browser, wire: Bus) -> None:
    answer = await agent.client.post(
        "/logout", data={"csrf": agent.csrf}, headers=SHOWN, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/login")
    assert await sessions(wire.client) == []
    assert (await agent.get("/api/v1/desk/figures")).status == 401


async def test_an_unsafe_request_needs_the_token_of_the_session(agent: Browser) -> None:
    bare = await agent.client.delete("/api/v1/session")
    assert (bare.status, await code(bare)) == (403, "csrf")
    assert (await agent.send("DELETE", "/api/v1/session")).status == 204


async def test_unknown_and_wrong_are_answered_alike(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    ended = await a_user(engine, passwords, "bia")
    async with engine.begin() as connection:
        await users.set_active(connection, ended, False, SEATS)
    tried = [
        await try_password(client, login, password)
        for login, password in [("ana", "x"), ("bia", PASSWORD), ("nao.existe", "x")]
    ]
    assert {answer.status for answer in tried} == {401}
    assert len({await answer.text() for answer in tried}) == 1


@pytest.mark.parametrize("login", ["ana", "nao.existe"])
async def test_after_wrong_passwords_one_waits_known_or_not(
    app: web.Application,
    client: Client,
    engine: AsyncEngine,
    passwords: Passwords,
    login: str,
) -> None:
    await a_user(engine, passwords, "ana")
    free = app[SETTINGS].console.login_tries
    first = [(await try_password(client, login, "x")).status for _ in range(free)]
    assert first == [401] * free

    right = await try_password(client, login, PASSWORD)
    told = await right.json(content_type=None)
    assert right.status == 429
    assert told["code"] == "too_many_tries"
    assert told["title"] == "Tentativas demais. Aguarde 15 segundos e tente de novo."
    assert int(right.headers["Retry-After"]) == told["retry_after_s"] == 15


async def test_a_right_password_forgets_the_wrong_ones(
    app: web.Application, client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    for _ in range(2):
        for _ in range(app[SETTINGS].console.login_tries - 1):
            await try_password(client, "ana", "x")
        await log_in(client, "ana")


@pytest.mark.parametrize("change", ["password", "role", "active"])
async def test_a_change_of_access_ends_every_session(
    agent: Browser, engine: AsyncEngine, change: str
) -> None:
    async with engine.begin() as connection:
        account = await users.by_login(connection, "ana")
        assert account
        user_id = account.who.user_id
        match change:
            case "password":
                await users.set_password(connection, user_id, "x", must_change=False)
            case "role":
                await users.set_role(connection, user_id, Role.SUPERVISOR, SEATS)
            case _:
                await users.set_active(connection, user_id, False, SEATS)
    answer = await agent.get("/api/v1/desk/figures")
    assert (answer.status, await code(answer)) == (401, "not_logged_in")


async def test_a_session_in_use_lives_and_ends_at_its_limit(
    agent: Browser, app: web.Application, wire: Bus
) -> None:
    (key,) = await sessions(wire.client)
    idle_ms = app[SETTINGS].console.session_idle_s * 1000
    await wire.client.pexpire(key, 5000)
    await agent.get("/api/v1/desk/figures")  # a page polls it: nobody need be there
    assert await wire.client.pttl(key) <= 5000
    await agent.get("/desk")
    assert await wire.client.pttl(key) > idle_ms - 5000

    kept = json.loads(await wire.client.get(key) or "")
    kept["began_at"] -= app[SETTINGS].console.session_s
    await wire.client.set(key, json.dumps(kept))
    assert (await agent.get("/desk")).status == 401
    assert await sessions(wire.client) == []


async def test_logins_are_audited_without_what_was_typed(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    user_id = await a_user(engine, passwords, "ana")
    await try_password(client, "ana", "segredo digitado")
    await try_password(client, "segredo.no.login", "x")
    await log_in(client, "ana")
    async with engine.connect() as connection:
        rows = list(await connection.execute(select(AuditRow).order_by(AuditRow.id)))
    assert [(row.action, row.user_id) for row in rows] == [
        ("login.failed", user_id),
        ("login.failed", None),
        ("login", user_id),
    ]
    assert "segredo" not in str([tuple(row) for row in rows])


async def test_valkey_holds_no_key_that_opens(agent: Browser, wire: Bus) -> None:
    held = {c.key: c.value for c in agent.client.session.cookie_jar}
    (key,) = await sessions(wire.client)
    assert held["acordo_session"] not in key
    assert held["acordo_session"] not in str(await wire.client.get(key))


async def test_a_door_token_belongs_to_one_browser(client: Client) -> None:
    first = await door(client)
    assert await door(client) == first
    client.session.cookie_jar.clear()
    assert await door(client) != first


async def sessions(client: Redis) -> list[str]:
    return [str(key) async for key in client.scan_iter(match=f"{PREFIX}*")]

"""Every route against everybody: each role, nobody, dead and narrow tokens, forgeries.

The rows come from the table of routes itself, so that a new route is in here at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientTimeout, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import tokens, users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.store import ApiTokenRow
from tests.contract.api.routes import Closed, closed
from tests.people import Browser, Client, a_user, log_in

SHOWN = {"Accept": "text/html"}
SCOPES = frozenset(route.scope for route in closed())
PERSONAL = frozenset({"session"})  # a token has no account of its own
REFUSED = {"forbidden", "not_logged_in", "csrf", "password_change_required"}


async def answered(
    client: Client, route: Closed, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and code; of a stream only its beginning is waited for."""
    async with client.request(
        route.verb,
        route.path,
        headers=headers,
        allow_redirects=False,
        timeout=ClientTimeout(total=20),
    ) as answer:
        if answer.content_type != "application/problem+json":
            return answer.status, ""
        return answer.status, (await answer.json(content_type=None))["code"]


async def a_token(engine: AsyncEngine, user: str, scopes: frozenset[str]) -> str:
    async with engine.begin() as connection:
        account = await users.by_login(connection, user)
        assert account
        name = f"de {user} {len(scopes)}"
        return await tokens.create(
            connection, account.who.user_id, name, scopes, timedelta(days=1)
        )


async def test_nobody_gets_anywhere(client: Client) -> None:
    assert closed()
    refusal = (401, "not_logged_in")
    assert [r for r in closed() if await answered(client, r) != refusal] == []


async def test_a_person_who_is_not_in_is_led_to_the_login(client: Client) -> None:
    for route in closed():
        if route.verb == "GET" and not route.path.startswith("/api/"):
            answer = await client.get(route.path, headers=SHOWN, allow_redirects=False)
            assert answer.status == 303, route
            assert answer.headers["Location"].startswith("/login?next=/")


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_gets_its_routes_and_no_other(
    client: Client, engine: AsyncEngine, passwords: Passwords, role: Role
) -> None:
    await a_user(engine, passwords, "fulano", role)
    wrong = []
    for route in closed():
        browser = await log_in(client, "fulano")  # the route before may have ended it
        seen = await answered(client, route, _csrf(browser))
        if not _fits(seen, allowed=role in route.roles):
            wrong.append(f"{route}: {seen}")
    assert wrong == []


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": "A" * 43}])
async def test_an_unsafe_request_without_the_token_is_refused(
    client: Client, engine: AsyncEngine, passwords: Passwords, headers: dict[str, str]
) -> None:
    for role in Role:
        await a_user(engine, passwords, role, role)
        await log_in(client, role)
        mine = [r for r in closed() if r.unsafe and role in r.roles]
        refusal = (403, "csrf")
        assert [r for r in mine if await answered(client, r, headers) != refusal] == []


@pytest.mark.parametrize(
    "forged", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_request_from_another_site_is_refused(
    admin: Browser, forged: dict[str, str]
) -> None:
    unsafe = [route for route in closed() if route.unsafe]
    headers, refusal = _csrf(admin) | forged, (403, "foreign_origin")
    assert unsafe
    assert [r for r in unsafe if await answered(admin.client, r, headers) != refusal] == []


async def test_a_provisional_password_opens_only_its_change(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    refusal = (403, "password_change_required")
    for role in Role:
        await a_user(engine, passwords, role, role, must_change=True)
        headers = _csrf(await log_in(client, role))
        mine = [r for r in closed() if r.fresh_password and role in r.roles]
        assert [r for r in mine if await answered(client, r, headers) != refusal] == []


@pytest.mark.parametrize("role", list(Role))
async def test_a_token_opens_what_its_scopes_and_its_user_may(
    client: Client, engine: AsyncEngine, passwords: Passwords, role: Role
) -> None:
    await a_user(engine, passwords, role, role)
    whole = _bearer(await a_token(engine, role, SCOPES))
    wrong = []
    for route in closed():
        seen = await answered(client, route, whole)
        if not _fits(seen, allowed=role in route.roles, of_people=route.scope in PERSONAL):
            wrong.append(f"{route}: {seen}")
    assert wrong == []


async def test_a_token_without_the_scope_is_refused(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    refusal = (403, "forbidden")
    for role in Role:
        await a_user(engine, passwords, role, role)
        narrow = _bearer(await a_token(engine, role, frozenset()))
        mine = [r for r in closed() if role in r.roles]
        assert [r for r in mine if await answered(client, r, narrow) != refusal] == []


@pytest.mark.parametrize("end", ["expired", "revoked", "malformed", "empty", "basic"])
async def test_a_dead_token_opens_nothing_even_beside_a_session(
    admin: Browser, engine: AsyncEngine, end: str
) -> None:
    token = await a_token(engine, "raiz", SCOPES)
    earlier = datetime.now(UTC) - timedelta(seconds=1)
    async with engine.begin() as connection:
        match end:
            case "expired":
                await connection.execute(update(ApiTokenRow).values(expires_at=earlier))
            case "revoked":
                await connection.execute(update(ApiTokenRow).values(revoked_at=earlier))
    header = {
        "malformed": f"Bearer {token}x",
        "empty": "Bearer ",
        "basic": f"Basic {token}",
    }.get(end, f"Bearer {token}")
    headers = _csrf(admin) | {"Authorization": header}
    refusal = (401, "not_logged_in")
    assert [
        r for r in closed() if await answered(admin.client, r, headers) != refusal
    ] == []


async def test_what_does_not_exist_is_not_told_to_strangers(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    unknown = Closed("GET", "/api/v1/nada", frozenset(), "", True)
    wrong_verb = Closed("PUT", "/api/v1/users", frozenset(), "", True)
    for route in (unknown, wrong_verb):
        assert await answered(client, route) == (401, "not_logged_in")
    await a_user(engine, passwords, "ana")
    browser = await log_in(client, "ana")
    assert await answered(client, unknown) == (404, "not_found")
    assert await answered(client, wrong_verb, _csrf(browser)) == (405, "method_not_allowed")


async def test_a_route_nobody_gave_a_policy_is_refused_to_all(
    app: web.Application, engine: AsyncEngine, passwords: Passwords
) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="open")

    app.router.add_get("/forgotten", forgotten)
    await a_user(engine, passwords, "raiz", Role.ADMIN)
    route = Closed("GET", "/forgotten", frozenset(), "", True)
    async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as client:
        assert await answered(client, route) == (401, "not_logged_in")
        await log_in(client, "raiz")
        assert await answered(client, route) == (403, "forbidden")


def _csrf(browser: Browser) -> dict[str, str]:
    return {"X-CSRF-Token": browser.csrf}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _fits(seen: tuple[int, str], *, allowed: bool, of_people: bool = False) -> bool:
    """What is allowed is not refused, and does not fail; what is not is forbidden."""
    status, code = seen
    if not allowed or (of_people and code == "forbidden"):
        return seen == (403, "forbidden")
    return status < 500 and code not in REFUSED

"""What every answer carries, and that everything that no route names is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.texts import TEXTS
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.calls.agent import AgentState
from dialer.calls.events import NetworkOutcome
from tests.people import Browser, Client, a_user, log_in

MOVED = text(
    "INSERT INTO contact_clock (id, offset_s) VALUES (1, :offset_s)"
    " ON CONFLICT (id) DO UPDATE SET offset_s = excluded.offset_s"
)

pytestmark = pytest.mark.usefixtures("agent")  # somebody is logged in


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/static/", 403, "forbidden"),
        ("GET", "/static/../app.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("GET", "/healthz", 404, "not_found"),
        ("GET", "/metrics", 404, "not_found"),
        ("PUT", "/desk", 405, "method_not_allowed"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/desk/figures", 405, "method_not_allowed"),
    ],
)
async def test_everything_else_is_refused_as_a_problem(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)

    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    body = await answer.json()
    assert body == {
        "type": "about:blank",
        "title": TEXTS.problems[code],
        "status": status,
        "code": code,
    }


@pytest.mark.parametrize(
    "path", ["/desk", "/api/v1/desk/figures", "/nothing", "/static/js/live.js"]
)
async def test_every_answer_carries_the_strict_headers(client: Client, path: str) -> None:
    answer = await client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Server"] == "acordo"
    assert "aiohttp" not in str(answer.headers)


async def test_a_page_has_no_inline_script_or_style(client: Client) -> None:
    html = await (await client.get("/account")).text()

    assert html.count("<script") == html.count('<script type="module" src="/static/') == 2
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick" not in html
    assert 'lang="pt-BR"' in html


def test_each_code_has_a_text() -> None:
    assert set(TEXTS.agent_states) == {state.value for state in AgentState}
    assert set(TEXTS.outcomes) == {outcome.value for outcome in NetworkOutcome}


SHOWS_REAL_TIME = ("/recordings", "/replay", "/supervision", "/imports")


async def test_a_page_says_which_clock_it_shows_when_the_day_is_simulated(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    sol = await log_in(client, "sol")
    async with engine.begin() as connection:
        await connection.execute(MOVED, {"offset_s": 9 * 86_400})
    for path in SHOWS_REAL_TIME:
        assert "esta página mostra a hora real" in await body(sol, path), path
    assert "clock-note" not in await body(sol, "/campaigns")
    async with engine.begin() as connection:
        await connection.execute(MOVED, {"offset_s": 0})
    for path in SHOWS_REAL_TIME:
        assert "clock-note" not in await body(sol, path), path


async def body(browser: Browser, path: str) -> str:
    return await (await browser.get(path)).text()

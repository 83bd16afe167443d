"""The page and its figures: true, without personal data, and closed to everything else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.contracts import FloorOut
from agent_console.services import FLOOR
from agent_console.texts import TEXTS
from dialer.calls.agent import AgentState
from dialer.calls.events import NetworkOutcome
from foundation import bus
from foundation.bus import BOARD, Bus
from tests.integration.console.calls import a_campaign, a_leader, attempts, lose_tables
from tests.people import Client

pytestmark = pytest.mark.usefixtures("agent")  # somebody is logged in


async def floor(client: Client) -> FloorOut:
    answer = await client.get("/floor.json")
    assert answer.status == 200
    return FloorOut.model_validate_json(await answer.text())


class Page(HTMLParser):
    """What is shown (not hidden) of a page, and whether its tags are balanced."""

    VOID = frozenset({"meta", "link", "img", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: set[str] = set()
        self.figures: dict[str, str] = {}
        self.stack: list[str] = []
        self._figure: str | None = None
        self.feed(html)
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in self.VOID:
            self.stack.append(tag)
        if named.get("id") and "hidden" not in named:
            self.shown.add(str(named["id"]))
        self._figure = named.get("data-figure")

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._figure is not None and "template" not in self.stack:
            self.figures[self._figure] = data
        self._figure = None


async def test_figures_of_running_campaigns(
    client: Client, engine: AsyncEngine, wire: Bus
) -> None:
    campaign = await a_campaign(engine, "Banco Azul")
    await a_campaign(engine, "Parada", "paused")
    await attempts(
        engine, campaign, "answered", "answered", "busy", "no_answer", None, None
    )
    await attempts(engine, campaign, "answered", abandoned=True)
    await attempts(engine, campaign, "busy", hours_ago=25)
    await a_leader(engine)
    await wire.put(BOARD, {"agent001": {"state": "idle"}, "agent002": {"state": "idle"}})
    await wire.put(
        BOARD, {"agent003": {"state": "talking"}, "agent004": {"state": "offline"}}
    )

    seen = await floor(client)

    (azul,) = seen.campaigns
    assert seen.dialer_leads
    assert seen.agents == {"idle": 2, "talking": 1, "offline": 1}
    assert seen.open_calls == azul.open_calls == 2
    assert (azul.name, azul.attempts, azul.answered, azul.abandoned) == (
        "Banco Azul",
        5,
        3,
        1,
    )
    assert azul.outcomes == {"answered": 3, "busy": 1, "no_answer": 1}


async def test_the_page_shows_the_same_figures(
    client: Client, engine: AsyncEngine, wire: Bus
) -> None:
    campaign = await a_campaign(engine, "<b>Banco & Cia</b>")
    await attempts(engine, campaign, *["busy"] * 1234)
    await a_leader(engine)
    await wire.put(BOARD, {"agent001": {"state": "idle"}})

    answer = await client.get("/floor")
    html = await answer.text()
    page = Page(html)

    assert answer.status == 200
    assert "&lt;b&gt;Banco &amp; Cia&lt;/b&gt;" in html
    assert (page.figures["busy"], page.figures["seated"]) == ("1.234", "1")
    assert "campaigns" in page.shown
    assert not page.shown & {"trouble", "no-dialer", "no-bus", "no-agents", "no-campaigns"}
    assert "+5511" not in html


async def test_an_empty_installation_says_what_to_do_next(client: Client) -> None:
    html = await (await client.get("/floor")).text()
    page = Page(html)

    assert {"no-dialer", "no-agents", "no-campaigns"} <= page.shown
    assert not page.shown & {"campaigns", "trouble", "no-bus"}
    assert "acordo import debtors" in html


async def test_without_the_bus_the_agents_are_unknown(
    app: web.Application, client: Client, engine: AsyncEngine
) -> None:
    nobody = bus.connect("unix:///nonexistent/valkey.sock")
    app[FLOOR]._bus = Bus(nobody)  # the sessions keep theirs

    page = Page(await (await client.get("/floor")).text())

    assert (await floor(client)).agents is None
    assert "no-bus" in page.shown
    assert "no-agents" not in page.shown
    await nobody.aclose()


async def test_without_the_database_it_says_so(client: Client, engine: AsyncEngine) -> None:
    await lose_tables(engine)

    answer = await client.get("/floor.json")
    page = await client.get("/floor")

    assert answer.status == 503
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["code"] == "database_unreachable"
    assert page.status == 503
    assert "trouble" in Page(await page.text()).shown


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/static/", 403, "forbidden"),
        ("GET", "/static/../app.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("GET", "/healthz", 404, "not_found"),
        ("GET", "/metrics", 404, "not_found"),
        ("PUT", "/floor", 405, "method_not_allowed"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/floor.json", 405, "method_not_allowed"),
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
    "path", ["/floor", "/floor.json", "/nothing", "/static/js/floor.js"]
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
    html = await (await client.get("/floor")).text()

    assert html.count("<script") == html.count('<script type="module" src="/static/') == 2
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick" not in html
    assert 'lang="pt-BR"' in html


async def test_many_who_look_cost_one_reading(client: Client) -> None:
    first = await floor(client)

    assert all([(await floor(client)).at == first.at for _ in range(3)])


def test_each_code_has_a_text() -> None:
    assert set(TEXTS.agent_states) == {state.value for state in AgentState}
    assert set(TEXTS.outcomes) == {outcome.value for outcome in NetworkOutcome}

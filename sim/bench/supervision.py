"""The supervisor's pages over a big database: what the server needs, by the clock.

A real PostgreSQL with so many debtors, as many attempts and a campaign over all of them;
the console asked over loopback as a browser would, one request after another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import numpy as np
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.app import application
from agent_console.settings import ConsoleSettings
from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.campaigns import service
from dialer.campaigns.service import NewCampaign
from foundation.bus import Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.settings import ProcessSettings
from sim.bench.figures import Figure
from sim.bench.load import a_list_of
from sim.bench.long_list import measure_list
from sim.bench.stack import served
from sim.throw_away import throw_away

DEBTORS, QUICK_DEBTORS = 1_000_000, 50_000
TIMES, COUNTS = 100, 10
AIM_MS, LIST_AIM_MS, COUNT_AIM_MS = 100.0, 20.0, 3000.0
# of names that end in a number: a handful, a thousandth, a hundredth, all of a million
_NAMES = {
    "a rare name": "devedor 77777",
    "a name": "Devedor 777",
    "a common name": "Devedor 77",
    "the commonest name": "DÉV",
}
LOGIN, PASSWORD, CREDITOR = "medida", "senha de medida 12345", "Medida"
MORE = {"CONSOLE__REQUESTS_PER_S": "1000"}

# a month of calls, a third of them answered, the last hour as busy as the others
_CALLS = """
INSERT INTO attempt (id, direction, campaign_id, debtor_id, number, route, epoch, placed_at,
                     contact_day, answered_at, bridged_at, ended_at, outcome, abandoned)
SELECT gen_random_uuid(), 'outbound', c.id, d.id, '+5511900000000', 'trunk', 1, d.at,
       d.at::date, CASE WHEN d.n % 3 = 0 THEN d.at END, CASE WHEN d.n % 3 = 0 THEN d.at END,
       d.at + interval '40 seconds', CASE WHEN d.n % 3 = 0 THEN 'answered' ELSE 'busy' END,
       d.n % 300 = 0
  FROM campaign c,
       (SELECT id, n,
               now() - interval '1 minute' - interval '30 days' * (n / :debtors) AS at
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM debtor) any_order) d
"""
_RECORDINGS = """
INSERT INTO recording (id, attempt_id, path, key_id, seconds, channels, bytes, sha256,
                       sealed_at, began_at)
SELECT gen_random_uuid(), id, 'x', 'k', 40, 2, 640000, 'x', ended_at, answered_at
  FROM attempt WHERE outcome = 'answered'
"""


def measure(quick: bool) -> list[Figure]:
    """Each page's data TIMES times, counts of a filter COUNTS times."""
    debtors = QUICK_DEBTORS if quick else DEBTORS
    with throw_away(processes=("console",), more=MORE) as home, ExitStack() as servers:
        settings = ProcessSettings()
        home.prepare()
        served(settings, home, servers)
        return asyncio.run(_measure(settings, debtors))


async def _measure(settings: ProcessSettings, debtors: int) -> list[Figure]:
    engine, client, passwords = (
        connect(settings), connect_bus(redis_url(settings)), Passwords(),
    )  # fmt: skip
    try:
        await a_list_of(settings, debtors=debtors)
        creditor = await _fill(engine, passwords, debtors)
        app = application(ConsoleSettings(), engine, Bus(client), passwords)
        async with TestClient(TestServer(app)) as browser:
            headers = await _log_in(browser)
            figures = await _ask(browser, headers, creditor, debtors)
            lists = await measure_list(browser, headers, creditor, engine, debtors)
            return [*figures, *lists]
    finally:
        passwords.close()
        await client.aclose()
        await engine.dispose()


async def _fill(engine: AsyncEngine, passwords: Passwords, debtors: int) -> str:
    hashed = await passwords.hash(PASSWORD)
    async with engine.begin() as connection:
        await users.create(
            connection, login=LOGIN, name="Medida", role=Role.SUPERVISOR,
            password_hash=hashed, seat_pool=9,
        )  # fmt: skip
        new = NewCampaign(name="Medida", creditor=CREDITOR, policy={}, retries={})
        await service.create(connection, new)
        await service.set_status(connection, "Medida", "running")
        await connection.execute(text(_CALLS), {"debtors": float(debtors)})
        await connection.execute(text(_RECORDINGS))
        await connection.execute(text("ANALYZE"))
        return str(await connection.scalar(text("SELECT id FROM creditor")))


async def _log_in(browser: TestClient) -> dict[str, str]:  # type: ignore[type-arg]
    token = (await (await browser.get("/api/v1/session")).json())["csrf"]
    body = {"login": LOGIN, "password": PASSWORD}
    answer = await browser.post(
        "/api/v1/session", json=body, headers={"X-CSRF-Token": token}
    )
    answer.raise_for_status()
    return {"X-CSRF-Token": (await answer.json())["csrf"]}


async def _ask(
    browser: TestClient,  # type: ignore[type-arg]
    headers: dict[str, str],
    creditor: str,
    debtors: int,
) -> list[Figure]:
    api = "/api/v1"
    pages = {
        "page of the supervisor": "/supervision",
        "campaigns": f"{api}/campaigns",
        "choices of a filter": f"{api}/campaigns/options",
        "figures of the floor": f"{api}/supervision/figures",
        "recordings": f"{api}/recordings",
    }
    figures = []
    for what, path in pages.items():
        ms = await _timed(lambda path=path: browser.get(path), TIMES)  # type: ignore[misc]
        aim = LIST_AIM_MS if what == "recordings" else AIM_MS
        figures.append(_figure(what, debtors, ms, aim))
    figures += await _recordings(browser, headers, debtors)
    wanted = {"creditor": creditor, "contact": "never_answered", "ufs": ["SP", "BA"]}
    ms = await _timed(
        lambda: browser.post(f"{api}/campaigns/count", json=wanted, headers=headers), COUNTS
    )
    return [*figures, _figure("count of a filter", debtors, ms, COUNT_AIM_MS)]


async def _recordings(
    browser: TestClient,  # type: ignore[type-arg]
    headers: dict[str, str],
    debtors: int,
) -> list[Figure]:
    """Reading on, and looking for one debtor, for some and for most of them."""
    path = "/api/v1/recordings"
    newest = (await (await browser.get(path)).json())["recordings"]
    on = f"{path}?before={newest[-1]['id']}"
    ms = await _timed(lambda: browser.get(on), TIMES)
    figures = [_figure("recordings, read on", debtors, ms, LIST_AIM_MS)]
    for what, name in _NAMES.items():
        body = {"debtor": name}
        ms = await _timed(
            lambda body=body: browser.post(f"{path}/search", json=body, headers=headers),  # type: ignore[misc]
            TIMES,
        )
        aim = LIST_AIM_MS if what == "a rare name" else AIM_MS
        figures.append(_figure(f"recordings of {what}", debtors, ms, aim))
    return figures


async def _timed(ask: Callable[[], Awaitable[ClientResponse]], times: int) -> list[float]:
    """Milliseconds to the last byte of a good answer, the first one left out."""
    found = []
    for _ in range(times + 1):
        started = time.perf_counter()
        answer = await ask()
        await answer.read()
        answer.raise_for_status()
        found.append(1000 * (time.perf_counter() - started))
    return found[1:]


def _figure(what: str, debtors: int, ms: list[float], aim_ms: float) -> Figure:
    median, p95 = (float(np.percentile(ms, share)) for share in (50, 95))
    return Figure(
        what=f"{what}, {debtors:,} debtors, p95 of {len(ms)}",
        value=p95,
        unit="ms",
        compared_with=f"median {median:.1f} ms, slowest {max(ms):.1f} ms",
        aim=f"< {aim_ms:.0f} ms",
        met=p95 < aim_ms,
    )

"""The agent's page over a big database: what the server needs for a card, by the clock.

A real console, asked over loopback as a browser would, one request after another. The
floor is played: the board shows each call in the agent's hands before its card is asked.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
import numpy as np
import psutil

from cobranca.people import users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.bus import BOARD, Bus
from foundation.bus import connect as connect_bus
from foundation.crypto import Keys
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.bench.desk_rows import a_past, some_calls
from sim.bench.figures import Figure
from sim.bench.load import a_list_of
from sim.bench.stack import served
from sim.throw_away import free_port, throw_away

DEBTORS, QUICK_DEBTORS = 1_000_000, 50_000
CALLS = 300
AIM_MS = 100.0
LOGIN, PASSWORD = "medida", "senha de medida 12345"
READY_S = 60.0


def measure(quick: bool) -> list[Figure]:
    """Cards, the page and the own figures, each CALLS times."""
    debtors = QUICK_DEBTORS if quick else DEBTORS
    port = free_port()
    more = {"CONSOLE__PORT": str(port), "CONSOLE__REQUESTS_PER_S": "1000"}
    with throw_away(processes=("console",), more=more) as home, ExitStack() as servers:
        settings = ProcessSettings()
        home.prepare()
        served(settings, home, servers)
        calls = asyncio.run(_fill(settings, home, debtors))
        console = servers.enter_context(_console(home))
        asked = asyncio.run(_ask(settings, f"http://127.0.0.1:{port}", calls, console))
    return [_figure(what, debtors, one) for what, one in asked.items()]


def _figure(what: str, debtors: int, asked: _Asked) -> Figure:
    median, p95 = (float(np.percentile(asked.ms, share)) for share in (50, 95))
    return Figure(
        what=f"{what}, {debtors:,} debtors, p95 of {len(asked.ms)}",
        value=p95,
        unit="ms",
        compared_with=f"median {median:.1f} ms, console's CPU {asked.cpu_ms:.1f} ms each",
        aim=f"< {AIM_MS:.0f} ms",
        met=p95 < AIM_MS,
    )


async def _fill(settings: ProcessSettings, home: Home, debtors: int) -> list[UUID]:
    await a_list_of(settings, debtors=debtors)
    passwords = Passwords()
    hashed = await passwords.hash(PASSWORD)
    passwords.close()
    engine = connect(settings, pool_size=1)
    try:
        async with engine.begin() as connection:
            await users.create(
                connection, login=LOGIN, name="Medida", role=Role.AGENT,
                password_hash=hashed, seat_pool=9,
            )  # fmt: skip
            await a_past(connection)
            return await some_calls(connection, Keys.of(home), CALLS)
    finally:
        await engine.dispose()


@contextmanager
def _console(home: Home) -> Iterator[psutil.Process]:
    """A console of its own process, as it is served."""
    with (home.logs / "console.log").open("wb") as log:
        process = psutil.Popen(
            [sys.executable, "-m", "foundation", "console"],
            env=dict(os.environ), stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=15)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Milliseconds of each request, and what the console's CPU worked for one."""

    ms: list[float]
    cpu_ms: float


async def _ask(
    settings: ProcessSettings, base: str, calls: list[UUID], console: psutil.Process
) -> dict[str, _Asked]:
    client = connect_bus(redis_url(settings))
    try:
        async with aiohttp.ClientSession(base, cookie_jar=_jar()) as session:
            seat = await _log_in(session)

            async def card(call: UUID) -> float:
                await Bus(client).put(BOARD, {seat: _in_hand(call)})
                return await _timed(session, f"/api/v1/desk/calls/{call}/card")

            async def path(where: str) -> _Asked:
                return await _all(lambda _: _timed(session, where), calls, console)

            return {
                "card": await _all(card, calls, console),
                "page": await path("/desk"),
                "own figures": await path("/api/v1/desk/figures"),
            }
    finally:
        await client.aclose()


async def _all(
    ask: Callable[[UUID], Awaitable[float]], calls: list[UUID], console: psutil.Process
) -> _Asked:
    before = sum(console.cpu_times()[:2])
    ms = [await ask(call) for call in calls]
    worked_s = sum(console.cpu_times()[:2]) - before
    return _Asked(ms, 1000 * worked_s / len(ms))


def _in_hand(call: UUID) -> dict[str, str]:
    since = datetime.now(UTC).isoformat()
    return {"state": "talking", "call": str(call), "since": since}


def _jar() -> aiohttp.CookieJar:
    return aiohttp.CookieJar(unsafe=True)  # the host is an address


async def _log_in(session: aiohttp.ClientSession) -> str:
    """Wait for the console, come in by its door; returns the seat."""
    async with asyncio.timeout(READY_S):
        while True:
            try:
                async with session.get("/api/v1/session") as answer:
                    token = (await answer.json())["csrf"]
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    body, headers = {"login": LOGIN, "password": PASSWORD}, {"X-CSRF-Token": token}
    async with session.post("/api/v1/session", json=body, headers=headers) as answer:
        answer.raise_for_status()
        return str((await answer.json())["seat"])


async def _timed(session: aiohttp.ClientSession, path: str) -> float:
    """Milliseconds from the request to the last byte of a good answer."""
    started = time.perf_counter()
    async with session.get(path) as answer:
        await answer.read()
        answer.raise_for_status()
    return 1000 * (time.perf_counter() - started)

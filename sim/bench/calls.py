"""Calls on one node: our dialer beside a bare AMI loop, on the same switch and dialplan.

Both keep every seat busy: a call rings 100 ms, is answered, joined with a nailed-up leg,
recorded, and hung up by the network after the talk. Ours dials one to one, as the bare loop
does: a predictive campaign would lose the calls that its target allows.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from sqlalchemy import text

from cobranca.people.service import endpoint
from foundation.bus import COMMANDS, Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from sim.bench import bare
from sim.bench.far_ends import far_ends
from sim.bench.figures import Figure
from sim.bench.load import a_list_of, joined_delays_ms
from sim.bench.stack import Stack, floor_stack

SEATS = 60
TALK_S = 2.0
SECONDS, QUICK_SECONDS = 180.0, 30.0
WARM_UP_S = 8.0
IDLE_SHARE = 0.05  # below it the machine is full, and CPU per call is what counts
CPU_LIMIT_MS = 10.0
SHARE_OF_BARE = 0.9


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run: calls a second, CPU of ours per call, how idle the machine was."""

    calls_per_s: float
    cpu_ms_per_call: float
    idle_share: float
    wrong: int = 0


def measure(quick: bool) -> list[Figure]:
    """Run the bare loop, then the dialer, each on a fresh installation."""
    seconds = QUICK_SECONDS if quick else SECONDS
    plain = _bare(seconds)
    ours = run_dialer(seats=SEATS, talk_s=TALK_S, seconds=seconds)[0]
    full = min(plain.idle_share, ours.idle_share) < IDLE_SHARE
    share = ours.calls_per_s / plain.calls_per_s
    return [
        Figure(
            what=f"calls/s over {seconds:.0f} s, {SEATS} seats, {TALK_S:g} s of talk",
            value=ours.calls_per_s,
            unit="calls/s",
            compared_with=f"bare {plain.calls_per_s:.1f} calls/s ({share:.1%})",
            aim=f">= {SHARE_OF_BARE:.0%} of bare while the CPU has idle time",
            met=None if full else share >= SHARE_OF_BARE,
        ),
        Figure(
            what="CPU of dialer, database and Valkey per call",
            value=ours.cpu_ms_per_call,
            unit="ms",
            compared_with=f"bare loop {plain.cpu_ms_per_call:.2f} ms",
            aim=f"<= {CPU_LIMIT_MS:g} ms when the machine is full",
            met=ours.cpu_ms_per_call <= CPU_LIMIT_MS if full else None,
        ),
        Figure(
            what="idle CPU while ours ran",
            value=100 * ours.idle_share,
            unit="%",
            compared_with=f"bare {plain.idle_share:.0%}",
        ),
        Figure(
            what="calls with a wrong outcome or no bridge",
            value=ours.wrong,
            unit="calls",
            aim="0",
            met=ours.wrong == 0,
        ),
    ]


def _bare(seconds: float) -> Run:
    with floor_stack(seats=SEATS) as stack, far_ends(stack, seats=SEATS, talk_s=TALK_S):
        return asyncio.run(_bare_run(stack, seconds))


async def _bare_run(stack: Stack, seconds: float) -> Run:
    loop = await bare.connect(stack.settings.ami.port, stack.home.secret("ami"))
    hearing = asyncio.create_task(bare.follow(loop))
    for number in range(1, SEATS + 1):
        leg = f"leg-{number}"
        loop.legs.add(leg)
        loop.originate(leg, f"PJSIP/{endpoint(number)}", "agent", "nail")
        await asyncio.sleep(0.02)
    await asyncio.sleep(WARM_UP_S)
    psutil.cpu_times_percent()
    before, cpu, started = loop.ended, time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    calls, took = loop.ended - before, time.monotonic() - started
    cpu_s = time.process_time() - cpu
    idle = psutil.cpu_times_percent().idle / 100
    hearing.cancel()
    loop.writer.close()
    return Run(calls / took, 1000 * cpu_s / max(calls, 1), idle)


def run_dialer(*, seats: int, talk_s: float, seconds: float) -> tuple[Run, list[float]]:
    """Run the dialer; returns the figures and every delay from answer to bridge, in ms."""
    with (
        floor_stack(seats=seats) as stack,
        far_ends(stack, seats=seats, talk_s=talk_s),
        _dialer(stack),
    ):
        rate = seats / talk_s
        asyncio.run(a_list_of(stack.settings, debtors=int(rate * (seconds + 40)) + 100))
        stack.acordo("agents", "create", str(seats))
        stack.acordo(
            "campaign", "create", "Medida", "--creditor", "Medida",
            "--retries", "none", "--wrap-up", "0", "--mode", "progressive",
        )  # fmt: skip
        asyncio.run(_seat(stack, seats))
        stack.acordo("campaign", "start", "Medida")
        time.sleep(WARM_UP_S)
        ours = ("dialer", "postgres", "valkey")
        psutil.cpu_times_percent()
        calls, cpu, started = asyncio.run(_ended(stack)), stack.cpu_seconds(*ours), _now()
        time.sleep(seconds)
        took = _now() - started
        cpu_s = stack.cpu_seconds(*ours) - cpu
        calls = asyncio.run(_ended(stack)) - calls
        idle = psutil.cpu_times_percent().idle / 100
        stack.acordo("campaign", "stop", "Medida")
        time.sleep(talk_s + 2)
        wrong = asyncio.run(_wrong(stack))
        delays = asyncio.run(joined_delays_ms(stack.settings))
    return Run(calls / took, 1000 * cpu_s / max(calls, 1), idle, wrong), delays


def _now() -> float:
    return time.monotonic()


@contextmanager
def _dialer(stack: Stack) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "foundation", "dialer"],
        env=stack.environment,
        stdout=(stack.home.logs / "dialer.log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    stack.pids["dialer"] = process.pid
    try:
        yield
    finally:
        process.terminate()
        process.wait(15)


async def _seat(stack: Stack, seats: int) -> None:
    bus = Bus(connect_bus(redis_url(stack.settings)))
    await asyncio.sleep(2)  # the dialer hears only what is said after it listens
    for do in ("log_in", "available"):
        for number in range(1, seats + 1):
            await bus.publish(COMMANDS, {"do": do, "agent": endpoint(number)})
        await asyncio.sleep(2)
    await bus.client.aclose()


async def _ended(stack: Stack) -> int:
    return await _count(stack, "SELECT count(*) FROM attempt WHERE outcome IS NOT NULL")


async def _wrong(stack: Stack) -> int:
    """Every call of this network is answered and every seat was free for it."""
    query = (
        "SELECT count(*) FROM attempt"
        " WHERE outcome IS DISTINCT FROM 'answered' OR bridged_at IS NULL"
    )
    return await _count(stack, query)


async def _count(stack: Stack, query: str) -> int:
    engine = connect(stack.settings, pool_size=1)
    try:
        async with engine.connect() as connection:
            count: int = (await connection.execute(text(query))).scalar_one()
            return count
    finally:
        await engine.dispose()

"""Works the answers out, beside the worker's other tasks, in a child of low priority.

The simulator is a program of its own: it reads the last hours from the database and plays
them again. Here it is only started, waited for, and its answer kept.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.settings import WorkerSettings
from dialer.what_if import store
from dialer.what_if.enough import HOURS
from foundation.embedded.program import Program, popen_options
from foundation.observability import get_logger

TARGETS = (1, 2, 3, 4, 5)  # percent
SHIFTS = 8
LIMIT_S = 1_500.0
ENOUGH = 0.4  # of the limit: then no further shift is begun
SHOWN = 300  # characters of what a child complained about
LOWEST_PRIORITY = ("nice", "-n", "19")

log = get_logger(__name__)


class NoAnswer(RuntimeError):
    """The simulator ended without an answer, or took too long; carries what it said."""


async def step(engine: AsyncEngine, settings: WorkerSettings) -> bool:
    """Work out one campaign; False when none is due."""
    every_s = settings.worker.what_if_s
    if every_s <= 0:
        return False
    async with engine.begin() as connection:
        claimed = await store.claim(connection, timedelta(seconds=every_s))
    if claimed is None:
        return False
    campaign = claimed.campaign
    try:
        answer = await simulated(campaign, min(LIMIT_S, every_s))
    except NoAnswer as error:
        log.warning("what_if_unanswered", campaign_id=str(campaign), why=str(error))
        async with engine.begin() as connection:
            await store.fail(connection, campaign)
        return True
    async with engine.begin() as connection:
        await store.keep(connection, claimed, answer)
    log.info("what_if_answered", campaign_id=str(campaign))
    return True


async def simulated(campaign: UUID, limit_s: float) -> str:
    """Run the simulator; raises NoAnswer. Its answer is JSON."""
    program = Program(name="what-if", argv=command(campaign, limit_s), ready=lambda: False)
    process = await asyncio.create_subprocess_exec(
        *program.argv, stdout=PIPE, stderr=PIPE, **popen_options(program)
    )
    try:
        async with asyncio.timeout(limit_s):
            said, complained = await process.communicate()
    except TimeoutError:
        raise NoAnswer(f"{limit_s:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answer = said.decode("utf-8", errors="replace")
    if process.returncode != 0:
        raise NoAnswer(complained.decode("utf-8", errors="replace").strip()[-SHOWN:])
    try:
        json.loads(answer)
    except ValueError as error:
        raise NoAnswer(str(error)) from error
    return answer


def command(campaign: UUID, limit_s: float) -> tuple[str, ...]:
    """The simulator over the last hours: predictive at each target, beside what is set.

    Large floors get fewer shifts, which tell as much there.
    """
    enough_s = max(1, round(ENOUGH * limit_s))
    targets = (part for target in TARGETS for part in ("--target", str(target)))
    return (
        *LOWEST_PRIORITY, sys.executable, "-m", "foundation", "sim", "replay",
        "--campaign", str(campaign), "--hours", f"{HOURS:g}", "--against", "now",
        "--policy", "predictive", *targets, "--shifts", str(SHIFTS), "--jobs", "1",
        "--stop-after", str(enough_s), "--json",
    )  # fmt: skip

"""Calls into the real URA over real SIP, and what the database holds of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow
from foundation.home import Home
from foundation.sound import tone, write_wav
from tests.builders.processes import Processes, Started
from tests.real_switch import RealSwitch
from ura.flow.prompts import prompts
from ura.speaking.pieces import to_record
from ura.speaking.recordings import file_name
from ura.speaking.shipped import VOICE

OVER_S = 90.0


async def a_ura(
    processes: Processes,
    switch: RealSwitch,
    *numbers: str,
    speech: int = 0,
    **more: str,
) -> Started:
    """The process on this switch, at these numbers; by keys alone without `speech`."""
    return await processes.serving(
        "ura",
        ACORDO_URA__PIECES=str(short_prompts(switch.home)),
        ACORDO_AGI__PORT=str(switch.settings.agi.port),
        ACORDO_HEARING__PORT=str(switch.settings.hearing.port),
        ACORDO_URA__TALKS_ON=",".join(numbers),
        ACORDO_URA__SPEECH=str(speech),
        ACORDO_CLOCK__START="2026-03-10T10:00",
        **more,
    )


def short_prompts(home: Home) -> Path:
    """A folder with 0.1 s of tone for each recording: nobody here listens."""
    folder = home.root / "pieces"
    folder.mkdir(exist_ok=True)
    for piece in to_record(prompts()):
        file = folder / file_name(VOICE, piece.text, last=piece.last)
        write_wav(file, tone((500.0,), 0.1))
    return folder


def dial(switch: RealSwitch, number: str, keys: str) -> None:
    """Somebody calls that number and types."""
    switch.far.cli(f"channel originate PJSIP/{number}@switch extension {keys}@typist")


async def over(engine: AsyncEngine, numbers: Sequence[str]) -> dict[str, Any]:
    """The conversations of these numbers, once all are over."""
    query = select(RobotCallRow.__table__).where(RobotCallRow.called.in_(numbers))
    async with asyncio.timeout(OVER_S):
        while True:
            async with engine.connect() as connection:
                rows = {row.called: row for row in await connection.execute(query)}
            if len(rows) == len(numbers) and all(r.ended_at for r in rows.values()):
                return rows
            await asyncio.sleep(0.2)


async def turns(engine: AsyncEngine, call: UUID) -> list[Any]:
    """The turns of one conversation, in order."""
    query = select(RobotTurnRow.__table__).where(RobotTurnRow.call_id == call)
    async with engine.connect() as connection:
        return list(await connection.execute(query.order_by(RobotTurnRow.number)))

"""Calls and clear recordings of a test."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.recordings.store import RecordingRow
from foundation.home import Home
from foundation.ids import uuid7

PLACED = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)


async def a_call(engine: AsyncEngine, *, ended: bool = True) -> UUID:
    attempt = uuid7()
    values = {
        "id": attempt, "direction": "outbound", "number": "+5511900012345",
        "route": "trunk", "epoch": 1, "placed_at": PLACED, "contact_day": date(2026, 3, 10),
        "answered_at": PLACED, "ended_at": PLACED if ended else None,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(AttemptRow).values(values))
    return attempt


async def a_creditor(engine: AsyncEngine) -> UUID:
    creditor = uuid7()
    async with engine.begin() as connection:
        await connection.execute(insert(CreditorRow).values(id=creditor, name="Banco"))
    return creditor


def speech(seconds: float) -> bytes:
    """Two tones, the left louder."""
    at = np.arange(int(seconds * 8000)) / 8000
    left, right = 8000 * np.sin(at * 2765), 2000 * np.sin(at * 6283)
    return np.column_stack((left, right)).astype("<i2").tobytes()


def clear_file(home: Home, stem: str, content: bytes, *, quiet_s: float = 60) -> Path:
    """What the switch wrote, the last time `quiet_s` ago."""
    home.prepare()
    clear = home.recordings_clear / f"{stem}.raw"
    clear.write_bytes(content)
    then = time.time() - quiet_s
    os.utime(clear, (then, then))
    return clear


async def recording_row(engine: AsyncEngine) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(select(RecordingRow.__table__))).one_or_none()


async def kinds_noted(engine: AsyncEngine, attempt: UUID) -> list[str]:
    query = select(CallEventRow.kind).where(CallEventRow.attempt_id == attempt)
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())

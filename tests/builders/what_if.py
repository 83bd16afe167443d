"""A what-if answer as the simulator gives it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.what_if.store import WhatIfRow

# target: gain in minutes of talk per hour of an agent, from, to
GAINS = {0.01: (-1.4, -1.9, -0.9), 0.02: (-0.1, -0.4, 0.2), 0.04: (3.14, 2.2, 4.0)}


def interval(mean: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "low": low, "high": high}


def an_answer(
    gains: Mapping[float, tuple[float, float, float]] = GAINS, **changed: Any
) -> dict[str, Any]:
    """What `acordo sim replay --json` prints, as far as it is read."""
    now = datetime.now(UTC)
    others = [
        {
            "policy": "predictive",
            "target": target,
            "figures": {
                "occupancy": interval(0.88, 0.87, 0.89),
                "abandoned_share": interval(target, target - 0.004, target + 0.004),
                "talk_min_per_agent_hour": interval(44.0, 43.0, 45.0),
            },
            "gains": {"talk_min_per_agent_hour": interval(*gain)},
        }
        for target, gain in gains.items()
    ]
    return {
        "since": (now - timedelta(hours=4)).isoformat(), "until": now.isoformat(),
        "placed": 5120, "answered": 1204, "outside": [], "others": others,
    } | changed  # fmt: skip


async def keep(
    connection: AsyncConnection,
    campaign: UUID,
    answer: dict[str, Any],
    *,
    hours_old: float = 0.1,
) -> None:
    """Put it where the worker puts it."""
    at = datetime.now(UTC) - timedelta(hours=hours_old)
    row = {"campaign_id": campaign, "asked_at": at, "answered_at": at, "compared_at": at,
           "answer": answer}  # fmt: skip
    await connection.execute(insert(WhatIfRow), row)

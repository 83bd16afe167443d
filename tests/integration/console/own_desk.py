"""An agent's desk in the interface: a call in hand, and what the floor would show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.bus import BOARD, COMMANDS, Bus
from tests.people import Browser

SEAT = "web001"


@dataclass(frozen=True)
class Desk:
    browser: Browser
    engine: AsyncEngine
    wire: Bus
    agent: UUID
    debtors: list[UUID]
    campaign: UUID
    call: UUID

    async def show(self, state: str, call: UUID | None = None, seat: str = SEAT) -> None:
        """Put the seat on the board as the floor would."""
        entry = {"state": state, "since": datetime.now(UTC).isoformat(),
                 "call": str(call or self.call), "pause_code": None}  # fmt: skip
        await self.wire.put(BOARD, {seat: entry})

    async def post(self, path: str, body: object) -> tuple[int, Any]:
        answer = await self.browser.send("POST", f"/api/v1/desk{path}", body)
        return answer.status, await answer.json() if answer.status != 204 else None

    async def card(self, call: UUID | None = None) -> tuple[int, Any]:
        answer = await self.browser.get(f"/api/v1/desk/calls/{call or self.call}/card")
        return answer.status, await answer.json()

    async def hear(self, **said: str) -> tuple[int, Any]:
        return await self.post(f"/calls/{self.call}/identity", said)

    async def commands(self) -> list[tuple[str, str]]:
        entries: Any = await self.wire.client.xrange(COMMANDS)
        return [(e["do"].strip('"'), e["agent"].strip('"')) for _, e in entries]

"""A recording under way: the thread that writes the truth, and how its end is noticed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from foundation.health import CannotRun


@dataclass(frozen=True, slots=True)
class Recording:
    """`port` is where the copies arrive (UDP); 0 for a recording that reads a file."""

    port: int
    reader: asyncio.Task[None]

    async def ended(self) -> CannotRun:
        """Wait until the reading thread ends by itself, and say so."""
        await asyncio.wait({self.reader})
        return RecordingEnded()


class RecordingEnded(CannotRun):
    """O registro das chamadas parou."""

    def __init__(self) -> None:
        super().__init__(
            "o registro das chamadas parou; a rede simulada não segue sem ele."
        )
